"""Five cars: drawn ones whose telling parts are known, or photos from folders, one a class.

>>> from cnnbook import cars
>>> cars.CLASS_NAMES
('iranKhodro_dena', 'kia_cerato', 'mazda_3', 'peugeot_206', 'saipa_saina')
"""

from cnnbook.cars._camera import POSES
from cnnbook.cars._drawing import DrawnCars, draw
from cnnbook.cars._folders import (
    Photo,
    Photos,
    Problem,
    check,
    copy_split,
    load,
    read_manifest,
    write_manifest,
)
from cnnbook.cars._makes import CLASS_NAMES, PARTS
from cnnbook.cars._writing import write_folder

__all__ = [
    "CLASS_NAMES",
    "PARTS",
    "POSES",
    "DrawnCars",
    "Photo",
    "Photos",
    "Problem",
    "check",
    "copy_split",
    "draw",
    "load",
    "read_manifest",
    "write_folder",
    "write_manifest",
]
