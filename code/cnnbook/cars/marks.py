"""Outlines of marks, and the marks that every car has."""

from __future__ import annotations

import numpy as np

from cnnbook.cars.vehicle import Mark, Start


def mirrored(*half: tuple[float, float]) -> np.ndarray:
    """Complete an outline from its left half, given from bottom to top: k points -> (2k, 2).

    Examples
    --------
    >>> mirrored((0.3, 0.5), (0.2, 0.7)).tolist()
    [[0.3, 0.5], [0.2, 0.7], [-0.2, 0.7], [-0.3, 0.5]]
    """
    left = np.array(half)
    return np.vstack([left, left[::-1] * (-1, 1)])


def rounded(x: float, z: float, rx: float, rz: float) -> np.ndarray:
    """Return the outline of an ellipse about (x, z): (20, 2).

    Examples
    --------
    >>> outline = rounded(0.7, 0.6, rx=0.1, rz=0.05)
    >>> outline.shape, outline.max(axis=0).round(2).tolist()
    ((20, 2), [0.8, 0.65])
    """
    t = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    return np.column_stack([x + rx * np.cos(t), z + rz * np.sin(t)])


def common_marks(front_door: float, rear_door: float, belt: float) -> tuple[Mark, ...]:
    """Return door lines, handles, plates and sills, which every car has and which tell nothing.

    Parameters are the x coordinates of the doors' front and rear ends, and the belt's height.

    Examples
    --------
    >>> {mark.part for mark in common_marks(0.62, -1.05, 0.95)}
    {'body'}
    """

    def line(x: float) -> list[tuple[float, float]]:
        return [(x - 0.012, 0.32), (x + 0.012, 0.32), (x + 0.012, belt), (x - 0.012, belt)]

    def handle(x: float) -> list[tuple[float, float]]:
        z = belt - 0.12
        return [(x, z), (x + 0.18, z), (x + 0.18, z + 0.035), (x, z + 0.035)]

    middle = (front_door + rear_door) / 2
    return (
        Mark(
            "light",
            "side",
            [(-1.7, belt - 0.19), (1.5, belt - 0.25), (1.5, belt - 0.27), (-1.7, belt - 0.22)],
        ),
        *(Mark("shade", "side", line(x)) for x in (front_door, middle, rear_door)),
        *(Mark("line", "side", handle(x + 0.06)) for x in (middle, rear_door)),
        Mark("sill", "side", [(-1.0, 0.2), (0.9, 0.2), (0.9, 0.29), (-1.0, 0.29)]),
        *plate("front", 0.40),
        *plate("rear", 0.62),
        Mark("shade", "rear", mirrored((0.80, 0.52), (0.80, 0.54))),
        Mark("line", "rear", mirrored((0.66, 0.24), (0.72, 0.33))),
    )


def plate(start: Start, z: float) -> tuple[Mark, ...]:
    """Draw an Iranian number plate, its figures blurred.

    Examples
    --------
    >>> [mark.material for mark in plate("rear", 0.62)]
    ['plate', 'plate strip', 'figures']
    """

    def box(left: float, right: float, low: float, high: float) -> list[tuple[float, float]]:
        return [(left, z + low), (right, z + low), (right, z + high), (left, z + high)]

    return (
        Mark("plate", start, box(-0.26, 0.26, 0, 0.11)),
        Mark("plate strip", start, box(0.21, 0.26, 0, 0.11), single=True),
        Mark("figures", start, box(-0.16, 0.17, 0.035, 0.08)),
    )
