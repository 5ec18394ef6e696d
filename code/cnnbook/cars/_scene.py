"""Where a vehicle stands, who looks at it, in what light, and how the picture was kept."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from cnnbook.cars._vehicle import Mesh

Array = NDArray[np.float64]
Colour = tuple[int, int, int]

POSES = ("front", "front three-quarter", "side", "rear three-quarter", "rear")
_POSE_SHARES = (0.14, 0.36, 0.22, 0.18, 0.10)
# Degrees that the vehicle is turned from its side view; -90 shows its front, +90 its rear.
_POSE_TURNS = ((-90, -75), (-70, -25), (-20, 20), (25, 65), (75, 90))

_PAINTS: tuple[Colour, ...] = (
    (236, 236, 232), (236, 236, 232), (190, 194, 198), (122, 126, 132), (52, 54, 58),
    (150, 30, 32), (38, 62, 122), (196, 180, 150), (92, 34, 38), (60, 96, 112),
    (214, 120, 36), (70, 92, 70),
)  # fmt: skip

_FLAT: dict[str, Colour] = {
    "glass": (38, 48, 58), "rear glass": (34, 42, 50), "tyre": (24, 24, 26), "arch": (12, 12, 14),
    "rim": (184, 188, 192), "rim hole": (44, 46, 50), "line": (30, 30, 32), "sill": (40, 41, 44),
    "plate": (240, 240, 236), "chrome": (208, 212, 216), "grille": (18, 19, 22),
    "bar": (176, 180, 184), "lamp": (206, 216, 224), "lens": (112, 128, 142), "inlet": (26, 27, 30),
    "fog": (224, 226, 214), "slot": (22, 22, 24), "tail": (172, 22, 26), "tail lens": (250, 176, 120),
    "moulding": (48, 49, 52),
}  # fmt: skip

# Samples per pixel along each axis while drawing; averaging them softens the edges.
OVERSAMPLING = 2


@dataclass(frozen=True)
class View:
    """A mesh as one camera sees it: corners in the canvas, and which of them are seen."""

    corners: list[tuple[float, float]]
    seen: list[bool]
    shade: list[float]
    horizon: float
    ground: float
    box: tuple[float, float, float, float]


def choose_pose(rng: np.random.Generator) -> tuple[int, float]:
    """Pick one of `POSES` and a turn in radians; half of the vehicles look the other way."""
    pose = int(rng.choice(len(POSES), p=_POSE_SHARES))
    turn = np.deg2rad(rng.uniform(*_POSE_TURNS[pose]))
    return pose, float(turn)


def look(mesh: Mesh, turn: float, canvas: int, fill: float, rng: np.random.Generator) -> View:
    """Turn the mesh, put a camera before it, and let it fill a part of the canvas."""
    cos, sin = np.cos(turn), np.sin(turn)
    rotation = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    points, normals = mesh.points @ rotation.T, mesh.normals @ rotation.T
    camera = np.array([0.0, -rng.uniform(6.5, 13), rng.uniform(1.1, 2.2)])
    away = points - camera
    seen = (normals * away).sum(1) < 0
    flat = np.column_stack([away[:, 0], -away[:, 2]]) / away[:, 1:2]
    low, high = flat.min(0), flat.max(0)
    zoom = fill * canvas / max((high - low).max(), 1e-9)
    free = canvas - zoom * (high - low)
    at = free * rng.uniform((0.15, 0.35), (0.85, 0.8)) - zoom * low
    corners = flat * zoom + at
    if rng.random() < 0.5:
        corners[:, 0] = canvas - corners[:, 0]
    light = np.array([rng.uniform(-0.8, 0.8), -0.5, 0.9])
    length = np.linalg.norm(normals, axis=1) * np.linalg.norm(light)
    shade = 0.62 + 0.42 * np.clip(normals @ light / np.maximum(length, 1e-9), -0.4, 1)
    box = (*corners.min(0).tolist(), *corners.max(0).tolist())
    return View(
        corners=[(x, y) for x, y in corners.tolist()],
        seen=(seen | mesh.two_sided).tolist(),
        shade=shade.tolist(),
        horizon=float(at[1]),
        ground=float(corners[:, 1].max()),
        box=box,
    )


def paint(
    mesh: Mesh,
    view: View,
    picture: Image.Image,
    regions: Image.Image,
    numbers: dict[str, int],
    rng: np.random.Generator,
) -> None:
    """Draw the mesh, and the number of each polygon's part into ``regions``."""
    body = np.array(_PAINTS[rng.integers(len(_PAINTS))]) + rng.integers(-14, 15, 3)
    colours = {kind: rgb for kind, rgb in _FLAT.items()} | {"paint": tuple(body.tolist())}
    draw, mark = ImageDraw.Draw(picture), ImageDraw.Draw(regions)
    for (first, last), kind, part in zip(mesh.bounds, mesh.kinds, mesh.parts, strict=True):
        ring = [view.corners[i] for i in range(first, last) if view.seen[i]]
        if len(ring) < 3:
            continue
        shade = view.shade[first]
        r, g, b = colours[kind]
        draw.polygon(ring, fill=(int(r * shade), int(g * shade), int(b * shade)))
        mark.polygon(ring, fill=numbers[part])


