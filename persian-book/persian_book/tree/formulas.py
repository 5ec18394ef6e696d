"""Formulas of a page: their ids, and the line that they share with the signs around them."""

import os
import re
from collections import defaultdict

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

# Signs that a line must not part from a formula.
OPENING = re.compile(r"(.*?)([(«“]+)\Z", re.S)
CLOSING = re.compile(r"([.,:;!?،؛؟)»”]+)(.*)\Z", re.S)
UNBROKEN = "unbroken"


def keep_together(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Keep a formula and the signs that touch it on one line.

    Browsers may break a line on either side of a formula, and leave its comma alone there.
    """
    for formula in list(doctree.findall(nodes.math)):
        parent = formula.parent
        at = parent.index(formula)
        before, opening = divided(parent[:at][-1:], OPENING)
        closing, after = divided(parent[at + 1 : at + 2], CLOSING)
        if opening or closing:
            joined = nodes.inline("", "", *texts(opening), classes=[UNBROKEN])
            joined += [formula, *texts(closing)]
            place = slice(at - bool(opening), at + 1 + bool(closing))
            parent[place] = [*texts(before), joined, *texts(after)]


def divided(neighbour: list[nodes.Node], where: re.Pattern[str]) -> tuple[str, str]:
    """Divide the text beside a formula; nothing comes of another node."""
    text = neighbour[0] if neighbour else None
    match = where.match(text.astext()) if isinstance(text, nodes.Text) else None
    return (match[1], match[2]) if match else ("", "")


def texts(text: str) -> list[nodes.Text]:
    """Return a text as nodes, of which an empty one has none."""
    return [nodes.Text(text)] if text else []


def refuse_one_id_for_two(app: Sphinx, doctree: nodes.document) -> None:
    """Stop the build where two labels of equations end in one id.

    docutils keeps ASCII letters alone, so a link to the second would lead to the first.
    """
    labels: dict[str, set[str]] = defaultdict(set)
    for equation in doctree.findall(nodes.math_block):
        if equation.get("label"):
            labels[nodes.make_id(f"equation-{equation['label']}")].add(equation["label"])
    for same in labels.values():
        if len(same) > 1:
            raise ExtensionError(
                f"{os.path.relpath(app.env.doc2path(app.env.docname))}: the equation labels "
                f"{' and '.join(sorted(same))} have the same Latin letters, of which their "
                "address is made; write different ones in each, such as eq-sum"
            )
