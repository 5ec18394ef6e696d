"""No picture without words: the build stops at one that lacks its alternative text."""

from __future__ import annotations

import os

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.errors import ExtensionError

KEY = "persian_book_without_alt"


class PicturesWithoutAlt(EnvironmentCollector):
    """Remembers the faults of each page, so that a page not read again fails again."""

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        """Note the pictures of a page that have no alternative text."""
        faults(app.env)[app.env.docname] = [
            where(image)
            for image in doctree.findall(nodes.image)
            if not image.get("alt", "").strip()
        ]

    def clear_doc(self, app: Sphinx, env: BuildEnvironment, docname: str) -> None:
        """Forget a page."""
        faults(env).pop(docname, None)

    def merge_other(
        self, app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment
    ) -> None:
        """Take over what another process found."""
        faults(env).update({name: faults(other).get(name, []) for name in docnames})


def faults(env: BuildEnvironment) -> dict[str, list[str]]:
    """Return the faults found so far, by page."""
    found: dict[str, list[str]] = env.__dict__.setdefault(KEY, {})
    return found


def where(image: nodes.image) -> str:
    """Tell where a picture stands: its cell, or else its line and file."""
    node: nodes.Node | None = image
    while node is not None:
        if isinstance(node, nodes.Element) and "cell_index" in node:
            return f"the output of cell {node['cell_index']}, in its options: mystnb: image: alt"
        node = node.parent
    return f"line {image.line or '?'}, {image['uri']}"


def stop_at_faults(app: Sphinx, env: BuildEnvironment) -> None:
    """Stop the build, naming pages and cells."""
    lines = [
        f"{os.path.relpath(env.doc2path(docname))}: no alternative text for {place}"
        for docname, places in sorted(faults(env).items())
        for place in places
    ]
    if lines:
        raise ExtensionError("\n".join(lines))
