"""Where a vehicle stands, who looks at it, in what light, and how the picture was kept."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from cnnbook.cars._vehicle import Mesh

Array = NDArray[np.float64]
Colour = tuple[int, int, int]

POSES = ("front", "front three-quarter", "side", "rear three-quarter", "rear")
_POSE_SHARES = (0.14, 0.36, 0.22, 0.18, 0.10)
# Degrees that the vehicle is turned from its side view: -90 shows its front, +90 its rear. The
# second number is how far it may be turned away from there.
_POSE_TURNS = ((-90, 18), (-48, 26), (0, 22), (48, 22), (90, 16))

_PAINTS: tuple[Colour, ...] = (
    (236, 236, 232), (236, 236, 232), (190, 194, 198), (122, 126, 132), (52, 54, 58),
    (150, 30, 32), (38, 62, 122), (196, 180, 150), (92, 34, 38), (60, 96, 112),
    (214, 120, 36), (70, 92, 70),
)  # fmt: skip

_FLAT: dict[str, Colour] = {
    "glass": (44, 55, 66), "shine": (104, 120, 134), "plate strip": (40, 70, 170),
    "figures": (122, 122, 124), "tyre": (24, 24, 26), "arch": (12, 12, 14),
    "rim": (184, 188, 192), "rim hole": (44, 46, 50), "line": (30, 30, 32), "sill": (40, 41, 44),
    "plate": (240, 240, 236), "chrome": (208, 212, 216), "grille": (18, 19, 22),
    "bar": (176, 180, 184), "lamp": (206, 216, 224), "lens": (112, 128, 142), "inlet": (26, 27, 30),
    "fog": (224, 226, 214), "slot": (22, 22, 24), "tail": (172, 22, 26),
    "tail lens": (250, 176, 120),
    "moulding": (48, 49, 52),
}  # fmt: skip

# What Pillow writes into the X of an RGBX picture for a colour of three numbers.
_NO_MESH = 255

# Samples per pixel along each axis while drawing; averaging them softens the edges.
OVERSAMPLING = 2


@dataclass(frozen=True)
class View:
    """A mesh as one camera sees it: corners (p, 2) in the canvas, and which of them are seen (p,).

    ``shade`` (q,) is the light on each polygon.

    Examples
    --------
    >>> from cnnbook.cars._makes import mesh
    >>> view = look(mesh(3, 0.6), 0.0, 200, 0.9, np.random.default_rng(0))
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


def choose_pose(freedom: float, rng: np.random.Generator) -> tuple[int, float]:
    """Pick one of `POSES` and a turn in radians, away from the pose's middle by ``freedom``.

    Examples
    --------
    >>> pose, turn = choose_pose(0, np.random.default_rng(0))
    >>> POSES[pose], turn
    ('side', 0.0)
    """
    pose = int(rng.choice(len(POSES), p=_POSE_SHARES))
    middle, spread = _POSE_TURNS[pose]
    turn = middle + spread * freedom * rng.uniform(-1, 1)
    return pose, float(np.deg2rad(turn))


def look(mesh: Mesh, turn: float, canvas: int, fill: float, rng: np.random.Generator) -> View:
    """Turn the mesh, put a camera before it, and let it fill a part of the canvas.

    Examples
    --------
    >>> from cnnbook.cars._makes import mesh
    >>> view = look(mesh(3, 0.6), 0.0, 200, 0.9, np.random.default_rng(0))
    >>> left, top, right, bottom = view.box
    >>> round(max(right - left, bottom - top) / 200, 2)
    0.9
    """
    cos, sin = np.cos(turn), np.sin(turn)
    rotation = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    # A row an axis: sums and extremes over rows are several times faster than over pairs.
    points, normals = rotation @ mesh.points.T, rotation @ mesh.normals.T
    camera = np.array([0.0, -rng.uniform(6.5, 13), rng.uniform(1.1, 2.2)])
    away = points - camera[:, None]
    seen = (normals * away).sum(0) < 0
    flat = np.stack([away[0], -away[2]]) / away[1]
    low, high = flat.min(1), flat.max(1)
    zoom = fill * canvas / max((high - low).max(), 1e-9)
    free = canvas - zoom * (high - low)
    at = free * rng.uniform((0.15, 0.35), (0.85, 0.8)) - zoom * low
    across, down = flat * zoom + at[:, None]
    if rng.random() < 0.5:
        across = canvas - across
    light = np.array([rng.uniform(-0.8, 0.8), -0.5, 0.9])
    facing = normals[:, mesh.starts].T
    length = np.linalg.norm(facing, axis=1) * np.linalg.norm(light)
    shade = 0.72 + 0.38 * np.clip(facing @ light / np.maximum(length, 1e-9), -0.4, 1)
    ground = float(down.max())
    return View(
        corners=np.column_stack([across, down]),
        seen=seen | mesh.two_sided,
        shade=shade,
        horizon=float(at[1]),
        ground=ground,
        box=(float(across.min()), float(down.min()), float(across.max()), ground),
    )


