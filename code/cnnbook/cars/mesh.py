"""The polygons in space that a vehicle's numbers stand for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Tones(NamedTuple):
    """The polygons of a mesh sorted by look: those of one tone are always of one colour.

    Attributes
    ----------
    of : (q,) int64
        The tone of each polygon.
    materials, parts : lists of t str
        What each tone is painted with, and what it belongs to.
    facing : (t, 3)
        The direction that it faces, a unit vector.

    Examples
    --------
    >>> from cnnbook.cars.makes.irankhodro_dena import VEHICLE as dena
    >>> from cnnbook.cars.building import build
    >>> from dataclasses import replace
    >>> mesh = build(replace(dena, spokes=7))
    >>> mesh.materials.count("rim hole"), mesh.tones.materials.count("rim hole")  # seven to a wheel
    (28, 2)
    """

    of: NDArray[np.int64]
    materials: list[str]
    parts: list[str]
    facing: Array


@dataclass(frozen=True, eq=False)
class Mesh:
    """Polygons in painting order.

    Attributes
    ----------
    points, normals : (p, 3)
        Corners of all polygons, and the direction that each corner faces.
    starts : (q,) int64
        The first corner of each polygon; its last is the one before the next polygon's first.
    materials, parts : lists of q str
        What each polygon is painted with, and what it belongs to.
    two_sided : (p,) bool
        Corners that are drawn whichever way they face.

    Examples
    --------
    >>> from cnnbook.cars.makes.irankhodro_dena import VEHICLE as dena
    >>> from cnnbook.cars.building import build
    >>> mesh = build(dena)
    >>> mesh.points.shape == mesh.normals.shape == (len(mesh.two_sided), 3)
    True
    >>> len(mesh.starts) == len(mesh.materials) == len(mesh.parts)
    True
    """

    points: Array
    normals: Array
    starts: NDArray[np.int64]
    materials: list[str]
    parts: list[str]
    two_sided: NDArray[np.bool_]

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        """How many corners each polygon has, (q,)."""
        return np.diff(self.starts, append=len(self.points))

    @cached_property
    def offsets(self) -> Array:
        """Say how far from the origin each corner's plane is, times its normal's length, (p,).

        A camera at c sees the corner where ``normal @ c`` is greater.
        """
        return np.asarray((self.points * self.normals).sum(axis=1))

    @cached_property
    def tones(self) -> Tones:
        """Sort the polygons by what they are painted with, belong to and face."""
        facing = self.normals[self.starts]
        facing = facing / np.linalg.norm(facing, axis=1, keepdims=True)
        looks = list(
            zip(self.materials, self.parts, map(tuple, facing.round(6).tolist()), strict=True)
        )
        numbers = {look: number for number, look in enumerate(dict.fromkeys(looks))}
        materials, parts, directions = zip(*numbers, strict=True)
        of = np.array([numbers[look] for look in looks], np.int64)
        return Tones(of, list(materials), list(parts), np.array(directions))


def starts(polygons: list[Array]) -> NDArray[np.int64]:
    """Say where each polygon's corners begin once all are stacked.

    Examples
    --------
    >>> starts([np.zeros((4, 3)), np.zeros((20, 3)), np.zeros((4, 3))]).tolist()
    [0, 4, 24]
    """
    return np.cumsum([0, *map(len, polygons[:-1])], dtype=np.int64)
