"""What the book is about, in one picture: a window slides, and each place gives one number.

The numbers are the package's. The picture moves once, within five seconds, and only where motion is
welcome; at rest, and on paper, the window stands at the number that chapter 1 begins with.
"""

from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from docutils import nodes
from docutils.parsers.rst import directives
from numpy.typing import NDArray
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.docutils import SphinxDirective

from cnnbook.convolution import LAPLACIAN_8, correlate2d
from persian_book.digits import persian_digits

STATIC = Path(__file__).parent / "static"
CELL = 34  # pixels; the style sheet's window moves by as many
GAP = 3 * CELL // 2


class opening_picture(nodes.General, nodes.Element):
    """The picture, as HTML in ``drawing``, around its caption."""


class OpeningPicture(SphinxDirective):
    """``{opening-picture}``: the picture, above its content; ``alt`` tells what it shows."""

    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {"alt": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """Compute and draw it."""
        written = persian_digits if self.config.language == "fa" else str
        picture = opening_picture(drawing=drawing(self.options["alt"], written))
        picture += self.parse_content_to_nodes()
        return [picture]


def drawing(told: str, written: Callable[[str], str]) -> str:
    """Draw the image of question 1, its answer and the frames that move, with digits so written."""
    image = np.zeros((5, 5), int)
    image[:, 2] = 10
    answer = correlate2d(image, LAPLACIAN_8)
    side, right = 7 * CELL, 7 * CELL + GAP
    shapes = [
        *_cells(np.pad(image, 1), 0, 0, written),
        _square("border", CELL, CELL, 5 * CELL),
        *_cells(answer, right, CELL, written),
        *(
            f'<rect class="unseen" x="{right}" y="{y}" width="{5 * CELL}" height="{CELL}"/>'
            for y in range(CELL, 6 * CELL, CELL)
        ),
        _moving("window", 2 * CELL, 0, 3 * CELL),
        _moving("result", right + 2 * CELL, CELL, CELL),
    ]
    width, height = right + 5 * CELL + 4, side + 4
    return (
        f'<svg viewBox="-2 -2 {width} {height}" width="{width}" height="{height}" role="img" '
        f'direction="ltr" aria-label="{escape(told)}">{"".join(shapes)}</svg>'
    )


def _cells(
    values: NDArray[Any], left: int, top: int, written: Callable[[str], str]
) -> Iterator[str]:
    """Draw numbers on squares that are the darker the larger they are, by sign."""
    largest = np.abs(values).max()
    for (row, column), value in np.ndenumerate(values):
        x, y = left + column * CELL, top + row * CELL
        sign, strength = "below" if value < 0 else "above", abs(value) / largest
        yield (
            f'<rect class="{sign}" x="{x}" y="{y}" width="{CELL}" height="{CELL}" '
            f'fill-opacity="{0.55 * strength:.2f}"/>'
            f'<text x="{x + CELL // 2}" y="{y + CELL // 2}">'
            f"{written(str(value).replace('-', '−'))}</text>"
        )


def _square(name: str, x: int, y: int, size: int) -> str:
    return f'<rect class="{name}" x="{x}" y="{y}" width="{size}" height="{size}"/>'


def _moving(name: str, x: int, y: int, size: int) -> str:
    """Draw a frame within two groups: one that will move down, one that will move sideways."""
    return f'<g class="down"><g class="across">{_square(name, x, y, size)}</g></g>'


def open_figure(self: Any, node: opening_picture) -> None:
    """Write the picture and begin its caption."""
    self.body.append(f'<figure class="opening-picture">{node["drawing"]}<figcaption>')


def close_figure(self: Any, node: opening_picture) -> None:
    """End the caption."""
    self.body.append("</figcaption></figure>")


def add_static(app: Sphinx, config: Config) -> None:
    """Have our folder copied beside the theme's."""
    config["html_static_path"] = [*config.html_static_path, str(STATIC)]


def add_style(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    """Bring the style to the page that shows the picture."""
    if doctree and next(doctree.findall(opening_picture), None):
        app.add_css_file("opening-picture/opening-picture.css")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive, its node and its style."""
    app.add_node(opening_picture, html=(open_figure, close_figure))
    app.add_directive("opening-picture", OpeningPicture)
    app.connect("config-inited", add_static)
    app.connect("html-page-context", add_style)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
