"""Change one thing of a drawn car and nothing else: what truly moves a model's mind.

The random numbers of a picture are drawn again in the same order, so that street, light, grain and
everything else of the car come out as they were.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnbook.cars.building import build
from cnnbook.cars.canvas import OVERSAMPLING, Canvas
from cnnbook.cars.caricature import caricature, mesh
from cnnbook.cars.drawing import (
    DEFAULT_DIFFICULTY,
    DrawnCars,
    Scene,
    dice,
    gather,
    photograph,
)
from cnnbook.cars.film import make_grain
from cnnbook.cars.makes import CLASS_NAMES
from cnnbook.cars.mesh import Mesh
from cnnbook.cars.paint import PAINTS
from cnnbook.cars.vehicle import PARTS, Mark, Vehicle

CHANGES = (*PARTS, "colour", "pose", "mark")

# The measures that make a part, beside its marks.
_MEASURES = {
    "wheel": ("spokes", "spoke", "rim"),
    "tail end": ("tail", "roof_rear", "window_base"),
}


@dataclass(frozen=True)
class Changed:
    """The same pictures before and after one change.

    Attributes
    ----------
    before, after : DrawnCars
        With equal ``labels``: the car is what it was, but for the change.
    areas : (n, h, w) bool
        The pixels that the change repainted, before the camera blurs them and JPEG keeps them.

    Examples
    --------
    >>> changed = change("grille", 5, seed=1, size=64)
    >>> (changed.after.images[~changed.areas] == changed.before.images[~changed.areas]).mean() > 0.9
    np.True_
    """

    before: DrawnCars
    after: DrawnCars
    areas: NDArray[np.bool_]


def change(
    what: str,
    n: int,
    seed: int,
    size: int = 150,
    difficulty: float = DEFAULT_DIFFICULTY,
    start: int = 0,
    donors: ArrayLike | None = None,
) -> Changed:
    """Draw the pictures of :func:`draw` twice, the second time with one thing of another make.

    Parameters
    ----------
    what : str
        One of :data:`CHANGES`: a part takes the donor's shape; "mark" is the donor's dealer's mark
        in place of its own; "colour" is another paint and "pose" a quarter turn, of no make.
    n, seed, size, difficulty, start
        As in :func:`draw`.
    donors : (n,) int, optional
        The class that each part is taken from; default: the next class.

    Raises
    ------
    ValueError
        If ``what`` is no change, or a donor no class.

    Examples
    --------
    >>> changed = change("wheel", 3, seed=1, size=64)
    >>> changed.before.images.shape, changed.areas.shape
    ((3, 64, 64, 3), (3, 64, 64))
    """
    if what not in CHANGES:
        raise ValueError(f"what must be one of {', '.join(CHANGES)}; got {what!r}")
    labels = np.arange(start, start + n, dtype=np.int64) % len(CLASS_NAMES)
    donor = (labels + 1) % len(CLASS_NAMES) if donors is None else np.asarray(donors)
    if donor.shape != labels.shape or not np.isin(donor, range(len(CLASS_NAMES))).all():
        raise ValueError(f"donors must be a class for each of the {n} pictures; got {donors!r}")
    grain = make_grain(size)
    areas = np.empty((n, size, size), bool)
    photos = []
    for i, (label, other) in enumerate(zip(labels.tolist(), donor.tolist(), strict=True)):
        pair = [
            photograph(scene, size, difficulty, grain, dice(seed, start + i))
            for scene in _scenes(what, label, other, difficulty)
        ]
        areas[i] = (_painted(pair[0].canvas) != _painted(pair[1].canvas)).any(axis=-1)
        photos.append(pair)
    before, after = (gather(series, labels, size) for series in zip(*photos, strict=True))
    return Changed(before, after, areas)


def with_part(vehicle: Vehicle, donor: Vehicle, part: str) -> Vehicle:
    """Return the vehicle with one of :data:`PARTS` of another.

    Examples
    --------
    >>> from cnnbook.cars.makes.irankhodro_dena import VEHICLE as dena
    >>> from cnnbook.cars.makes.kia_cerato import VEHICLE as cerato
    >>> with_part(dena, cerato, "wheel").spokes, with_part(dena, cerato, "grille").spokes
    (10, 5)
    """
    taken = [mark for mark in donor.marks if mark.part == part]
    marks: list[Mark] = []  # each in the place of one that it replaces, for marks may overlap
    for mark in vehicle.marks:
        marks += [mark] if mark.part != part else taken[:1]
        taken = taken[1:] if mark.part == part else taken
    measures = {name: getattr(donor, name) for name in _MEASURES.get(part, ())}
    return replace(vehicle, marks=(*marks, *taken), **measures)


def _scenes(what: str, label: int, donor: int, difficulty: float) -> tuple[Scene, Scene]:
    """Return what stands before the camera, without the change and with it."""
    plain = Scene(mesh(label, difficulty), label if what == "mark" else None)
    if what in PARTS:
        return plain, plain._replace(mesh=_mixed(label, donor, what, difficulty), framed=plain.mesh)
    if what == "mark":
        return plain, plain._replace(mark=donor)
    if what == "colour":  # each paint becomes the one half the list away
        half = len(PAINTS) // 2
        return plain, plain._replace(paints=(*PAINTS[half:], *PAINTS[:half]))
    return plain, plain._replace(turned=np.pi / 2)


@lru_cache
def _mixed(label: int, donor: int, part: str, difficulty: float) -> Mesh:
    own, other = (caricature(make, difficulty) for make in (label, donor))
    return build(with_part(own, other, part))


def _painted(canvas: Canvas) -> NDArray[np.float64]:
    """Return the colours on a canvas, averaged to pixels: (size, size, 3)."""
    side = canvas.side // OVERSAMPLING
    samples = canvas.colours[np.asarray(canvas.picture)]
    shape = (side, OVERSAMPLING, side, OVERSAMPLING, 3)
    pixels: NDArray[np.float64] = samples.reshape(shape).mean(axis=(1, 3))
    return pixels
