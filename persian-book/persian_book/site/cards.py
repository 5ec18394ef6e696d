"""The picture that other sites show beside a link to a page: its title, set as in the book.

Pillow shapes and orders Persian by itself (Raqm), from one font of both alphabets that is made of
the two of the pages.
"""

import io
import tempfile
from functools import cache
from pathlib import Path

from fontTools.merge import Merger
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer
from PIL import Image, ImageDraw, ImageFont, features

from ..languages import Language
from .typefaces import FONTS

SIZE = (1200, 630)  # of Open Graph
MARGIN = 90
BAR = 28
LEADING = 1.45
INK, MUTED, GROUND, BLUE = "#14181e", "#48566b", "#ffffff", "#0f57be"
BOLD, PLAIN = 700, 400


def can_shape() -> bool:
    """Say whether Pillow can order Persian; its wheels take FriBiDi from the system."""
    return features.check("raqm") is True and features.check("fribidi") is True


@cache
def typeface(weight: int) -> bytes:
    """Return Vazirmatn with both alphabets in one weight, as a TrueType font."""
    with tempfile.TemporaryDirectory() as folder:
        parts = []
        for alphabet in ("latin", "arabic"):
            font = TTFont(FONTS / f"vazirmatn-{alphabet}-wght-normal.woff2")
            font = instancer.instantiateVariableFont(font, {"wght": weight})
            font.flavor = None
            parts.append(str(Path(folder) / f"{alphabet}.ttf"))
            font.save(parts[-1])
        whole = io.BytesIO()
        Merger().merge(parts).save(whole)
    return whole.getvalue()


def letters(weight: int, size: int) -> ImageFont.FreeTypeFont:
    """Return the typeface in a size."""
    return ImageFont.truetype(io.BytesIO(typeface(weight)), size)


def lines_of(text: str, font: ImageFont.FreeTypeFont, width: float, direction: str) -> list[str]:
    """Break a text between words, so that each line fits."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer, direction=direction) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def card(title: str, book: str, language: Language) -> Image.Image:
    """Draw a card of 1200 by 630 pixels: a page's title, and the name of the book below it.

    >>> card("Convolution", "Networks", Language.EN).size
    (1200, 630)
    """
    rtl = language is Language.FA
    direction, anchor = ("rtl", "ra") if rtl else ("ltr", "la")
    picture = Image.new("RGB", SIZE, GROUND)
    draw = ImageDraw.Draw(picture)
    bar = SIZE[0] - BAR if rtl else 0
    draw.rectangle((bar, 0, bar + BAR - 1, SIZE[1]), fill=BLUE)
    side = SIZE[0] - MARGIN if rtl else MARGIN
    width = SIZE[0] - 2 * MARGIN
    size = 76
    while len(lines := lines_of(title, letters(BOLD, size), width, direction)) > 3 and size > 40:
        size -= 6
    for row, line in enumerate(lines):
        place = (side, 110 + row * size * LEADING)
        font = letters(BOLD, size)
        draw.text(place, line, INK, font, anchor, direction=direction, language=language.code)
    place, font = (side, SIZE[1] - 120), letters(PLAIN, 38)
    draw.text(place, book, MUTED, font, anchor, direction=direction, language=language.code)
    return picture
