"""Results in rows: what may stand in a cell, and the Markdown that a notebook gets."""

import numpy as np
import pytest
from markdown_it import MarkdownIt

from cnnbook.tables import show_table


def test_a_notebook_reads_every_cell_back() -> None:
    rows = [["a|b", np.int64(12345), np.float32(0.25), (3,)], ["`Dense`", 2, "9 %", (1, 2)]]
    page = MarkdownIt().enable("table").render(show_table(list("wxyz"), rows)._repr_markdown_())
    for text in ("a|b", "12,345", "0.25", "<code>(3,)</code>", "<code>Dense</code>"):
        assert f">{text}</t" in page
    assert page.count('style="text-align:right"') == 2 * 3  # x and y, with their headings


@pytest.mark.parametrize(
    ("rows", "error"),
    [([], ValueError), ([[1]], ValueError), ([[1, 2, 3]], ValueError), ([[1, None]], TypeError)],
)
def test_what_is_no_table_is_refused(rows: list[list[object]], error: type[Exception]) -> None:
    with pytest.raises(error):
        show_table(["a", "b"], rows)._repr_markdown_()
