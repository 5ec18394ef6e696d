"""Makes as a caricaturist draws them, or nearer to the average car than they are."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from cnnbook.cars.building import build
from cnnbook.cars.makes import MAKES
from cnnbook.cars.mesh import Mesh
from cnnbook.cars.vehicle import Mark, Vehicle, blend, resample


@lru_cache
def _average_vehicle() -> Vehicle:
    """Average all makes, for `difficulty` to move them towards."""
    outlines: dict[tuple[str, str, str], list[np.ndarray]] = {}
    vehicles = [make.vehicle for make in MAKES]
    for vehicle in vehicles:
        for mark in vehicle.marks:
            outlines.setdefault((mark.material, mark.start, mark.part), []).append(
                resample(mark.outline)
            )
    average = vehicles[0]
    for count, vehicle in enumerate(vehicles[1:], start=2):
        average = blend(average, vehicle, 1 / count)
    marks = tuple(
        Mark(material, start, np.mean(own, axis=0), part)  # type: ignore[arg-type]
        for (material, start, part), own in outlines.items()
        if part != "body"
    )
    return Vehicle(**(vars(average) | {"marks": marks}))


@lru_cache
def caricature(label: int, difficulty: float) -> Vehicle:
    """Overdraw a make, below 0.6, or move it towards the average car, above.

    Examples
    --------
    >>> caricature(3, 0.6).length == MAKES[3].vehicle.length
    True
    """
    return blend(MAKES[label].vehicle, _average_vehicle(), 1.6 * difficulty - 0.96)


@lru_cache
def mesh(label: int, difficulty: float) -> Mesh:
    """Build a make as :func:`caricature` draws it.

    Examples
    --------
    >>> for difficulty in (0, 0.6, 1):  # the length of the shortest make, in metres
    ...     print(np.ptp(mesh(3, difficulty).points[:, 0]).round(2))
    3.52
    3.86
    4.16
    """
    return build(caricature(label, difficulty))
