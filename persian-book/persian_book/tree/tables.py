"""Heads for tables that have none, and cells of words, which a narrow screen may not squeeze."""

from docutils import nodes
from sphinx.application import Sphinx

WORDY = 15  # letters


def head_columns(app: Sphinx, doctree: nodes.document) -> None:
    """Make the first column of a table without a head row a column of heads."""
    for group in doctree.findall(nodes.tgroup):
        if not any(isinstance(part, nodes.thead) for part in group):
            next(group.findall(nodes.colspec))["stub"] = 1


def name_wordy_cells(app: Sphinx, doctree: nodes.document) -> None:
    """Name the cells that hold several words, each of which would else take a line of its own."""
    for entry in doctree.findall(nodes.entry):
        words = "".join(text for text in entry.findall(nodes.Text) if not is_code(text))
        if sum(map(str.isalpha, words)) >= WORDY:
            entry["classes"].append("wordy")


def is_code(text: nodes.Text) -> bool:
    """Say whether a text is code, which keeps its width by itself."""
    return isinstance(text.parent, nodes.literal | nodes.math)
