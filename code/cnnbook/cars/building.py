"""Build a vehicle: from its numbers to polygons."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnbook.cars.mesh import Mesh, starts
from cnnbook.cars.vehicle import OUTLINE_POINTS, Mark, Start, Vehicle, resample

Array = NDArray[np.float64]


def build(vehicle: Vehicle) -> Mesh:
    """Turn the numbers into polygons, far things first.

    Examples
    --------
    >>> from cnnbook.cars.makes.irankhodro_dena import VEHICLE as dena
    >>> mesh = build(dena)
    >>> float(mesh.points[:, 2].max()) == dena.height
    True
    >>> sorted(set(mesh.parts))
    ['body', 'grille', 'headlamp', 'screen', 'tail end', 'tail lamp', 'wheel']
    """
    b = _Builder(vehicle)
    b.tyres_below()
    b.body()
    b.far_mirrors()
    b.greenhouse()
    for mark in vehicle.marks:
        b.mark(mark)
    b.wheels()
    b.mirrors()
    return Mesh(
        points=np.vstack([p[0] for p in b.polygons]),
        normals=np.vstack([p[1] for p in b.polygons]),
        starts=starts([p[0] for p in b.polygons]),
        materials=[p[2] for p in b.polygons],
        parts=[p[3] for p in b.polygons],
        two_sided=np.concatenate([np.full(len(p[0]), p[4]) for p in b.polygons]),
    )


class _Wall:
    """The outline of the body seen from above, left half, from front middle to rear middle."""

    def __init__(self, v: Vehicle) -> None:
        half, end = v.width / 2, v.length / 2
        turn = np.linspace(0, np.pi / 2, 5)

        def end_curve(corner: float) -> Array:
            across = np.linspace(0, half - corner, 4)[:-1]
            bow = v.bow * (across / half) ** 2
            sink = v.bow * ((half - corner) / half) ** 2
            arc_x = end - sink - corner * (1 - np.cos(turn))
            arc_y = half - corner + corner * np.sin(turn)
            return np.column_stack([np.r_[end - bow, arc_x], np.r_[across, arc_y]])

        front, rear = end_curve(v.front_corner), end_curve(v.rear_corner)[::-1] * (-1, 1)
        sides = np.linspace(front[-1, 0], rear[0, 0], 6)[1:-1]
        side = np.column_stack([sides, np.full(4, half)])
        self.xy = np.vstack([front, side, rear])
        self.walked = np.r_[0, np.cumsum(np.hypot(*np.diff(self.xy, axis=0).T))]
        along = np.gradient(self.xy, self.walked, axis=0)
        self.normals = np.column_stack([-along[:, 1], along[:, 0]]) * -1

    def at(self, start: Start, distance: Array) -> tuple[Array, Array]:
        """Positions and outward directions, (k, 2) each, of points on the wall."""
        if start == "side":
            distance = np.interp(-distance, -self.xy[:, 0], self.walked)
        elif start == "rear":
            distance = self.walked[-1] - distance
        mirror = np.where(distance < 0, -1.0, 1.0)
        beyond = distance > self.walked[-1]
        mirror = np.where(beyond, -1.0, mirror)
        distance = np.where(beyond, 2 * self.walked[-1] - distance, np.abs(distance))
        xy, normals = (
            np.column_stack([np.interp(distance, self.walked, a[:, k]) for k in (0, 1)])
            for a in (self.xy, self.normals)
        )
        xy[:, 1] *= mirror
        normals[:, 1] *= mirror
        return xy, normals


class _Builder:
    def __init__(self, vehicle: Vehicle) -> None:
        self.v = vehicle
        self.wall = _Wall(vehicle)
        self.polygons: list[tuple[Array, Array, str, str, bool]] = []

    def add(
        self,
        points: Any,
        normal: Any,
        material: str,
        part: str = "body",
        two_sided: bool = False,
    ) -> None:
        corners = np.asarray(points, float)
        normals = np.broadcast_to(np.asarray(normal, float), corners.shape)
        self.polygons.append((corners, normals, material, part, two_sided))

    def add_both_sides(self, points: Any, normal: Any, material: str, part: str = "body") -> None:
        for mirror in ((1, 1, 1), (1, -1, 1)):
            self.add(np.asarray(points) * mirror, np.asarray(normal) * mirror, material, part)

    def top_of_wall(self, x: Any) -> Any:
        v = self.v
        heights = (v.tail, v.belt, v.cowl, v.nose)
        return np.interp(x, (-v.length / 2, v.window_base, v.screen_base, v.length / 2), heights)

    def body(self) -> None:
        v, xy, normals = self.v, self.wall.xy, self.wall.normals
        top = self.top_of_wall(xy[:, 0])
        middle = v.bottom + 0.45 * (top - v.bottom)
        deck = np.column_stack([xy, top])
        self.add(np.vstack([deck, deck[::-1] * (1, -1, 1)]), (0, 0, 1), "paint", two_sided=True)
        for i in range(len(xy) - 1):
            pair = [i, i + 1]
            out = np.column_stack([normals[pair], [0, 0]])
            for low, high, lean, material in (
                (np.full(len(xy), v.bottom), middle, -0.25, "paint"),
                (middle, top, 0.15, "paint"),
            ):
                a, b = np.column_stack([xy, low])[pair], np.column_stack([xy, high])[pair]
                ring = np.vstack([a, b[::-1]])
                facing = np.vstack([out, out[::-1]])
                facing[:, 2] = lean
                behind = lean > 0 and xy[pair, 0].max() <= v.window_base + 0.05
                self.add_both_sides(ring, facing, material, "tail end" if behind else "body")
        left = np.column_stack([xy, top])
        for inside, part in (
            (left[:, 0] >= v.screen_base - 0.05, "body"),
            (left[:, 0] <= v.window_base + 0.05, "tail end"),
        ):
            half = left[inside]
            if len(half) > 1:
                self.add(np.vstack([half, half[::-1] * (1, -1, 1)]), (0, 0, 1), "paint", part)

    def mirrors(self) -> None:
        """Draw door mirrors; what hides the far one is drawn later."""
        v = self.v
        at = np.array([v.screen_base - 0.22, v.width / 2 + 0.09, v.cowl + 0.07])
        ring = at + np.array(
            [(0, -0.10, -0.03), (0.03, 0.08, -0.07), (0.04, 0.10, 0.05), (0, -0.06, 0.07),
             (-0.12, 0.06, 0.05), (-0.12, 0.04, -0.06)]
        )  # fmt: skip
        self.add_both_sides(ring, (0, 1, 0), "shade")

    def far_mirrors(self) -> None:
        """Draw the mirror that the cabin may hide."""
        v = self.v
        at = np.array([v.screen_base - 0.22, v.width / 2 + 0.09, v.cowl + 0.07])
        ring = at + np.array([(0, -0.1, -0.06), (0, 0.1, -0.06), (0, 0.1, 0.06), (0, -0.1, 0.06)])
        for mirror in ((1, 1, 1), (1, -1, 1)):
            self.add(ring * mirror, (0, 0, 1), "shade", two_sided=True)

    def greenhouse(self) -> None:
        v, half = self.v, self.v.width / 2 - 0.04
        inner = half - v.inset
        front, rear = (v.screen_base, half, v.cowl), (v.window_base, half, v.belt)
        roof = [(v.roof_front, inner, v.height - 0.02), (v.roof_rear, inner, v.height - 0.03)]
        crown = ((v.roof_front + v.roof_rear) / 2, inner, v.height)
        side = np.array([front, roof[0], crown, roof[1], rear])
        lean = v.inset / max(v.height - v.belt, 0.1)
        mirror = np.array((1, -1, 1))
        self.add_both_sides(side, (0, 1, lean), "paint")
        for low, high, forward in ((front, roof[0], 1), (rear, roof[1], -1)):
            rise = max(high[2] - low[2], 0.05)
            slope = abs(low[0] - high[0]) / rise
            pane = np.array([low, high, np.multiply(high, mirror), np.multiply(low, mirror)])
            self.add(pane, (forward, 0, slope), "paint")
            inset = pane.mean(0) + (pane - pane.mean(0)) * (1, 0.9, 0.86)
            part = "screen" if forward > 0 else "tail end"
            self.add(inset, (forward, 0, slope), "glass", part)
            low_edge, high_edge = inset[[0, 3]], inset[[1, 2]]
            across = np.array([[0.38, 0.62], [0.22, 0.78]])
            shine = np.vstack([across @ low_edge, (across @ high_edge)[::-1]])
            self.add(shine, (forward, 0, slope), "shine", part)
        top = np.array([roof[0], crown, roof[1]])
        self.add(np.vstack([top, top[::-1] * mirror]), (0, 0, 1), "paint")
        self.side_windows(side, lean)

    def side_windows(self, side: Array, lean: float) -> None:
        """Cut the side into panes between pillars, at the given parts of its length."""
        v = self.v
        for first, last in zip(v.panes[:-1], v.panes[1:], strict=True):
            lower_x = np.interp((first + 0.03, last - 0.03), (0, 1), side[[0, 4], 0])
            upper_x = np.interp((first + 0.02, last - 0.02), (0, 1), side[[1, 3], 0])
            low, high = v.belt + 0.03, v.height - 0.10
            part = (high - v.belt) / (v.height - v.belt)
            up = upper_x * part + lower_x * (1 - part)
            y_low, y_high = side[0, 1] - 0.01, side[0, 1] - v.inset * part
            pane = [
                (lower_x[0], y_low, low),
                (up[0], y_high, high),
                (up[1], y_high, high),
                (lower_x[1], y_low, low),
            ]
            self.add_both_sides(pane, (0, 1, lean), "glass")

    def wheels(self) -> None:
        v, half = self.v, self.v.width / 2
        around = np.linspace(0, 2 * np.pi, 20, endpoint=False)
        circle = np.column_stack([np.cos(around), np.zeros(20), np.sin(around)])
        for x in (v.front_axle, v.rear_axle):
            centre = np.array([x, half + 0.005, v.wheel])
            hub = centre + np.array([0, 0.015, 0])
            arch = centre + np.array([0, -0.01, 0.02]) + circle * v.wheel * 1.16
            self.add_both_sides(arch, (0, 1, 0), "arch")
            self.add_both_sides(centre + circle * v.wheel, (0, 1, 0), "tyre")
            self.add_both_sides(hub + circle * v.wheel * v.rim, (0, 1, 0), "rim", "wheel")
            for k in range(v.spokes):
                turn = np.array([0.5 - v.spoke / 2, 0.5 + v.spoke / 2]) + k
                turn = turn * 2 * np.pi / v.spokes + 0.3
                wedge = [
                    (r * v.wheel * np.cos(t), 0.004, r * v.wheel * np.sin(t))
                    for r, ts in ((0.22, turn), (v.rim * 0.9, turn[::-1]))
                    for t in ts
                ]
                self.add_both_sides(hub + wedge, (0, 1, 0), "rim hole", "wheel")

    def tyres_below(self) -> None:
        """Draw the parts of the tyres that show under the body, before it."""
        v, half = self.v, self.v.width / 2
        for x in (v.front_axle, v.rear_axle):
            for y in (half - 0.21, -half):
                for forward in (1, -1):
                    end = x + forward * 0.8 * v.wheel
                    tread = [
                        (end, y + w, z) for w, z in ((0, 0.03), (0.21, 0.03), (0.21, 0.5), (0, 0.5))
                    ]
                    self.add(tread, (forward, 0, 0), "tyre")
            for y in (half, -half):
                around = np.linspace(0, 2 * np.pi, 16, endpoint=False)
                ring = np.column_stack([np.cos(around), np.zeros(16), np.sin(around)]) * v.wheel
                self.add(ring + np.array([x, y * 0.97, v.wheel]), (0, 0, 1), "tyre", two_sided=True)

    def mark(self, mark: Mark) -> None:
        outline = np.asarray(mark.outline, float)
        if len(outline) != OUTLINE_POINTS:
            outline = resample(outline)
        xy, normals = self.wall.at(mark.start, outline[:, 0])
        out = np.column_stack([normals, np.zeros(len(normals))])
        ring = np.column_stack([xy, outline[:, 1]]) + 0.012 * out
        crosses = outline[:, 0].min() < 0 < outline[:, 0].max() and mark.start != "side"
        if crosses or mark.single:
            self.add(ring, out, mark.material, mark.part)
        else:
            self.add_both_sides(ring, out, mark.material, mark.part)
