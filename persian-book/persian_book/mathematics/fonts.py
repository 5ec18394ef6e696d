"""MathJax's fonts, with the glyphs that the book uses and no other."""

import re
from pathlib import Path

import tinycss2
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FONTS = Path(__file__).parent / "fonts"
SPACE = 0x20
FAMILY = re.compile(r"\.TEX-([A-Z0-9]+)")
# The pieces of a tall bracket, whose rules name no family.
STRETCHED = ["MJXTEX", *(f"MJXTEX-S{size}" for size in range(1, 5))]
FACE = re.compile(r"font-family:\s*(MJX[\w-]+);\s*src:\s*url\([^)]*/(MathJax_[\w-]+)\.woff2?")


def glyphs(css: str) -> dict[str, set[int]]:
    r"""Return the characters that a style sheet writes, by the family that they are written in.

    >>> glyphs('mjx-c.mjx-c28::before{content:"("} mjx-c.mjx-c1D44E.TEX-I::before{content:"a"}')
    {'MJXTEX': {40}, 'MJXTEX-I': {97}}
    """
    found: dict[str, set[int]] = {}
    for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
        if rule.type == "qualified-rule":
            selector = tinycss2.serialize(rule.prelude)
            family = FAMILY.search(selector)
            names = STRETCHED if "mjx-stretchy" in selector else ["MJXTEX"]
            names = [f"MJXTEX-{family[1]}"] if family else names
            for part in tinycss2.parse_blocks_contents(rule.content):
                if part.type == "declaration" and part.lower_name == "content":
                    strings = (token.value for token in part.value if token.type == "string")
                    signs = {ord(sign) for string in strings for sign in string}
                    for name in names:
                        found.setdefault(name, set()).update(signs)
    return found


def faces(css: str) -> dict[str, str]:
    """Return the font files of a style sheet, with their families."""
    return {name: family for family, name in FACE.findall(css)}


def write_font(name: str, wanted: set[int], target: Path) -> None:
    """Write a font with the glyphs of `wanted` alone."""
    font = TTFont(FONTS / f"{name}.woff", recalcTimestamp=False)  # the same bytes in every build
    everything = name == "MathJax_Zero"  # has a glyph of no width for whatever is missing
    options = Options(notdef_outline=True)
    options.drop_tables += ["FFTM"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=set(font.getBestCmap()) if everything else wanted | {SPACE})
    subsetter.subset(font)
    font.flavor = "woff2"
    font.save(target)
