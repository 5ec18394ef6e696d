"""The five makes, each in the numbers and outlines that tell it apart.

They are sketches after what a passer-by would name: a saloon with a six-cornered grille (Dena), a
low saloon with a narrow grille and swept-back lamps (Cerato), a hatchback that smiles (Mazda 3), a
short hatchback with lamps that climb the bonnet (206), a small, high-booted saloon with plain
lamps and steel wheels (Saina).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from cnnbook.cars.vehicle import Mark, Mesh, Start, Vehicle, blend, build, resample

# The names of the real data set's folders, in the order that Keras reads them.
CLASS_NAMES = ("iranKhodro_dena", "kia_cerato", "mazda_3", "peugeot_206", "saipa_saina")

# The parts that tell the makes apart, in the order of their numbers in a drawing's `regions`.
PARTS = ("headlamp", "grille", "tail lamp", "wheel", "tail end")


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


def _common_marks(front_door: float, rear_door: float, belt: float) -> tuple[Mark, ...]:
    """Door lines, handles, plates and sills, which every car has and which tell nothing."""

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
    >>> [mark.kind for mark in plate("rear", 0.62)]
    ['plate', 'plate strip', 'figures']
    """

    def box(left: float, right: float, low: float, high: float) -> list[tuple[float, float]]:
        return [(left, z + low), (right, z + low), (right, z + high), (left, z + high)]

    return (
        Mark("plate", start, box(-0.26, 0.26, 0, 0.11)),
        Mark("plate strip", start, box(0.21, 0.26, 0, 0.11), single=True),
        Mark("figures", start, box(-0.16, 0.17, 0.035, 0.08)),
    )


DENA = Vehicle(
    length=4.55, width=1.74, height=1.47, nose=0.80, cowl=0.99, belt=0.99, tail=1.02, bottom=0.22,
    screen_base=0.78, roof_front=0.12, roof_rear=-0.95, window_base=-1.52, inset=0.19,
    front_corner=0.30, rear_corner=0.25, bow=0.16, wheel=0.31, front_axle=1.36, rear_axle=-1.33,
    spokes=5, spoke=0.50, rim=0.70, panes=(0.10, 0.48, 0.82),
    marks=(
        *_common_marks(0.62, -1.05, 0.95),
        Mark("chrome", "front", mirrored((0.30, 0.45), (0.47, 0.60), (0.36, 0.77)), "grille"),
        Mark("grille", "front", mirrored((0.26, 0.49), (0.41, 0.60), (0.32, 0.735)), "grille"),
        Mark("bar", "front", mirrored((0.38, 0.60), (0.38, 0.62)), "grille"),
        Mark("lamp",
             "front", [(0.48, 0.60), (0.82, 0.57), (1.12, 0.70), (1.08, 0.78), (0.52, 0.76)],
             "headlamp"),
        Mark("lens", "front", [(0.56, 0.63), (0.74, 0.62), (0.76, 0.73), (0.58, 0.73)], "headlamp"),
        Mark("inlet", "front", mirrored((0.62, 0.26), (0.70, 0.37))),
        Mark("tail", "rear", [(0.34, 0.78), (0.78, 0.78), (1.10, 0.80), (1.06, 0.95), (0.34, 0.92)],
             "tail lamp"),
        Mark("tail lens", "rear", [(0.40, 0.82), (0.60, 0.82), (0.60, 0.88), (0.40, 0.88)],
             "tail lamp"),
        Mark("chrome", "rear", mirrored((0.34, 0.82), (0.34, 0.86)), "tail end"),
    ),
)  # fmt: skip

