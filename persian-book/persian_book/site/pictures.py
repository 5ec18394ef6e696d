"""Plots a third of their size: PNG pictures with a palette, where no eye sees the difference.

A plot has a few hundred colours, most of them of smoothed edges; matplotlib writes it with sixteen
million possible ones. A photo needs those, and keeps them.
"""

import os
from pathlib import Path

from PIL import Image, ImageChops, ImageStat
from sphinx.application import Sphinx

COLOURS = 256
# Mean difference of a channel, of 255 levels, up to which the palette is taken.
UNSEEN = 0.25


def with_palette(picture: Image.Image) -> Image.Image | None:
    """Return an opaque picture with a palette, or nothing if a reader might see the difference."""
    if picture.mode == "P" or picture.convert("RGBA").getchannel("A").getextrema() != (255, 255):
        return None
    full = picture.convert("RGB")
    small = full.quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    difference = ImageStat.Stat(ImageChops.difference(full, small.convert("RGB"))).mean
    return small if max(difference) <= UNSEEN else None


def make_light(path: Path) -> None:
    """Rewrite a PNG file with a palette if that changes nothing to the eye."""
    with Image.open(path) as picture:
        small = with_palette(picture)
    if small is not None:
        new = path.with_suffix(".new")
        small.save(new, "PNG", optimize=True)
        os.replace(new, path)


def make_all_light(app: Sphinx, error: Exception | None) -> None:
    """Rewrite the pictures of the built site."""
    if error is None and app.builder.format == "html":
        for path in (app.outdir / "_images").glob("*.png"):
            make_light(path)
