"""The pictures of the counterfactual car: each make, and each with one thing changed."""

import io
import json
from base64 import b64encode
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sphinx.application import Sphinx

from cnnbook import cars

from . import car_network

SIZE = 96
# The first picture of each make in this series that shows its front, that the network knows, and
# whose label some change turns: chosen by the result, so the page says so.
SEED, STARTS = 1, (0, 1, 7, 8, 4)
PLAIN = "none"
OF_NO_MAKE = ("colour", "pose")  # changes that take nothing from another make


@cache
def files(label: int) -> dict[str, bytes]:
    """Return the pictures of one make, as WebP, by name: "none", "colour", "grille/kia_cerato"."""
    start = STARTS[label]
    made = {PLAIN: cars.draw(1, SEED, SIZE, start=start).images[0]}
    for what in cars.CHANGES:
        others = [k for k in range(len(cars.CLASS_NAMES)) if k != label]
        for donor in others[:1] if what in OF_NO_MAKE else others:
            changed = cars.change(what, 1, SEED, SIZE, start=start, donors=[donor])
            suffix = "" if what in OF_NO_MAKE else f"/{cars.CLASS_NAMES[donor]}"
            made[what + suffix] = changed.after.images[0]
    return {name: _encoded(picture) for name, picture in made.items()}


def pictures(label: int) -> dict[str, NDArray[np.uint8]]:
    """Return the same pictures as the page decodes them, (96, 96, 3)."""
    return {
        name: np.asarray(Image.open(io.BytesIO(file)).convert("RGB"))
        for name, file in files(label).items()
    }


@cache
def told(label: int) -> dict[str, NDArray[np.floating]]:
    """Return what the network says of each picture of a make, (5,) probabilities."""
    named = pictures(label)
    said = car_network.probabilities(np.stack(list(named.values())))
    return dict(zip(named, said, strict=True))


def script(label: int) -> str:
    """Write the pictures of a make for the page."""
    start = "data:image/webp;base64,"
    data = {name: start + b64encode(file).decode() for name, file in files(label).items()}
    return f"(globalThis.CarPictures ??= {{}}).{cars.CLASS_NAMES[label]} = {json.dumps(data)};\n"


def write(app: Sphinx, error: Exception | None) -> None:
    """Write network and pictures beside the widget's scripts, for a site that shows them."""
    if error or app.builder.format != "html" or not getattr(app.env, "shows_cars", False):
        return
    folder = Path(app.outdir) / "_static" / "widgets" / "car"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "network.js").write_text(car_network.script(), "utf-8")
    for label, name in enumerate(cars.CLASS_NAMES):
        (folder / f"{name}.js").write_text(script(label), "utf-8")


def _encoded(picture: NDArray[np.uint8]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "WEBP", quality=90)
    return buffer.getvalue()