def paint(
    mesh: Mesh,
    view: View,
    picture: Image.Image,
    numbers: dict[str, int],
    rng: np.random.Generator,
) -> None:
    """Draw the mesh into an RGBX picture, the number of each polygon's part into its X.

    Examples
    --------
    >>> from cnnbook.cars._makes import mesh
    >>> numbers = dict.fromkeys(mesh(0, 0.6).parts, 1) | {"grille": 2, "tail lamp": 3}
    >>> for degrees in (-90, 90):  # the front, the rear
    ...     rng = np.random.default_rng(0)
    ...     view = look(mesh(0, 0.6), np.deg2rad(degrees), 200, 0.9, rng)
    ...     picture = Image.new("RGBX", (200, 200), "white")
    ...     paint(mesh(0, 0.6), view, picture, numbers, rng)
    ...     print(np.unique(regions_of(picture, 200)).tolist())
    [0, 1, 2]
    [0, 1, 3]
    """
    body = np.array(_PAINTS[rng.integers(len(_PAINTS))]) + rng.integers(-14, 15, 3)
    colours = _FLAT | {
        "paint": tuple(body.tolist()),
        "light": tuple((0.75 * body + 58).tolist()),
        "shade": tuple((0.55 * body).tolist()),
    }
    corners_seen = np.add.reduceat(view.seen, mesh.starts, dtype=int)
    drawn = corners_seen >= 3
    kept = view.seen & np.repeat(drawn, np.diff(mesh.starts, append=len(view.seen)))
    corners = view.corners[kept].ravel().tolist()
    ends = (2 * np.cumsum(corners_seen[drawn])).tolist()
    which = np.flatnonzero(drawn).tolist()
    shaded = np.array([colours[mesh.kinds[i]] for i in which]) * view.shade[drawn, None]
    draw = ImageDraw.Draw(picture)
    first = 0
    for i, last, fill in zip(which, ends, shaded.astype(int).tolist(), strict=True):
        draw.polygon(corners[first:last], fill=(*fill, numbers[mesh.parts[i]]))
        first = last


def regions_of(picture: Image.Image, size: int) -> NDArray[np.uint8]:
    """Return the numbers in an RGBX picture's X, (size, size), and 0 where it shows no mesh.

    Examples
    --------
    >>> picture = Image.new("RGBX", (4, 4), "grey")
    >>> ImageDraw.Draw(picture).rectangle([0, 0, 1, 1], fill=(9, 9, 9, 2))
    >>> regions_of(picture, 2).tolist()
    [[2, 0], [0, 0]]
    """
    numbers = np.asarray(picture.resize((size, size), Image.Resampling.NEAREST))[..., 3]
    return np.where(numbers == _NO_MESH, 0, numbers)


def street(canvas: int, view: View, clutter: float, rng: np.random.Generator) -> Image.Image:
    """Draw what is behind and beneath the vehicle: an RGBX picture of canvas x canvas.

    Examples
    --------
    >>> from cnnbook.cars._makes import mesh
    >>> rng = np.random.default_rng(0)
    >>> street(200, look(mesh(3, 0.6), 0.0, 200, 0.9, rng), 0.4, rng).size
    (200, 200)
    """
    grey = int(rng.integers(92, 150))
    road = _colour(grey + rng.integers(-6, 7, 3))
    picture = Image.new("RGBX", (canvas, canvas), road)
    draw = ImageDraw.Draw(picture)
    kerb = view.horizon + (view.ground - view.horizon) * rng.uniform(0.25, 0.6)
    kerb = float(np.clip(kerb, 0.2 * canvas, 0.9 * canvas))
    sky = rng.integers((150, 180, 200), (205, 218, 245))
    for band in range(4):
        fill = _colour(sky + band * np.array([12, 9, 3]))
        draw.rectangle([0, band * kerb / 4, canvas, kerb], fill=fill)
    x = float(-rng.uniform(0, 0.3) * canvas)
    while x < canvas:
        x = _building(draw, x, kerb, canvas, rng)
    for _ in range(rng.poisson(clutter)):
        _parked(draw, rng.uniform(-0.1, 1) * canvas, kerb, canvas, rng)
    for _ in range(rng.poisson(1.5 * clutter)):
        _tree(draw, rng.uniform(0, canvas), kerb, canvas, rng)
    for _ in range(rng.poisson(1.5 * clutter)):
        _sign(draw, rng.uniform(0, canvas), kerb, canvas, rng)
    draw.rectangle(
        [0, kerb, canvas, kerb + 0.03 * canvas], fill=_colour(grey + rng.integers(25, 60))
    )
    draw.line([0, kerb + 0.032 * canvas, canvas, kerb + 0.032 * canvas], fill=_colour(grey - 40))
    if rng.random() < 0.4:
        y = kerb + rng.uniform(0.3, 0.9) * (canvas - kerb)
        for x in np.arange(rng.uniform(-0.2, 0), 1, 0.3).tolist():
            box = [x * canvas, y, (x + 0.17) * canvas, y + 0.014 * canvas]
            draw.rectangle(box, fill=_colour(grey + 70))
    return picture


