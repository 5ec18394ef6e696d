"""MathJax's fonts, with the glyphs that the book uses and no other."""

import re
from pathlib import Path

import tinycss2
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FONTS = Path(__file__).parent / "fonts"
SPACE = 0x20


def glyphs(css: str) -> set[int]:
    r"""Return the characters that a style sheet writes.

    >>> sorted(map(chr, glyphs('mjx-c.mjx-c28::before{content:"("} a{content:"\\2212"}')))
    ['(', '−']
    """
    found: set[int] = set()
    for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
        if rule.type == "qualified-rule":
            for part in tinycss2.parse_blocks_contents(rule.content):
                if part.type == "declaration" and part.lower_name == "content":
                    strings = (token.value for token in part.value if token.type == "string")
                    found.update(ord(sign) for string in strings for sign in string)
    return found


def faces(css: str) -> list[str]:
    """Return the names of the font files of a style sheet."""
    return sorted(set(re.findall(r"/(MathJax_[\w-]+\.woff)", css)))


def write_font(name: str, wanted: set[int], target: Path) -> None:
    """Write a font with the glyphs of `wanted` alone."""
    font = TTFont(FONTS / name, recalcTimestamp=False)  # the same bytes in every build
    everything = name == "MathJax_Zero.woff"  # has a glyph of no width for whatever is missing
    options = Options(notdef_outline=True)
    options.drop_tables += ["FFTM"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=set(font.getBestCmap()) if everything else wanted | {SPACE})
    subsetter.subset(font)
    font.save(target)
