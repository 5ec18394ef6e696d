"""Tables that a cell showed: the caption and number of its figure, words of the edition."""

import re

from docutils import nodes

from .labels import Labels

CLASS = "results"
# An interval stays in one line, and so does 1e-5.
INTERVAL = re.compile(r"(?<=\[)([^\[\]]+), ([^\[\]]+)(?=\])")
EXPONENT = re.compile(r"(?<=\de)-(?=\d)")


def is_result(shown: nodes.Element) -> bool:
    """Say whether a table or a formula is the output of a cell."""
    node = shown.parent
    while node is not None:
        if node.get("nb_element") == "cell_code_output":
            return True
        node = node.parent
    return False


def finish_tables(document: nodes.document, labels: Labels, place_of: dict[int, str]) -> None:
    """Translate the tables of cells, and number those that have a caption."""
    for table in [t for t in document.findall(nodes.table) if is_result(t)]:
        table["classes"].append(CLASS)
        place = place_of[id(table)]
        for entry in table.findall(nodes.entry):
            translate(entry, labels, place)
        figure = table.parent
        while figure is not None and not isinstance(figure, nodes.figure):
            figure = figure.parent
        if figure is not None:
            take_caption(figure, table, document)


def translate(entry: nodes.entry, labels: Labels, place: str) -> None:
    """Translate a cell of plain text; code and formulas stand as they are."""
    texts = list(entry.findall(nodes.Text))
    if texts and all(isinstance(text.parent, nodes.paragraph) for text in texts):
        texts[0].parent.replace(texts[0], nodes.Text(in_words(entry.astext(), labels, place)))
        for text in texts[1:]:
            text.parent.remove(text)


def in_words(cell: str, labels: Labels, place: str) -> str:
    """Write the text of a cell in the edition's words."""
    found = INTERVAL.sub("\\1,\u00a0\\2", labels(cell, place))
    found = EXPONENT.sub("\u2011", found)
    return re.sub(r",(?=\s)", "،", found) if labels.is_persian else found


def take_caption(figure: nodes.figure, table: nodes.table, document: nodes.document) -> None:
    """Make a figure that holds a table that table, with its title and the names of the figure."""
    caption = next(figure.findall(nodes.caption), None)
    if caption is not None:
        table.insert(0, nodes.title(caption.rawsource, "", *caption.children))
    table["names"] += figure["names"]
    table["ids"] += figure["ids"]
    for name in figure["ids"]:
        document.ids[name] = table
    figure.parent.replace(figure, [c for c in figure.children if not isinstance(c, nodes.caption)])