def _colour(rgb: Any) -> Colour:
    """Clip three numbers, or one grey, to a colour; plain Python, because arrays of 3 are slow."""
    r, g, b = rgb.tolist() if isinstance(rgb, np.ndarray) else (rgb, rgb, rgb)
    return int(min(max(r, 0), 255)), int(min(max(g, 0), 255)), int(min(max(b, 0), 255))


# Brick, sandstone, plaster, concrete, paint.
_WALLS = ((158, 98, 78), (206, 184, 146), (222, 214, 200), (150, 150, 146), (176, 192, 186),
          (196, 160, 120), (126, 132, 140))  # fmt: skip


def _building(
    draw: ImageDraw.ImageDraw, x: float, kerb: float, canvas: int, rng: np.random.Generator
) -> float:
    width = rng.uniform(0.15, 0.6) * canvas
    top = kerb - rng.uniform(0.15, 1.0) * canvas
    wall = np.array(_WALLS[rng.integers(len(_WALLS))]) + rng.integers(-18, 19)
    draw.rectangle([x, top, x + width, kerb], fill=_colour(wall))
    window = _colour(0.5 * wall + rng.integers(0, 60))
    step = rng.uniform(0.08, 0.18) * canvas
    if rng.random() < 0.75:
        wide, tall = rng.uniform(0.35, 0.6) * step, rng.uniform(0.4, 0.65) * step
        for wx in np.arange(x + 0.3 * step, x + width - wide, step).tolist():
            for wy in np.arange(kerb - 0.6 * step, max(top, 0) + tall, -step).tolist():
                draw.rectangle([wx, wy - tall, wx + wide, wy], fill=window)
    return float(x + width + (rng.uniform(0, 0.2) * canvas if rng.random() < 0.3 else 0))


def _tree(
    draw: ImageDraw.ImageDraw, x: float, kerb: float, canvas: int, rng: np.random.Generator
) -> None:
    trunk, crown = 0.012 * canvas, rng.uniform(0.06, 0.14) * canvas
    top = kerb - rng.uniform(0.2, 0.45) * canvas
    draw.rectangle([x - trunk, top, x + trunk, kerb], fill=(78, 60, 48))
    green = rng.integers((50, 90, 40), (90, 135, 70))
    for lighter in (0, 12, 24):
        cx, cy = (x, top) + rng.normal(0, 0.45, 2) * crown
        box = [cx - crown, cy - crown, cx + crown, cy + crown]
        draw.ellipse(box, fill=_colour(green + lighter))


def _sign(
    draw: ImageDraw.ImageDraw, x: float, kerb: float, canvas: int, rng: np.random.Generator
) -> None:
    """Draw a pole with a plate, or a bin: colours of lamps and plates that are no car's."""
    fill = _PAINTS[rng.integers(len(_PAINTS))]
    w, h = rng.uniform(0.03, 0.09, 2) * canvas
    if rng.random() < 0.3:
        draw.rectangle([x, kerb - 1.3 * h, x + w, kerb + 0.02 * canvas], fill=fill)
        return
    top = kerb - rng.uniform(0.2, 0.5) * canvas
    draw.rectangle([x + 0.45 * w, top, x + 0.55 * w, kerb], fill=(96, 98, 100))
    shape = draw.ellipse if rng.random() < 0.4 else draw.rectangle
    shape([x, top, x + w, top + h], fill=fill, outline=(240, 240, 240))


