"""How a vehicle is turned, and where the camera stands."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, hypot, radians, sin
from random import Random

import numpy as np
from numpy.typing import NDArray

from cnnbook.cars.mesh import Mesh

Array = NDArray[np.float64]

POSES = ("front", "front three-quarter", "side", "rear three-quarter", "rear")
_POSE_SHARES = (0.14, 0.36, 0.22, 0.18, 0.10)
# Degrees that the vehicle is turned from its side view: -90 shows its front, +90 its rear. The
# second number is how far it may be turned away from there.
_POSE_TURNS = ((-90, 18), (-48, 26), (0, 22), (48, 22), (90, 16))


@dataclass(frozen=True)
class View:
    """A mesh as one camera sees it.

    Attributes
    ----------
    corners : (p, 2)
        Where the mesh's corners fall on the canvas.
    seen : (p,) bool
        Which corners face the camera.
    shade : (t,)
        The light on each of the mesh's tones.
    horizon, ground : float
        The heights, on the canvas, of the camera and of the lowest corner.
    box : (left, top, right, bottom)
        What the vehicle fills.

    Examples
    --------
    >>> from cnnbook.cars.caricature import mesh
    >>> view = look(mesh(3, 0.6), 0.0, 200, 0.9, Random(0))
    >>> view.corners.shape == (len(mesh(3, 0.6).points), 2)
    True
    >>> bool(view.seen.any()), bool(view.seen.all())  # the far side is hidden
    (True, False)
    """

    corners: Array
    seen: NDArray[np.bool_]
    shade: Array
    horizon: float
    ground: float
    box: tuple[float, float, float, float]


def choose_pose(freedom: float, rng: Random) -> tuple[int, float]:
    """Pick one of `POSES` and a turn in radians, away from the pose's middle by ``freedom``.

    Examples
    --------
    >>> pose, turn = choose_pose(0, Random(5))
    >>> POSES[pose], turn
    ('side', 0.0)
    """
    (pose,) = rng.choices(range(len(POSES)), _POSE_SHARES)
    middle, spread = _POSE_TURNS[pose]
    return pose, radians(middle + spread * freedom * rng.uniform(-1, 1))


def look(
    mesh: Mesh, turn: float, side: int, fill: float, rng: Random, framed: Mesh | None = None
) -> View:
    """Turn the mesh, put a camera before it, and let it fill a part of the canvas.

    The camera may be set for another mesh than it sees, ``framed``.

    Camera and light are turned around the mesh instead, which leaves its normals as they are.

    Examples
    --------
    >>> from cnnbook.cars.caricature import mesh
    >>> view = look(mesh(3, 0.6), 0.0, 200, 0.9, Random(0))
    >>> left, top, right, bottom = view.box
    >>> round(max(right - left, bottom - top) / 200, 2)
    0.9
    """
    axes = np.array([[cos(turn), -sin(turn), 0], [0, 0, -1], [sin(turn), cos(turn), 0]])
    camera = np.array([0.0, -rng.uniform(1.1, 2.2), -rng.uniform(6.5, 13)])
    sun = np.array([rng.uniform(-0.8, 0.8), -0.9, -0.5])

    def seen_flat(points: Array) -> Array:
        space: Array = axes @ points.T - camera[:, None]  # to the right, down, away
        flat: Array = space[:2] / space[2]
        return flat

    flat = seen_flat(mesh.points)
    frame = flat if framed is None else seen_flat(framed.points)
    (left, top), (right, bottom) = frame.min(1).tolist(), frame.max(1).tolist()
    width, height = right - left, bottom - top
    zoom = fill * side / max(width, height)
    at_x = (side - zoom * width) * rng.uniform(0.15, 0.85) - zoom * left
    at_y = (side - zoom * height) * rng.uniform(0.35, 0.8) - zoom * top
    left, right = zoom * left + at_x, zoom * right + at_x
    mirror = 1
    if rng.random() < 0.5:
        mirror, at_x, left, right = -1, side - at_x, side - right, side - left
    ground = zoom * bottom + at_y
    light = mesh.tones.facing @ (sun @ axes) / hypot(*sun.tolist())
    return View(
        corners=np.stack([mirror * zoom * flat[0] + at_x, zoom * flat[1] + at_y], axis=1),
        seen=(mesh.normals @ (camera @ axes) > mesh.offsets) | mesh.two_sided,
        shade=0.72 + 0.38 * np.maximum(light, -0.4),
        horizon=at_y,
        ground=ground,
        box=(left, zoom * top + at_y, right, ground),
    )
