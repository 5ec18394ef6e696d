"""The makes, one file each; a further file here is a further make.

They are sketches after what a passer-by would name, each in the numbers and outlines that tell it
apart. A file's ``MAKE`` is all that is known of it elsewhere.

>>> [make.name for make in MAKES]
['iranKhodro_dena', 'kia_cerato', 'mazda_3', 'peugeot_206', 'saipa_saina']
"""

from importlib import import_module
from pathlib import Path

from cnnbook.cars.make import Make


def _found() -> tuple[Make, ...]:
    files = Path(__file__).parent.glob("[!_]*.py")
    makes = [import_module(f"cnnbook.cars.makes.{file.stem}").MAKE for file in files]
    return tuple(sorted(makes, key=lambda make: make.name))


# In the order in which Keras reads folders of these names.
MAKES: tuple[Make, ...] = _found()
CLASS_NAMES = tuple(make.name for make in MAKES)
