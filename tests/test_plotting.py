"""Names are drawn as they are, whoever gave them."""

import io

import numpy as np
import pytest

from cnnbook import plotting

NAME = r"a$\frac{_$"  # a broken formula to matplotlib
FIGURES = {
    "matrix": lambda: plotting.show_matrix([[1]], title=NAME),
    "images": lambda: plotting.show_images(np.zeros((1, 4, 4)), [NAME]),
    "confusion": lambda: plotting.show_confusion([[1, 0], [0, 1]], [NAME, "b"]),
    "curves": lambda: plotting.show_curves({NAME: [1.0], f"val_{NAME}": [2.0]}),
}


@pytest.mark.parametrize("figure", FIGURES)
def test_a_dollar_in_a_name_is_no_formula(figure):
    drawn = FIGURES[figure]()
    svg = io.StringIO()
    drawn.savefig(svg, format="svg")
    drawn.savefig(io.BytesIO(), format="png")
    assert any(text.get_text() == NAME for text in drawn.findobj(lambda a: hasattr(a, "get_text")))
    assert NAME in svg.getvalue()  # matplotlib notes each text before its glyphs
