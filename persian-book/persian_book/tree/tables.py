"""Heads for tables that have none: without a head row, the first column holds them."""

from docutils import nodes
from sphinx.application import Sphinx


def head_columns(app: Sphinx, doctree: nodes.document) -> None:
    """Make the first column of a table without a head row a column of heads."""
    for group in doctree.findall(nodes.tgroup):
        if not any(isinstance(part, nodes.thead) for part in group):
            next(group.findall(nodes.colspec))["stub"] = 1