def _parked(
    draw: ImageDraw.ImageDraw, x: float, kerb: float, canvas: int, rng: np.random.Generator
) -> None:
    """Draw a car of no make behind the kerb."""
    w = rng.uniform(0.2, 0.35) * canvas
    h, y = 0.16 * w, kerb + 0.01 * canvas
    fill = _colour(np.array(_PAINTS[rng.integers(len(_PAINTS))]) * 0.85)
    roof = [(x + 0.2 * w, y - h), (x + 0.33 * w, y - 1.9 * h), (x + 0.7 * w, y - 1.9 * h)]
    draw.polygon([*roof, (x + 0.85 * w, y - h)], fill=(62, 70, 78))
    draw.rounded_rectangle([x, y - 1.1 * h, x + w, y - 0.1 * h], 0.4 * h, fill=fill)
    for wheel in (0.22, 0.78):
        cx, r = x + wheel * w, 0.4 * h
        draw.ellipse([cx - r, y - 1.3 * r, cx + r, y + 0.7 * r], fill=(30, 30, 32))
    draw.rectangle([x, y - 0.8 * h, x + 0.04 * w, y - 0.55 * h], fill=(170, 40, 40))


def shadow(picture: Image.Image, view: View) -> None:
    """Darken the ground beneath the vehicle.

    Examples
    --------
    >>> from cnnbook.cars._makes import mesh
    >>> view = look(mesh(3, 0.6), 0.0, 200, 0.9, np.random.default_rng(0))
    >>> picture = Image.new("RGB", (200, 200), "white")
    >>> shadow(picture, view)
    >>> picture.getpixel((100, int(view.ground)))
    (34, 34, 38)
    """
    left, _, right, bottom = view.box
    height = 0.16 * (right - left) ** 0.5 * (bottom - view.box[1]) ** 0.5
    ImageDraw.Draw(picture).ellipse(
        [left - 4, bottom - height, right + 4, bottom + 0.25 * height], fill=(34, 34, 38)
    )


def foreground(picture: Image.Image, rng: np.random.Generator) -> None:
    """Put a pole or a bollard before the vehicle.

    Examples
    --------
    >>> picture = Image.new("RGBX", (64, 64), (0, 0, 0, 1))
    >>> foreground(picture, np.random.default_rng(0))
    >>> red, hidden = np.asarray(picture)[..., 0], regions_of(picture, 64) == 0
    >>> bool(hidden.any()), bool(np.array_equal(red > 0, hidden))
    (True, True)
    """
    canvas = picture.width
    x, w = rng.uniform(0.1, 0.9) * canvas, rng.uniform(0.015, 0.05) * canvas
    top = rng.choice([0.0, 0.55]) * canvas
    grey = _colour(rng.integers(60, 170))
    ImageDraw.Draw(picture).rectangle([x, top, x + w, canvas], fill=grey)


def develop(
    picture: Image.Image,
    size: int,
    grain: NDArray[np.int16],
    difficulty: float,
    rng: np.random.Generator,
) -> NDArray[np.uint8]:
    """Average, blur, light, grain and JPEG: RGBX canvas -> (size, size, 3) uint8.

    Examples
    --------
    >>> grey = Image.new("RGBX", (128, 128), (120, 120, 120))
    >>> image = develop(grey, 64, grain(64), 0.0, np.random.default_rng(0))
    >>> image.shape, image.dtype, bool(image.std() > 0)
    ((64, 64, 3), dtype('uint8'), True)
    """
    picture = picture.reduce(OVERSAMPLING).convert("RGB")
    roughness = 0.4 + 1.2 * difficulty
    radius = roughness * rng.gamma(2, 0.3) * size / 150
    if radius > 0.2:
        picture = picture.filter(ImageFilter.BoxBlur(radius))
    gain = 0.98 + 0.25 * roughness * rng.uniform(-1, 0.8)
    warmth = 0.05 * roughness * rng.normal()
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
    """Make sensor noise (size + 64, size + 64, 3) once: fresh noise takes longer than a car.

    Each picture takes a window of its own from it.

    Examples
    --------
    >>> noise = grain(96)
    >>> noise.shape, round(float(noise.std()))
    ((160, 160, 3), 4)
    """
    noise = np.random.default_rng(0).normal(0, 4, (size + 64, size + 64, 3))
    return np.asarray(noise.round(), np.int16)
