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
        place = place_of[id(formula)]

        def word(match: re.Match[str], place: str = place) -> str:
            return rf"\text{{{labels(match[1], place)}}}"

        text = WORDS.sub(word, formula.astext())
        formula.clear()
        formula += nodes.Text(text)
