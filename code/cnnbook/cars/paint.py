"""The colours of a vehicle, and how it is painted."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from random import Random

import numpy as np
from numpy.typing import NDArray

from cnnbook.cars.camera import View
from cnnbook.cars.canvas import Canvas, Colour
from cnnbook.cars.mesh import Mesh

Array = NDArray[np.float64]

PAINTS = (
    (236, 236, 232), (236, 236, 232), (190, 194, 198), (122, 126, 132), (52, 54, 58),
    (150, 30, 32), (38, 62, 122), (196, 180, 150), (92, 34, 38), (60, 96, 112),
    (214, 120, 36), (70, 92, 70),
)  # fmt: skip

MATERIALS = {
    "glass": (44, 55, 66), "shine": (104, 120, 134), "plate strip": (40, 70, 170),
    "figures": (122, 122, 124), "tyre": (24, 24, 26), "arch": (12, 12, 14),
    "rim": (184, 188, 192), "rim hole": (44, 46, 50), "line": (30, 30, 32), "sill": (40, 41, 44),
    "plate": (240, 240, 236), "chrome": (208, 212, 216), "grille": (18, 19, 22),
    "bar": (176, 180, 184), "lamp": (206, 216, 224), "lens": (112, 128, 142), "inlet": (26, 27, 30),
    "fog": (224, 226, 214), "slot": (22, 22, 24), "tail": (172, 22, 26),
    "tail lens": (250, 176, 120),
    "moulding": (48, 49, 52), "paint": (0, 0, 0), "shade": (0, 0, 0), "light": (58, 58, 58),
}  # fmt: skip

# How much of the vehicle's own paint is added to the colour.
_SHARES = {"paint": 1.0, "shade": 0.55, "light": 0.75}


@lru_cache
def _pigments(mesh: Mesh) -> tuple[Array, Array]:
    """Look up each tone's colour without the vehicle's paint, (t, 3), and the paint's share."""
    materials = mesh.tones.materials
    own = np.array([MATERIALS[material] for material in materials], float)
    return own, np.array([[_SHARES.get(material, 0.0)] for material in materials])


def paint(
    mesh: Mesh,
    view: View,
    canvas: Canvas,
    numbers: dict[str, int],
    rng: Random,
    paints: Sequence[Colour] = PAINTS,
) -> None:
    """Draw the mesh on the canvas; ``numbers`` says which number stands for which part.

    Examples
    --------
    >>> from cnnbook.cars.camera import look
    >>> from cnnbook.cars.caricature import mesh
    >>> numbers = dict.fromkeys(mesh(0, 0.6).parts, 1) | {"grille": 2, "tail lamp": 3}
    >>> for degrees in (-90, 90):  # the front, the rear
    ...     canvas = Canvas(100)
    ...     road = canvas.number((99, 99, 99))
    ...     view = look(mesh(0, 0.6), np.deg2rad(degrees), canvas.side, 0.9, Random(0))
    ...     paint(mesh(0, 0.6), view, canvas, numbers, Random(0))
    ...     print(np.unique(canvas.regions()).tolist())
    [0, 1, 2]
    [0, 1, 3]
    """
    tones = mesh.tones
    own, share = _pigments(mesh)
    body = np.array(rng.choice(paints)) + [rng.randint(-14, 14) for _ in range(3)]
    shaded = (own + share * body) * view.shade[:, None]
    first = canvas.numbers(shaded, bytes(numbers[part] for part in tones.parts))

    corners_seen = np.add.reduceat(view.seen, mesh.starts, dtype=int)
    drawn = corners_seen >= 3
    kept = view.seen & np.repeat(drawn, mesh.lengths)
    xy = view.corners[kept].ravel().tolist()
    ends = np.cumsum(2 * corners_seen[drawn]).tolist()
    polygon, start = canvas.pen.polygon, 0
    for end, number in zip(ends, (first + tones.of[drawn]).tolist(), strict=True):
        polygon(xy[start:end], number)
        start = end