CERATO = Vehicle(
    length=4.62, width=1.80, height=1.41, nose=0.70, cowl=0.95, belt=0.97, tail=1.05, bottom=0.19,
    screen_base=1.02, roof_front=0.12, roof_rear=-0.72, window_base=-1.78, inset=0.25,
    front_corner=0.46, rear_corner=0.34, bow=0.24, wheel=0.34, front_axle=1.38, rear_axle=-1.34,
    spokes=10, spoke=0.55, rim=0.80, panes=(0.08, 0.44, 0.74, 0.88),
    marks=(
        *_common_marks(0.72, -0.98, 0.93),
        Mark("chrome", "front",
             mirrored((0.40, 0.57), (0.46, 0.66), (0.22, 0.70), (0.10, 0.67)), "grille"),
        Mark("grille", "front",
             mirrored((0.37, 0.59), (0.42, 0.645), (0.20, 0.675), (0.10, 0.65)), "grille"),
        Mark("lamp", "front",
             [(0.46, 0.59), (0.80, 0.58), (1.48, 0.80), (1.40, 0.84), (0.95, 0.76), (0.48, 0.68)],
             "headlamp"),
        Mark("lens", "front", [(0.52, 0.605), (0.74, 0.60), (0.80, 0.67), (0.54, 0.66)],
             "headlamp"),
        Mark("inlet", "front", mirrored((0.36, 0.24), (0.58, 0.38))),
        Mark("fog", "front", [(0.74, 0.30), (0.96, 0.30), (0.98, 0.42), (0.80, 0.40)], "headlamp"),
        Mark("tail", "rear", [(0.52, 0.78), (0.90, 0.74), (1.34, 0.90), (1.28, 1.00), (0.56, 0.94)],
             "tail lamp"),
        Mark("tail lens", "rear", [(0.62, 0.82), (0.96, 0.82), (1.0, 0.87), (0.62, 0.87)],
             "tail lamp"),
        Mark("inlet", "rear", mirrored((0.50, 0.24), (0.58, 0.36))),
    ),
)  # fmt: skip

MAZDA = Vehicle(
    length=4.43, width=1.78, height=1.46, nose=0.73, cowl=0.97, belt=1.00, tail=1.04, bottom=0.20,
    screen_base=0.98, roof_front=0.18, roof_rear=-1.50, window_base=-1.98, inset=0.21,
    front_corner=0.42, rear_corner=0.38, bow=0.22, wheel=0.33, front_axle=1.30, rear_axle=-1.32,
    spokes=5, spoke=0.72, rim=0.78, panes=(0.06, 0.42, 0.72, 0.90),
    marks=(
        *_common_marks(0.70, -0.98, 0.95),
        Mark("chrome", "front",
             mirrored((0.30, 0.22), (0.52, 0.30), (0.66, 0.50), (0.56, 0.53), (0.30, 0.47)),
             "grille"),
        Mark("grille", "front",
             mirrored((0.28, 0.25), (0.49, 0.33), (0.60, 0.485), (0.52, 0.50), (0.28, 0.44)),
             "grille"),
        Mark("slot", "front", mirrored((0.34, 0.60), (0.38, 0.65))),
        Mark("lamp", "front",
             [(0.48, 0.62), (0.66, 0.56), (0.94, 0.60), (1.20, 0.74), (1.08, 0.77), (0.62, 0.74)],
             "headlamp"),
        Mark("lens", "front", rounded(0.68, 0.655, 0.085, 0.06), "headlamp"),
        Mark("lens", "front", rounded(0.90, 0.665, 0.07, 0.05), "headlamp"),
        Mark("fog", "front", rounded(0.86, 0.36, 0.08, 0.06), "headlamp"),
        Mark("tail", "rear", [(0.46, 0.84), (0.74, 0.76), (1.02, 0.80), (1.06, 0.98), (0.60, 0.98)],
             "tail lamp"),
        Mark("tail lens", "rear", rounded(0.70, 0.88, 0.08, 0.07), "tail lamp"),
        Mark("tail lens", "rear", rounded(0.93, 0.89, 0.07, 0.06), "tail lamp"),
    ),
)  # fmt: skip

