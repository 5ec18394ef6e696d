"""The book's typefaces, with the letters that its pages write and those of both alphabets."""

import re
from collections.abc import Iterable
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from ..digits import ARABIC, PERSIAN

FONTS = Path(__file__).parents[1] / "static" / "fonts"
FOLDER = "_static/fonts"
# What a reader may type though no page writes it: the Latin alphabet, the Persian and Arabic ones.
TYPED = {*range(0x20, 0x7F), *range(0x621, 0x655), *map(ord, PERSIAN + ARABIC)}
TYPED |= {ord(sign) for sign in "،؛؟٪٫٬پچژکگیۀ\u200c\u200d«»…–—×−÷"}
ENTITY = re.compile(r"&#(\d+);")


def write_letters(site: Path, pages: Iterable[str]) -> None:
    """Write the typefaces of a site with the signs of its pages and no others."""
    wanted = set(TYPED)
    for page in pages:
        wanted.update(map(ord, set(page)))
        wanted.update(map(int, ENTITY.findall(page)))
    for path in sorted((site / FOLDER).glob("*.woff2")):
        if path.name != "icons.woff2" and (FONTS / path.name).exists():
            write_typeface(FONTS / path.name, wanted, path)


def write_typeface(source: Path, wanted: set[int], target: Path) -> None:
    """Write a typeface with the signs of `wanted` and all that shaping makes of them."""
    font = TTFont(source, recalcTimestamp=False)  # the same bytes in every build
    options = Options(
        layout_features=["*"], notdef_outline=True, name_IDs=[0, 1, 2, 3, 4, 5, 6, 13]
    )
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    font.flavor = "woff2"
    font.save(target)