def street(canvas: int, view: View, clutter: float, rng: np.random.Generator) -> Image.Image:
    """Draw what is behind and beneath the vehicle."""
    grey = int(rng.integers(84, 140))
    road = tuple(int(v) for v in np.clip(grey + rng.integers(-8, 9, 3), 0, 255))
    picture = Image.new("RGB", (canvas, canvas), road)
    draw = ImageDraw.Draw(picture)
    kerb = view.horizon + (view.ground - view.horizon) * rng.uniform(0.25, 0.6)
    kerb = float(np.clip(kerb, 0.2 * canvas, 0.9 * canvas))
    sky = tuple(int(v) for v in rng.integers((150, 180, 200), (215, 226, 245)))
    draw.rectangle([0, 0, canvas, kerb], fill=sky)
    x = float(-rng.uniform(0, 0.3) * canvas)
    while x < canvas:
        x = _building(draw, x, kerb, canvas, rng)
    for _ in range(rng.poisson(2 * clutter)):
        _tree(draw, rng.uniform(0, canvas), kerb, canvas, rng)
    pavement = tuple(int(v) for v in np.clip(np.array(road) + rng.integers(20, 60), 0, 255))
    draw.rectangle([0, kerb, canvas, kerb + 0.03 * canvas], fill=pavement)
    for _ in range(rng.poisson(6 * clutter)):
        _thing(draw, kerb, canvas, rng)
    return picture


def _building(
    draw: ImageDraw.ImageDraw, x: float, kerb: float, canvas: int, rng: np.random.Generator
) -> float:
    width = rng.uniform(0.15, 0.6) * canvas
    top = kerb - rng.uniform(0.15, 1.0) * canvas
    base = int(rng.integers(90, 210))
    wall = tuple(int(v) for v in np.clip(base + rng.integers(-30, 31, 3), 0, 255))
    draw.rectangle([x, top, x + width, kerb], fill=wall)
    dark = tuple(int(0.55 * v) for v in wall)
    step = rng.uniform(0.07, 0.16) * canvas
    if rng.random() < 0.7:
        for wx in np.arange(x + 0.3 * step, x + width - 0.6 * step, step).tolist():
            for wy in np.arange(kerb - step, max(top, 0) + 0.2 * step, -step).tolist():
                draw.rectangle([wx, wy - 0.55 * step, wx + 0.5 * step, wy], fill=dark)
    return float(x + width + (rng.uniform(0, 0.2) * canvas if rng.random() < 0.3 else 0))


def _tree(
    draw: ImageDraw.ImageDraw, x: float, kerb: float, canvas: int, rng: np.random.Generator
) -> None:
    trunk, crown = 0.012 * canvas, rng.uniform(0.06, 0.14) * canvas
    top = kerb - rng.uniform(0.2, 0.45) * canvas
    draw.rectangle([x - trunk, top, x + trunk, kerb], fill=(70, 52, 40))
    for _ in range(4):
        cx, cy = x + rng.normal(0, 0.5) * crown, top + rng.normal(0, 0.5) * crown
        green = tuple(int(v) for v in rng.integers((40, 80, 30), (90, 140, 70)))
        draw.ellipse([cx - crown, cy - crown, cx + crown, cy + crown], fill=green)


def _thing(draw: ImageDraw.ImageDraw, kerb: float, canvas: int, rng: np.random.Generator) -> None:
    """Draw a bin, a sign, a lamp: something that is no car but has its colours."""
    x, y = rng.uniform(0, canvas), kerb - rng.uniform(-0.1, 0.35) * canvas
    w, h = rng.uniform(0.02, 0.12, 2) * canvas
    fill = tuple(int(v) for v in rng.integers(10, 245, 3))
    if rng.random() < 0.4:
        draw.ellipse([x, y, x + w, y + h], fill=fill)
    else:
        draw.rectangle([x, y, x + w, y + h], fill=fill)


def shadow(picture: Image.Image, view: View) -> None:
    """Darken the ground beneath the vehicle."""
    left, _, right, bottom = view.box
    height = 0.16 * (right - left) ** 0.5 * (bottom - view.box[1]) ** 0.5
    ImageDraw.Draw(picture).ellipse(
        [left - 4, bottom - height, right + 4, bottom + 0.25 * height], fill=(34, 34, 38)
    )


def foreground(picture: Image.Image, regions: Image.Image, rng: np.random.Generator) -> None:
    """Put a pole, a branch or a bollard before the vehicle."""
    canvas = picture.width
    x, w = rng.uniform(0.1, 0.9) * canvas, rng.uniform(0.015, 0.05) * canvas
    top = rng.choice([0.0, 0.55]) * canvas
    for image, fill in ((picture, tuple(int(v) for v in rng.integers(40, 200, 3))), (regions, 0)):
        ImageDraw.Draw(image).rectangle([x, top, x + w, canvas], fill=fill)


def develop(
    picture: Image.Image, size: int, grain: NDArray[np.int16], blur: float, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Average, blur, light, grain and JPEG: canvas -> (size, size, 3) uint8."""
    picture = picture.reduce(OVERSAMPLING)
    radius = blur * rng.gamma(2, 0.35) * size / 150
    if radius > 0.2:
        picture = picture.filter(ImageFilter.GaussianBlur(radius))
    gain = rng.uniform(0.62, 1.18)
    warmth = rng.normal(0, 0.04)
    tint = np.array([gain * (1 + warmth), gain, gain * (1 - warmth)], np.float32)
    table = np.clip(np.arange(256)[:, None] * tint + rng.uniform(-8, 16), 0, 255).astype(np.uint8)
    picture = picture.point(table.T.ravel().tolist())
    dx, dy = rng.integers(0, 64, 2)
    pixels = np.asarray(picture, np.int16) + grain[dy : dy + size, dx : dx + size]
    buffer = io.BytesIO()
    Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(
        buffer, "JPEG", quality=int(rng.integers(55, 95))
    )
    return np.asarray(Image.open(buffer))


def grain(size: int) -> NDArray[np.int16]:
    """Make sensor noise, once for many pictures: fresh noise takes longer than a car."""
    noise = np.random.default_rng(0).normal(0, 4, (size + 64, size + 64, 3))
    return np.asarray(noise.round(), np.int16)
