"""The colours of a terminal that a cell printed, as the eight that MyST-NB shows.

Its lexer knows the codes 30 to 37 and 40 to 47; bright ones and those of 24 bits it drops, and for
one of 256 its sheet shows another.
"""

import re
from collections.abc import Iterator
from itertools import islice

from docutils import nodes
from pygments.formatters import Terminal256Formatter
from sphinx.application import Sphinx

LEXER = "myst-ansi"
CODES = re.compile(r"\x1b\[([\d;]*)m")
PALETTE = Terminal256Formatter().xterm_colors
EIGHT = PALETTE[:8]
FOREGROUND, BACKGROUND = 38, 48
OF_PALETTE, OF_24_BITS = 5, 2


def show_colours(app: Sphinx, doctree: nodes.document) -> None:
    """Write the colours of what cells printed so that they show."""
    for block in doctree.findall(nodes.literal_block):
        if block.get("language") == LEXER and CODES.search(block.astext()):
            text = CODES.sub(as_shown, block.astext())
            block.rawsource = text  # else Sphinx takes the block for one with markup in it
            block.clear()
            block += nodes.Text(text)


def as_shown(codes: re.Match[str]) -> str:
    r"""Return a sequence of codes in the eight colours.

    >>> as_shown(CODES.match("\x1b[1;38;2;250;10;0m"))
    '\x1b[1;31m'
    """
    given = (int(code or 0) for code in codes[1].split(";"))
    return f"\x1b[{';'.join(map(str, in_eight(given)))}m"


def in_eight(codes: Iterator[int]) -> Iterator[int]:
    """Yield the codes, each colour as the one of the eight that is next to it."""
    for code in codes:
        if code in (FOREGROUND, BACKGROUND):
            colour = colour_of(codes)
            if colour is not None:
                yield code - 8 + nearest(colour)
        else:
            is_bright = 90 <= code <= 97 or 100 <= code <= 107
            yield code - 60 if is_bright else code


def colour_of(codes: Iterator[int]) -> tuple[int, int, int] | None:
    """Take the colour that follows a code, or nothing where it is not one."""
    kind = next(codes, None)
    if kind == OF_PALETTE:
        number = next(codes, len(PALETTE))
        return PALETTE[number] if number < len(PALETTE) else None
    if kind == OF_24_BITS:
        found = tuple(islice(codes, 3))
        return found if len(found) == 3 else None
    return None


def nearest(colour: tuple[int, int, int]) -> int:
    """Return which of the eight is nearest to a colour."""
    return min(
        range(len(EIGHT)),
        key=lambda one: sum((a - b) ** 2 for a, b in zip(EIGHT[one], colour, strict=True)),
    )
