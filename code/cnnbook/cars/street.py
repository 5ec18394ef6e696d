"""What stands behind, beneath and before the vehicle."""

from __future__ import annotations

from random import Random

import numpy as np

from cnnbook.cars.camera import View
from cnnbook.cars.canvas import Canvas, Colour
from cnnbook.cars.paint import PAINTS

# Brick, sandstone, plaster, concrete, paint.
_WALLS = ((158, 98, 78), (206, 184, 146), (222, 214, 200), (150, 150, 146), (176, 192, 186),
          (196, 160, 120), (126, 132, 140))  # fmt: skip

_PLACES = 6  # for trees, signs and parked cars each: their number is bounded, as the palette is


def street(canvas: Canvas, view: View, clutter: float, rng: Random) -> None:
    """Draw what is behind and beneath the vehicle over the whole canvas.

    ``clutter`` is how many parked cars to expect, 0..4; trees and signs are half as many again.

    Examples
    --------
    >>> from cnnbook.cars.camera import look
    >>> from cnnbook.cars.caricature import mesh
    >>> canvas = Canvas(100)
    >>> street(canvas, look(mesh(3, 0.6), 0.0, canvas.side, 0.9, Random(0)), 0.4, Random(0))
    >>> canvas.used > 8, any(canvas.parts)
    (True, False)
    """
    side, pen, grey = canvas.side, canvas.pen, rng.randint(92, 149)
    canvas.number(_near((grey, grey, grey), 6, rng))  # the first colour, so the road is everywhere
    kerb = view.horizon + (view.ground - view.horizon) * rng.uniform(0.25, 0.6)
    kerb = min(max(kerb, 0.2 * side), 0.9 * side)
    _sky(canvas, kerb, rng)
    x = -rng.uniform(0, 0.3) * side
    while x < side:
        x = _building(canvas, x, kerb, rng)
    for thing, expected in ((_parked, clutter), (_tree, 1.5 * clutter), (_sign, 1.5 * clutter)):
        for _ in range(_PLACES):
            if rng.random() < expected / _PLACES:
                thing(canvas, rng.uniform(-0.1, 1) * side, kerb, rng)
    light = grey + rng.randint(25, 59)
    pen.rectangle([0, kerb, side, kerb + 0.03 * side], canvas.number((light, light, light)))
    gutter = [0, kerb + 0.032 * side, side, kerb + 0.032 * side]
    pen.line(gutter, canvas.number((grey - 40, grey - 40, grey - 40)))
    if rng.random() < 0.4:
        y = kerb + rng.uniform(0.3, 0.9) * (side - kerb)
        white = canvas.number((grey + 70, grey + 70, grey + 70))
        x = rng.uniform(-0.2, 0) * side
        while x < side:
            pen.rectangle([x, y, x + 0.17 * side, y + 0.014 * side], white)
            x += 0.3 * side


def _near(colour: Colour, spread: int, rng: Random) -> Colour:
    r, g, b = colour
    return (
        r + rng.randint(-spread, spread),
        g + rng.randint(-spread, spread),
        b + rng.randint(-spread, spread),
    )


def _sky(canvas: Canvas, kerb: float, rng: Random) -> None:
    """Draw four bands, lighter towards the ground."""
    r, g, b = rng.randint(150, 204), rng.randint(180, 217), rng.randint(200, 244)
    for band in range(4):
        colour = canvas.number((r + 12 * band, g + 9 * band, b + 3 * band))
        box = [0, band * kerb / 4, canvas.side, (band + 1) * kerb / 4]
        canvas.pen.rectangle(box, colour)


def _building(canvas: Canvas, x: float, kerb: float, rng: Random) -> float:
    """Draw a wall with rows of windows, and say where the next one may begin."""
    side, pen = canvas.side, canvas.pen
    right = x + rng.uniform(0.15, 0.6) * side
    top = kerb - rng.uniform(0.15, 1.0) * side
    lighter = rng.randint(-18, 18)
    r, g, b = (c + lighter for c in rng.choice(_WALLS))
    wall = canvas.number((r, g, b))
    pen.rectangle([x, top, right, kerb], wall)
    if rng.random() < 0.75:
        lighter = rng.randint(0, 59)
        glass = canvas.number((r / 2 + lighter, g / 2 + lighter, b / 2 + lighter))
        step = rng.uniform(0.08, 0.18) * side
        wide, tall = rng.uniform(0.35, 0.6) * step, rng.uniform(0.4, 0.65) * step
        rows = np.arange(kerb - 0.6 * step, max(top, 0) + tall, -step).tolist()
        # Strips of glass, then strips of wall across: far fewer rectangles than windows.
        for left in np.arange(x + 0.3 * step, right - wide, step).tolist() if rows else ():
            pen.rectangle([left, rows[-1] - tall, left + wide, rows[0]], glass)
        for row in rows[1:]:
            pen.rectangle([x, row + 1, right, max(row + 1, row + step - tall - 1)], wall)
    return right + (rng.uniform(0, 0.2) * side if rng.random() < 0.3 else 0)


