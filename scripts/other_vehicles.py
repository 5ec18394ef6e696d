"""Vehicles that are none of the five makes: what the shipped backbone is pretrained on.

Six families (bus, minibus, van, pickup, off-roader, bicycle) of four imaginary models each. Within
a family the models differ in lamps, grille, tail lamps and wheels, so that the backbone learns to
look at such parts; their outlines are drawn by lot.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from cnnbook.cars.building import build
from cnnbook.cars.marks import mirrored, plate, rounded
from cnnbook.cars.mesh import Mesh, starts
from cnnbook.cars.vehicle import Mark, Vehicle

FAMILIES = ("bus", "minibus", "van", "pickup", "off-roader", "bicycle")
MODELS_PER_FAMILY = 4
CLASSES = tuple(f"{family} {k}" for family in FAMILIES for k in range(MODELS_PER_FAMILY))

_SHAPES: dict[str, dict[str, float]] = {
    "bus": dict(length=9.5, width=2.4, height=2.9, nose=1.25, cowl=1.35, belt=1.35, tail=1.35,
                screen_base=4.6, roof_front=4.45, roof_rear=-4.55, window_base=-4.68,
                front_axle=3.1, rear_axle=-2.6, wheel=0.46),
    "minibus": dict(length=6.2, width=2.0, height=2.45, nose=1.05, cowl=1.2, belt=1.2, tail=1.2,
                    screen_base=2.7, roof_front=2.1, roof_rear=-2.9, window_base=-3.05,
                    front_axle=2.1, rear_axle=-1.9, wheel=0.36),
    "van": dict(length=5.0, width=1.9, height=2.0, nose=0.95, cowl=1.15, belt=1.15, tail=1.15,
                screen_base=1.7, roof_front=0.9, roof_rear=-2.3, window_base=-2.45,
                front_axle=1.7, rear_axle=-1.5, wheel=0.33),
    "pickup": dict(length=5.2, width=1.85, height=1.75, nose=1.0, cowl=1.15, belt=1.15, tail=1.1,
                   screen_base=1.2, roof_front=0.6, roof_rear=-0.4, window_base=-0.6,
                   front_axle=1.65, rear_axle=-1.6, wheel=0.39),
    "off-roader": dict(length=4.3, width=1.8, height=1.85, nose=1.05, cowl=1.15, belt=1.15,
                       tail=1.15, screen_base=0.85, roof_front=0.55, roof_rear=-1.9,
                       window_base=-2.05, front_axle=1.35, rear_axle=-1.3, wheel=0.38),
}  # fmt: skip


def vehicle(label: int) -> Mesh:
    """Build one of `CLASSES`."""
    family, model = FAMILIES[label // MODELS_PER_FAMILY], label % MODELS_PER_FAMILY
    rng = np.random.default_rng([1905, label])
    if family == "bicycle":
        return _bicycle(model, rng)
    shape = _SHAPES[family]
    low, half = 0.62 * shape["nose"], shape["width"] / 2
    return build(
        Vehicle(
            **shape,
            bottom=0.28,
            inset=rng.uniform(0.05, 0.2),
            front_corner=rng.uniform(0.15, 0.4),
            rear_corner=rng.uniform(0.1, 0.3),
            bow=rng.uniform(0.05, 0.2),
            spokes=int(rng.integers(4, 13)),
            spoke=rng.uniform(0.25, 0.7),
            rim=rng.uniform(0.55, 0.8),
            panes=tuple(np.linspace(0.04, 0.96, int(rng.integers(2, 6))).tolist()),
            marks=(
                *_lamp("lamp", "front", "headlamp", half, low, rng),
                *_grille(half, low, rng),
                *_lamp("tail", "rear", "tail lamp", half, low + 0.1, rng),
                *plate("front", 0.42),
                *plate("rear", 0.6),
            ),
        )
    )


def _lamp(
    material: str, start: str, part: str, half: float, low: float, rng: np.random.Generator
) -> tuple[Mark, Mark]:
    """Draw by lot a lamp with some corners, or a round one, and a lens in it."""
    at, rx, rz = half * rng.uniform(0.62, 0.85), rng.uniform(0.12, 0.3), rng.uniform(0.07, 0.2)
    if rng.random() < 0.3:
        outline = rounded(at, low + 0.1, rx, rz)
    else:
        turns = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(4, 7))))
        outline = np.column_stack([at + rx * np.cos(turns), low + 0.1 + rz * np.sin(turns)])
    lens = rounded(at, low + 0.1, rx * rng.uniform(0.2, 0.5), rz * rng.uniform(0.3, 0.6))
    return Mark(material, start, outline, part), Mark(  # type: ignore[arg-type]
        "lens" if material == "lamp" else "tail lens",
        start,  # type: ignore[arg-type]
        lens,
        part,
    )


def _grille(half: float, low: float, rng: np.random.Generator) -> tuple[Mark, ...]:
    wide, tall = half * rng.uniform(0.3, 0.55), rng.uniform(0.08, 0.3)
    base = low + rng.uniform(-0.15, 0.05)
    lean = rng.uniform(0.5, 1.3)
    outline = mirrored((wide * lean, base), (wide, base + tall / 2), (wide / lean, base + tall))
    inner = outline * (0.85, 1) + (0, 0.0)
    inner[:, 1] = base + tall / 2 + 0.8 * (inner[:, 1] - base - tall / 2)
    bars = [
        Mark("bar", "front", mirrored((wide * 0.7, z), (wide * 0.7, z + 0.025)), "grille")
        for z in np.linspace(base, base + tall, int(rng.integers(2, 5)))[1:-1]
    ]
    return (
        Mark("chrome", "front", outline, "grille"),
        Mark("grille", "front", inner, "grille"),
        *bars,
    )


def _bicycle(model: int, rng: np.random.Generator) -> Mesh:
    """Two rings and some tubes, in one plane."""
    wheel, base = rng.uniform(0.28, 0.36), rng.uniform(0.5, 0.56)
    seat, bar = (-0.2, rng.uniform(0.75, 0.95)), (0.42, rng.uniform(0.85, 1.05))
    crank, back, front = (0.0, 0.28), (-base, wheel), (base, wheel)
    head = (0.38, bar[1] - 0.25)
    top = (-0.16, rng.uniform(0.4, 0.75))
    tubes = [(crank, top), (top, head), (crank, head), (crank, back), (back, top), (head, front),
             (head, bar), (top, seat), ((seat[0] - 0.12, seat[1]), (seat[0] + 0.1, seat[1])),
             (bar, (bar[0] + rng.uniform(-0.2, 0.15), bar[1] + 0.02))]  # fmt: skip
    polygons, materials = [], []
    for a, b in tubes:
        polygons.append(_tube(a, b, 0.022))
        materials.append("paint")
    for centre in (back, front):
        turns = np.linspace(0, 2 * np.pi, 17)
        rim = np.column_stack([np.cos(turns), np.sin(turns)]) * wheel + np.array(centre)
        for a, b in pairwise(rim):
            polygons.append(_tube(a, b, 0.02))
            materials.append("tyre")
        for a in rim[:: 2 + model]:
            polygons.append(_tube(centre, a, 0.006))
            materials.append("rim")
    count = sum(map(len, polygons))
    return Mesh(
        points=np.vstack(polygons),
        normals=np.tile([0.0, 1.0, 0.3], (count, 1)),
        starts=starts(polygons),
        materials=materials,
        parts=["body"] * len(materials),
        two_sided=np.ones(count, bool),
    )


def _tube(a: object, b: object, thickness: float) -> np.ndarray:
    a, b = np.asarray(a, float), np.asarray(b, float)
    across = (b - a)[::-1] * (-1, 1)
    across *= thickness / max(float(np.hypot(*across)), 1e-9)
    ring = np.array([a - across, b - across, b + across, a + across])
    return np.column_stack([ring[:, 0], np.zeros(4), ring[:, 1]])