PEUGEOT = Vehicle(
    length=3.84, width=1.67, height=1.44, nose=0.70, cowl=0.98, belt=0.96, tail=0.94, bottom=0.22,
    screen_base=0.88, roof_front=0.22, roof_rear=-1.28, window_base=-1.74, inset=0.22,
    front_corner=0.46, rear_corner=0.40, bow=0.22, wheel=0.30, front_axle=1.18, rear_axle=-1.24,
    spokes=8, spoke=0.36, rim=0.66, panes=(0.06, 0.46, 0.80),
    marks=(
        *_common_marks(0.62, -0.86, 0.92),
        Mark("grille", "front", mirrored((0.30, 0.555), (0.38, 0.62), (0.30, 0.64)), "grille"),
        Mark("chrome", "front", mirrored((0.05, 0.57), (0.07, 0.66)), "grille"),
        Mark("lamp", "front",
             [(0.34, 0.63), (0.60, 0.53), (0.92, 0.60), (1.34, 0.84), (1.24, 0.89), (0.70, 0.79)],
             "headlamp"),
        Mark("lens", "front", rounded(0.66, 0.65, 0.12, 0.075), "headlamp"),
        Mark("inlet", "front", mirrored((0.60, 0.25), (0.74, 0.38))),
        Mark("moulding", "side", [(-1.2, 0.52), (1.1, 0.52), (1.1, 0.57), (-1.2, 0.57)]),
        Mark("tail", "rear",
             [(0.62, 0.66), (0.80, 0.64), (1.02, 0.76), (1.06, 0.98), (0.80, 0.99), (0.68, 0.86)],
             "tail lamp"),
        Mark("tail lens", "rear", rounded(0.80, 0.76, 0.07, 0.06), "tail lamp"),
        Mark("moulding", "rear", mirrored((0.78, 0.40), (0.78, 0.46))),
    ),
)  # fmt: skip

SAINA = Vehicle(
    length=4.05, width=1.65, height=1.49, nose=0.82, cowl=1.02, belt=1.00, tail=1.10, bottom=0.23,
    screen_base=0.84, roof_front=0.30, roof_rear=-0.92, window_base=-1.34, inset=0.15,
    front_corner=0.26, rear_corner=0.20, bow=0.12, wheel=0.28, front_axle=1.22, rear_axle=-1.20,
    spokes=12, spoke=0.25, rim=0.60, panes=(0.08, 0.50, 0.88),
    marks=(
        *_common_marks(0.64, -0.90, 0.96),
        Mark("chrome", "front", mirrored((0.22, 0.56), (0.40, 0.80)), "grille"),
        Mark("grille", "front", mirrored((0.18, 0.58), (0.34, 0.775)), "grille"),
        Mark("bar", "front", mirrored((0.30, 0.62), (0.30, 0.645)), "grille"),
        Mark("bar", "front", mirrored((0.32, 0.70), (0.32, 0.725)), "grille"),
        Mark("lamp",
             "front", [(0.44, 0.56), (0.76, 0.56), (0.94, 0.64), (0.92, 0.82), (0.48, 0.80)],
             "headlamp"),
        Mark("lens", "front", [(0.52, 0.62), (0.70, 0.62), (0.70, 0.76), (0.52, 0.76)], "headlamp"),
        Mark("inlet", "front", mirrored((0.46, 0.27), (0.50, 0.36))),
        Mark("fog", "front", rounded(0.66, 0.35, 0.07, 0.06), "headlamp"),
        Mark("tail", "rear", [(0.52, 0.74), (0.78, 0.72), (0.94, 0.76), (0.90, 1.04), (0.62, 1.06)],
             "tail lamp"),
        Mark("tail lens", "rear", [(0.62, 0.84), (0.80, 0.84), (0.80, 0.90), (0.62, 0.90)],
             "tail lamp"),
    ),
)  # fmt: skip

MAKES = (DENA, CERATO, MAZDA, PEUGEOT, SAINA)


@lru_cache
def _average_make() -> Vehicle:
    """Average the five, for `difficulty` to move them towards."""
    average = DENA
    outlines: dict[tuple[str, str, str], list[np.ndarray]] = {}
    for make in MAKES:
        for mark in make.marks:
            outlines.setdefault((mark.kind, mark.start, mark.part), []).append(
                resample(mark.outline)
            )
    for count, make in enumerate(MAKES[1:], start=2):
        average = blend(average, make, 1 / count)
    marks = tuple(
        Mark(kind, start, np.mean(own, axis=0), part)  # type: ignore[arg-type]
        for (kind, start, part), own in outlines.items()
        if part != "body"
    )
    return Vehicle(**(vars(average) | {"marks": marks}))


@lru_cache
def mesh(label: int, difficulty: float) -> Mesh:
    """Build a make: below 0.6 overdrawn as by a caricaturist, above it nearer to the average.

    Examples
    --------
    >>> for difficulty in (0, 0.6, 1):  # the length of the shortest make, in metres
    ...     print(np.ptp(mesh(3, difficulty).points[:, 0]).round(2))
    3.52
    3.86
    4.16
    """
    return build(blend(MAKES[label], _average_make(), 1.6 * difficulty - 0.96))
