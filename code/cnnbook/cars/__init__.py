"""Five cars common in Iran, drawn: pictures whose telling parts are known.

>>> from cnnbook import cars
>>> cars.CLASS_NAMES
('iranKhodro_dena', 'kia_cerato', 'mazda_3', 'peugeot_206', 'saipa_saina')
"""

from cnnbook._extras import extra

with extra("models", "cnnbook.cars"):
    from cnnbook.cars.camera import POSES
    from cnnbook.cars.counterfactuals import CHANGES, Changed, change
    from cnnbook.cars.drawing import DrawnCars, draw
    from cnnbook.cars.makes import CLASS_NAMES
    from cnnbook.cars.vehicle import PARTS
    from cnnbook.cars.writing import write_folder

__all__ = [
    "CHANGES",
    "CLASS_NAMES",
    "PARTS",
    "POSES",
    "Changed",
    "DrawnCars",
    "change",
    "draw",
    "write_folder",
]
