"""The nodes of figures, and the HTML that they become."""

import posixpath
from collections.abc import Callable
from html import escape
from typing import Any
from urllib.parse import quote

from docutils import nodes


class drawing(nodes.General, nodes.Element):
    """Rows of SVG in ``rows``, with the words ``alt`` for those who do not see them."""


class pictures(nodes.General, nodes.Element):
    """Pictures and their titles, ``columns`` in a row, with the words ``alt``."""


class picture(nodes.image):
    """A picture of a ``size`` (width, height), which loads when it comes near.

    Sphinx makes a link of a picture that has a width and a height by those names.
    """


class picture_title(nodes.General, nodes.TextElement):
    """The title of a picture."""


def visit_drawing(self: Any, node: drawing) -> None:
    """Write the drawings: a group with a name, so that the texts in it are read as well."""
    rows = "".join(f'<div class="row">{"".join(row)}</div>' for row in node["rows"])
    self.body.append(f'<div class="drawing" role="group" aria-label="{escape(node["alt"])}">{rows}')


def visit_pictures(self: Any, node: pictures) -> None:
    """Open the grid."""
    kind = f"pictures columns-{node['columns']}" + " tiny" * node["tiny"]
    self.body.append(f'<div class="{kind}" role="group" aria-label="{escape(node["alt"])}">')


def visit_picture(self: Any, node: picture) -> None:
    """Write a picture, its size known before it is there."""
    name = self.builder.images.get(node["uri"], posixpath.basename(node["uri"]))
    source = posixpath.join(self.builder.imgpath, quote(name))
    width, height = node["size"]
    # The theme darkens pictures in the dark, but not of this class: white is zero.
    kind = "dark-light sharp" if node["sharp"] else "dark-light"
    self.body.append(
        f'<div class="picture"><img class="{kind}" alt="{escape(node["alt"])}" src="{source}" '
        f'width="{width}" height="{height}" loading="lazy" decoding="async" />'
    )


def visit_picture_title(self: Any, node: picture_title) -> None:
    """Open a title."""
    self.body.append('<div class="title">')


def close(self: Any, node: nodes.Element) -> None:
    """End an element."""
    self.body.append("</div>")


Visit = Callable[[Any, Any], None]
write_nodes: dict[type[nodes.Element], tuple[Visit, Visit]] = {
    drawing: (visit_drawing, close),
    pictures: (visit_pictures, close),
    picture: (visit_picture, close),
    picture_title: (visit_picture_title, close),
}
