"""How the camera keeps what was painted: light, blur, grain and JPEG."""

from __future__ import annotations

import io
from random import Random

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFilter

from cnnbook.cars.canvas import OVERSAMPLING, Canvas

# Colours stay this far from black and white, and grain is no larger: their sum never overflows.
_MARGIN = 12

_SPARE = 64  # pixels of grain beside a picture, for the next to take another window


def develop(
    canvas: Canvas, grain: Image.Image, difficulty: float, rng: Random
) -> NDArray[np.uint8]:
    """Light the colours, average the samples, blur, add grain, keep as JPEG.

    Parameters
    ----------
    canvas : Canvas
    grain : PIL.Image.Image
        From `make_grain`; the picture takes a window of its own.
    difficulty : float
        0..1; how far light and sharpness stray.
    rng : random.Random

    Returns
    -------
    (size, size, 3) uint8

    Examples
    --------
    >>> canvas = Canvas(64)
    >>> road = canvas.number((120, 120, 120))
    >>> image = develop(canvas, make_grain(64), 0.0, Random(0))
    >>> image.shape, image.dtype, bool(image.std() > 0)
    ((64, 64, 3), dtype('uint8'), True)
    """
    size, roughness = canvas.side // OVERSAMPLING, 0.4 + 1.2 * difficulty
    gain = 0.98 + 0.25 * roughness * rng.uniform(-1, 0.8)
    warmth = 0.05 * roughness * rng.gauss()
    palette = canvas.colours * (gain + gain * warmth, gain, gain - gain * warmth)
    palette = (palette + rng.uniform(-8, 16)).clip(_MARGIN, 255 - _MARGIN)
    canvas.picture.putpalette(palette.astype(np.uint8).tobytes())
    picture = canvas.picture.convert("RGB").reduce(OVERSAMPLING)
    radius = roughness * rng.gammavariate(2, 0.3) * size / 150
    if radius > 0.5:  # a weaker blur is hardly seen, and takes as long
        picture = picture.filter(ImageFilter.BoxBlur(radius))
    x, y = rng.randrange(_SPARE), rng.randrange(_SPARE)
    picture = ImageChops.add_modulo(picture, grain.crop((x, y, x + size, y + size)))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=rng.randint(55, 94))
    return np.asarray(Image.open(file))


def make_grain(size: int) -> Image.Image:
    """Make sensor noise once, larger than a picture: fresh noise takes longer than a car.

    Values are modulo 256: 255 darkens by one.

    Examples
    --------
    >>> noise = np.asarray(make_grain(96)).astype(np.int8)
    >>> noise.shape, round(float(noise.std())), int(abs(noise).max())
    ((160, 160, 3), 4, 12)
    """
    noise = np.random.default_rng(0).normal(0, 4, (size + _SPARE, size + _SPARE, 3))
    return Image.fromarray(noise.round().clip(-_MARGIN, _MARGIN).astype(np.int8).view(np.uint8))
