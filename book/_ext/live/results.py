"""What a cell shows, in the words of its page: for a cell that runs there, what the build does.

A reader may show what no page has; a word without Persian stays as it is.
"""

from collections.abc import Callable
from html import escape
from itertools import count

from markdown_it import MarkdownIt
from markdown_it.token import Token

from cell_results import formulas, tables
from cell_results.labels import Labels, with_persian_numbers
from figures.svg import edition_svgs
from figures.webp import Grid, columns_of, is_sharp
from persian_book.page.isolate import english_text, persian_text

PLACE = "live"  # of a label, for messages that nobody reads here
OTHER_SIDE = {
    "text-align:left": "text-align:right",
    "text-align:right": "text-align:left",
    "text-align:center": "text-align:center",
}
NUMBERS = count(1)  # no two drawings share an id, however often a cell is run


def markdown(text: str, labels: Labels) -> str:
    """Write Markdown as HTML, its tables in the words of the page; markup in it stays text."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(text)
    in_cell = False
    for token in tokens:
        if token.type in ("th_open", "td_open", "th_close", "td_close"):
            in_cell = token.nesting == 1
            if labels.is_persian and "style" in token.attrs:
                token.attrs["style"] = OTHER_SIDE[str(token.attrs["style"])]
        elif in_cell and token.type == "inline":
            translate(token, labels)
    return str(parser.renderer.render(tokens, parser.options, {}))


def translate(cell: Token, labels: Labels) -> None:
    """Translate a cell of plain text; code and formulas stand as they are."""
    if {child.type for child in cell.children or []} <= {"text"} and "$" not in cell.content:
        text = "".join(child.content for child in cell.children or [])
        words = tables.in_words(text, labels, PLACE)
        cell.children = [Token("html_inline", "", 0, content=in_its_language(words, labels))]


def in_its_language(text: str, labels: Labels) -> str:
    """Write a text as HTML, its numbers and the words of the other language as on a page."""
    return (persian_text if labels.is_persian else english_text)(escape(text, quote=False))


def formula(text: str, labels: Labels) -> str:
    """Write the words of a formula, which stays TeX: the page sets it."""
    return formulas.in_words(text, labels, PLACE)


def html(text: str, labels: Labels) -> str:
    """Write a drawing or a grid of pictures as the page has them; other HTML stands as it is."""
    for beginning, write in SHOWN.items():
        if text.startswith(f'<div class="{beginning}"'):
            return write(text, labels)
    return text


def drawing(text: str, labels: Labels) -> str:
    """Write the panels of a drawing, row by row."""
    rows = edition_svgs(text, labels, PLACE, f"live-{next(NUMBERS)}-")
    lines = "".join(f'<div class="row">{"".join(row)}</div>' for row in rows)
    return f'<div class="drawing">{lines}</div>'


def pictures(text: str, labels: Labels) -> str:
    """Write a grid of pictures, their titles below them."""
    grid = Grid(text)
    columns, tiny = columns_of(grid)
    figures = "".join(picture(image, labels) for image in grid.images)
    return f'<div class="pictures columns-{columns}{" tiny" * tiny}">{figures}</div>'


def picture(image: dict[str, str], labels: Labels) -> str:
    """Write one picture and its title."""
    words = " ".join(labels(line, PLACE) for line in image["title"].splitlines())
    alt = with_persian_numbers(words) if labels.is_persian else words
    title = in_its_language(words, labels)
    kind = "dark-light sharp" if is_sharp(image) else "dark-light"
    return (
        f'<div class="picture"><img class="{kind}" alt="{escape(alt)}" src="{image["src"]}" '
        f'width="{image["width"]}" height="{image["height"]}" />'
        f'<div class="title">{title}</div></div>'
    )


SHOWN: dict[str, Callable[[str, Labels], str]] = {
    "cnnbook-drawing": drawing,
    "cnnbook-pictures": pictures,
}
WRITERS: dict[str, Callable[[str, Labels], str]] = {
    "markdown": markdown,
    "formula": formula,
    "html": html,
}
