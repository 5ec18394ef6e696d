"""A vehicle as a few numbers and outlines.

Axes in metres: x forward, y to the left, z up; the middle of the vehicle stands at the origin.
Lamps, grilles and door lines are *marks*: outlines drawn on the body's wall, where a point is
(distance along the wall, height), so that a lamp can run around a corner.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Start = Literal["front", "rear", "side"]

# The parts that tell makes apart, in the order of their numbers in a drawing's `regions`.
PARTS = ("headlamp", "grille", "tail lamp", "wheel", "tail end")

OUTLINE_POINTS = 20  # each mark's outline, resampled, so that two of them can be averaged


@dataclass(frozen=True)
class Mark:
    """An outline on the wall, (k, 2): distance from ``start`` along the wall, and height.

    ``start`` is the middle of the front, the middle of the rear, or, for "side", the distance is
    the x coordinate itself. A mark that does not cross the middle is repeated on the other side,
    unless it is ``single``.

    Examples
    --------
    >>> from cnnbook.cars.makes.irankhodro_dena import VEHICLE as dena
    >>> from cnnbook.cars.building import build
    >>> corners = [(0.5, 0.6), (0.7, 0.6), (0.7, 0.7), (0.5, 0.7)]
    >>> for single in (False, True):
    ...     fog = Mark("fog", "front", corners, "headlamp", single)
    ...     print(build(replace(dena, marks=(fog,))).materials.count("fog"))
    2
    1
    """

    material: str
    start: Start
    outline: Any
    part: str = "body"
    single: bool = False


@dataclass(frozen=True)
class Vehicle:
    """Measures in metres; ``screen_base`` to ``window_base`` are x coordinates.

    Examples
    --------
    >>> from cnnbook.cars.makes.irankhodro_dena import VEHICLE as dena
    >>> from cnnbook.cars.building import build
    >>> dena.length, dena.spokes
    (4.55, 5)
    >>> build(replace(dena, spokes=7)).materials.count("rim hole") // 4
    7
    """

    length: float
    width: float
    height: float
    nose: float
    cowl: float
    belt: float
    tail: float
    bottom: float
    screen_base: float
    roof_front: float
    roof_rear: float
    window_base: float
    inset: float
    front_corner: float
    rear_corner: float
    bow: float
    wheel: float
    front_axle: float
    rear_axle: float
    spokes: int
    spoke: float
    rim: float
    panes: tuple[float, ...]
    marks: tuple[Mark, ...]


def resample(outline: Any, count: int = OUTLINE_POINTS) -> Array:
    """Put ``count`` points at equal distances on a closed outline: (k, 2) -> (count, 2).

    Examples
    --------
    >>> square = [(0, 0), (2, 0), (2, 2), (0, 2)]
    >>> resample(square, 8)[:4].tolist()
    [[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [2.0, 1.0]]
    """
    closed = np.vstack([outline, outline[:1]])
    walked = np.r_[0, np.cumsum(np.hypot(*np.diff(closed, axis=0).T))]
    at = np.linspace(0, walked[-1], count, endpoint=False)
    return np.column_stack([np.interp(at, walked, closed[:, k]) for k in (0, 1)])


def blend(vehicle: Vehicle, other: Vehicle, amount: float) -> Vehicle:
    """Move every measure and outline of ``vehicle`` towards ``other`` by ``amount``.

    0 keeps ``vehicle``, 1 has the measures of ``other``, and below 0 the differences grow. Marks
    are paired by material, start and part; those without a partner stay.

    Examples
    --------
    >>> from cnnbook.cars.makes.irankhodro_dena import VEHICLE as dena
    >>> from cnnbook.cars.makes.saipa_saina import VEHICLE as saina
    >>> [round(blend(dena, saina, amount).length, 2) for amount in (-0.5, 0, 0.5, 1)]
    [4.8, 4.55, 4.3, 4.05]
    """

    def mixed(a: Any, b: Any) -> Any:
        return (1 - amount) * np.asarray(a) + amount * np.asarray(b)

    numbers: dict[str, Any] = {
        f.name: float(mixed(getattr(vehicle, f.name), getattr(other, f.name)))
        for f in fields(Vehicle)
        if f.name not in ("spokes", "panes", "marks")
    }
    partners = {(m.material, m.start, m.part): m for m in other.marks}
    marks = tuple(
        replace(m, outline=mixed(resample(m.outline), resample(partners[key].outline)))
        if (key := (m.material, m.start, m.part)) in partners
        else m
        for m in vehicle.marks
    )
    return replace(vehicle, **numbers, marks=marks)