def _tree(canvas: Canvas, x: float, kerb: float, rng: Random) -> None:
    side = canvas.side
    trunk, crown = 0.012 * side, rng.uniform(0.06, 0.14) * side
    top = kerb - rng.uniform(0.2, 0.45) * side
    canvas.pen.rectangle([x - trunk, top, x + trunk, kerb], canvas.number((78, 60, 48)))
    r, g, b = rng.randint(50, 89), rng.randint(90, 134), rng.randint(40, 69)
    for lighter in (0, 12, 24):
        cx, cy = x + rng.gauss(0, 0.45) * crown, top + rng.gauss(0, 0.45) * crown
        box = [cx - crown, cy - crown, cx + crown, cy + crown]
        canvas.pen.ellipse(box, canvas.number((r + lighter, g + lighter, b + lighter)))


def _sign(canvas: Canvas, x: float, kerb: float, rng: Random) -> None:
    """Draw a pole with a plate, or a bin: colours of lamps and plates that are no car's."""
    side, pen = canvas.side, canvas.pen
    fill = canvas.number(rng.choice(PAINTS))
    w, h = rng.uniform(0.03, 0.09) * side, rng.uniform(0.03, 0.09) * side
    if rng.random() < 0.3:
        pen.rectangle([x, kerb - 1.3 * h, x + w, kerb + 0.02 * side], fill)
        return
    top = kerb - rng.uniform(0.2, 0.5) * side
    pen.rectangle([x + 0.45 * w, top, x + 0.55 * w, kerb], canvas.number((96, 98, 100)))
    shape = pen.ellipse if rng.random() < 0.4 else pen.rectangle
    shape([x, top, x + w, top + h], fill, canvas.number((240, 240, 240)))


def _parked(canvas: Canvas, x: float, kerb: float, rng: Random) -> None:
    """Draw a car of no make behind the kerb."""
    pen = canvas.pen
    w = rng.uniform(0.2, 0.35) * canvas.side
    h, y = 0.16 * w, kerb + 0.01 * canvas.side
    r, g, b = rng.choice(PAINTS)
    roof = [(x + 0.2 * w, y - h), (x + 0.33 * w, y - 1.9 * h), (x + 0.7 * w, y - 1.9 * h)]
    pen.polygon([*roof, (x + 0.85 * w, y - h)], canvas.number((62, 70, 78)))
    paint = canvas.number((0.85 * r, 0.85 * g, 0.85 * b))
    pen.rounded_rectangle([x, y - 1.1 * h, x + w, y - 0.1 * h], 0.4 * h, paint)
    tyre = canvas.number((30, 30, 32))
    for wheel in (0.22, 0.78):
        cx, radius = x + wheel * w, 0.4 * h
        pen.ellipse([cx - radius, y - 1.3 * radius, cx + radius, y + 0.7 * radius], tyre)
    lamp = canvas.number((170, 40, 40))
    pen.rectangle([x, y - 0.8 * h, x + 0.04 * w, y - 0.55 * h], lamp)


def shadow(canvas: Canvas, view: View) -> None:
    """Darken the ground beneath the vehicle.

    Examples
    --------
    >>> from cnnbook.cars.camera import look
    >>> from cnnbook.cars.caricature import mesh
    >>> canvas = Canvas(100)
    >>> view = look(mesh(3, 0.6), 0.0, canvas.side, 0.9, Random(0))
    >>> road = canvas.number((99, 99, 99))
    >>> shadow(canvas, view)
    >>> canvas.colours[canvas.picture.getpixel((100, int(view.ground)))].tolist()
    [34.0, 34.0, 38.0]
    """
    left, top, right, bottom = view.box
    height = 0.16 * ((right - left) * (bottom - top)) ** 0.5
    box = [left - 4, bottom - height, right + 4, bottom + 0.25 * height]
    canvas.pen.ellipse(box, canvas.number((34, 34, 38)))


def foreground(canvas: Canvas, rng: Random) -> None:
    """Put a pole or a bollard before the vehicle.

    Examples
    --------
    >>> canvas = Canvas(32)
    >>> car = canvas.number((0, 0, 0), part=1)
    >>> foreground(canvas, Random(0))
    >>> bool((canvas.regions() == 0).any()), bool((canvas.regions() == 1).any())
    (True, True)
    """
    side = canvas.side
    x, width = rng.uniform(0.1, 0.9) * side, rng.uniform(0.015, 0.05) * side
    top = rng.choice((0.0, 0.55)) * side
    grey = rng.randint(60, 169)
    canvas.pen.rectangle([x, top, x + width, side], canvas.number((grey, grey, grey)))
