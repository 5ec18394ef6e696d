"""Titles that hold formulas, where they can be text alone."""

import os
from html import unescape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

from .sheets import engine_of, macros_of
from .words import with_words


def name_page(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Give the theme's templates the title of a page as text."""
    if pagename in app.env.titles:
        context["pagetitle"] = in_words(app.env.titles[pagename], app.config)


def in_words(node: nodes.Element, config: Config) -> str:
    """Return the text of a node, its formulas on one line."""
    root = nodes.inline("", "", node.deepcopy())
    for formula in list(root.findall(nodes.math)):
        engine = engine_of(os.getpid())
        engine.begin(macros_of(config))
        html = engine.typeset(formula.astext(), display=False)
        formula.replace_self(nodes.Text(unescape(with_words(html))))
    return root.astext()
