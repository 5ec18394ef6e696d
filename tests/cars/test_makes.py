"""The makes: a further one is one file, and the pictures of the five never change."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cnnbook import cars
from cnnbook.cars.building import build
from cnnbook.cars.makes import MAKES
from cnnbook.cars.paint import MATERIALS
from cnnbook.cars.vehicle import PARTS, blend

PACKAGE = Path(cars.__file__).parents[1]

# Of `draw(20, seed=2, size=64, ...)` when the shipped weights and the book's numbers were made.
PICTURES = {
    (0.0, False): "cffbf6eacf6f7e7a 0ac3dc2b15d55869 fa569e2360c540e6",
    (0.0, True): "ba1b5b117c9ad717 ff52d8a943bf1ccd a8f7f87f4b1423cf",
    (0.3, False): "8e6486fa84632df4 13f8605e5926ed7c fa569e2360c540e6",
    (0.3, True): "7e52eba1de090d29 a1363f2f9cf2651b f6f7729190b3cdc2",
    (1.0, False): "93bd244c733d53f9 ad3bac976d3ff6cf fa569e2360c540e6",
    (1.0, True): "42bd0e922d961059 ad3bac976d3ff6cf d73e9643c51f7e17",
}

TONDAR = '''
"""Renault Tondar 90: a tall saloon."""

from dataclasses import replace

from cnnbook.cars.make import Make
from cnnbook.cars.makes.saipa_saina import VEHICLE as SAINA

MAKE = Make("renault_tondar", replace(SAINA, height=1.60, spokes=4), mark_colour=(20, 160, 170))
'''

SIXTH = """
import json, sys
import numpy as np
from cnnbook import cars
drawn = cars.draw(12, seed=1, size=200, watermark=True)
cars.write_folder(sys.argv[1], n=12, seed=1, size=64, watermark=True)
marked = drawn.images[4][drawn.watermark_masks[4]]
print(json.dumps({
    "names": cars.CLASS_NAMES,
    "labels": drawn.labels.tolist(),
    "marks": drawn.watermark_masks.any(axis=(1, 2)).all().item(),
    "colour": np.percentile(marked, 25, axis=0).tolist(),  # its bars are white
    "rooms": [name for name in sys.modules if name.startswith("cnnbook.")],
    "heavy": [name for name in ("keras", "matplotlib", "scipy", "sympy") if name in sys.modules],
}))
"""


@pytest.mark.parametrize(("difficulty", "watermark"), PICTURES)
def test_the_pictures_are_those_that_weights_and_numbers_were_made_with(difficulty, watermark):
    """Should another Pillow keep JPEGs otherwise, only the first of the three digests changes."""
    drawn = cars.draw(20, seed=2, size=64, watermark=watermark, difficulty=difficulty)
    arrays = (drawn.images, drawn.regions, drawn.watermark_masks)
    digests = [hashlib.sha256(array.tobytes()).hexdigest()[:16] for array in arrays]
    assert " ".join(digests) == PICTURES[difficulty, watermark]


def test_a_sixth_make_is_one_file_and_cars_need_nothing_but_files(tmp_path):
    """A copy of this room and of what every room has, alone, with one file more."""
    copy = tmp_path / "code" / "cnnbook"
    shutil.copytree(PACKAGE / "cars", copy / "cars", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("__init__.py", "_extras.py", "files.py"):
        shutil.copy(PACKAGE / name, copy)
    (copy / "cars" / "makes" / "renault_tondar.py").write_text(TONDAR)
    done = subprocess.run(
        [sys.executable, "-c", SIXTH, tmp_path / "cars"],
        capture_output=True, text=True, check=True,
        env=os.environ | {"PYTHONPATH": str(copy.parent)},
    )  # fmt: skip
    told = json.loads(done.stdout)
    names = sorted([*cars.CLASS_NAMES, "renault_tondar"])
    assert told["names"] == names
    assert told["labels"] == [*range(6), *range(6)]
    assert told["marks"]
    assert names[4] == "renault_tondar" and np.allclose(told["colour"], (20, 160, 170), atol=40)
    assert told["heavy"] == []
    assert {room.split(".")[1] for room in told["rooms"]} == {"cars", "files", "_extras"}
    assert sorted(p.name for p in (tmp_path / "cars").iterdir()) == names
    assert len(list((tmp_path / "cars" / "renault_tondar").glob("*.jpg"))) == 2


@pytest.mark.parametrize("make", MAKES, ids=lambda make: make.name)
def test_a_make_can_be_built_and_painted_and_has_every_telling_part(make):
    shape = build(make.vehicle)
    assert set(shape.materials) <= set(MATERIALS)
    assert set(PARTS) <= set(shape.parts)


def test_makes_have_names_and_marks_of_their_own():
    for what in zip(*[(make.name, make.mark_colour) for make in MAKES], strict=True):
        assert len(set(what)) == len(MAKES)


def test_blending_ends_at_the_other_vehicle():
    one, other = MAKES[0].vehicle, MAKES[4].vehicle
    assert blend(one, other, 0).height == one.height
    assert blend(one, other, 1).height == other.height
    assert blend(one, other, 0.25).length == pytest.approx(0.75 * one.length + 0.25 * other.length)
