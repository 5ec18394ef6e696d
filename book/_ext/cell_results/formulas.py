"""Words in the formulas that a cell showed, such as SymPy's "otherwise"."""

import re

from docutils import nodes

from .labels import Labels
from .tables import is_result

WORDS = re.compile(r"\\text\{([^{}]+)\}")


def finish_formulas(document: nodes.document, labels: Labels, place_of: dict[int, str]) -> None:
    """Translate what stands between the signs."""
    kinds = (nodes.math, nodes.math_block)
    shown = [f for kind in kinds for f in document.findall(kind) if is_result(f)]
    for formula in shown:
        text = in_words(formula.astext(), labels, place_of[id(formula)])
        formula.clear()
        formula += nodes.Text(text)


def in_words(formula: str, labels: Labels, place: str) -> str:
    """Write the words of a formula, in TeX, in the edition's language."""

    def word(match: re.Match[str]) -> str:
        return rf"\text{{{labels(match[1], place)}}}"

    return WORDS.sub(word, formula)
