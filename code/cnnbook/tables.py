"""Results as tables: what a cell computed, in rows, for a notebook and for both editions.

A cell names its columns in English. A notebook shows the table as it is; the book's build writes
the headings, and words in cells, in the edition's language (see "Pages" in CONTRIBUTING).
"""

from collections.abc import Iterable, Sequence
from numbers import Integral, Real
from typing import Any


def show_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> "Table":
    """Return a table of results, which a notebook displays once, as the last line of a cell.

    Parameters
    ----------
    headings : sequence of str
        A heading a column.
    rows : iterable of sequence
        A cell a column. Integers get separators of thousands, other numbers three significant
        digits; give text where a column wants others. A tuple is a shape, and shown as code.
        Text is Markdown.

    Returns
    -------
    Table
        The table.

    Raises
    ------
    ValueError
        If there is no row, or one has not a cell a heading.

    Examples
    --------
    >>> table = show_table(["layer", "shape", "weights"], [["Conv2D", (26, 26, 32), 4640]])
    >>> print(table)
    layer   shape         weights
    Conv2D  (26, 26, 32)  4,640
    """
    return Table(headings, rows)


class Table:
    """Rows under headings; see `show_table`.

    Examples
    --------
    >>> Table(["layer", "weights"], [["Conv2D", 320]])
    layer   weights
    Conv2D  320
    """

    def __init__(self, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        self.headings = tuple(headings)
        self.rows = [tuple(row) for row in rows]
        if not self.rows or not self.headings:
            raise ValueError("A table needs at least one heading and one row.")
        for row in self.rows:
            if len(row) != len(self.headings):
                raise ValueError(f"{len(self.headings)} headings, but {len(row)} cells in {row}.")

    def __repr__(self) -> str:
        """Lay the table out with spaces."""
        lines = [
            self.headings,
            *([written(cell).replace("`", "") for cell in r] for r in self.rows),
        ]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        padded = ([c.ljust(w) for c, w in zip(line, widths, strict=True)] for line in lines)
        return "\n".join("  ".join(line).rstrip() for line in padded)

    def _repr_markdown_(self) -> str:
        """Write the table as Markdown, numbers to the right."""
        columns = zip(*self.rows, strict=True)
        rule = ["---:" if all(map(is_number, column)) else ":---" for column in columns]
        lines = [self.headings, rule, *([written(cell) for cell in row] for row in self.rows)]
        bars = ([cell.replace("|", r"\|") for cell in line] for line in lines)
        return "\n".join(f"| {' | '.join(line)} |" for line in bars)


def written(cell: object) -> str:
    """Write one cell.

    >>> [written(cell) for cell in (1234, 0.12345, (3, 3), True, "2.0e-16")]
    ['1,234', '0.123', '`(3, 3)`', 'yes', '2.0e-16']
    """
    match cell:
        case str():
            return cell
        case bool():
            return "yes" if cell else "no"
        case tuple():
            return f"`({', '.join(map(str, cell))}{',' * (len(cell) == 1)})`"
        case Integral():
            return f"{int(cell):,}"
        case Real():
            return f"{float(cell):.3g}"
    if type(cell).__name__ == "bool":  # NumPy's
        return "yes" if cell else "no"
    raise TypeError(f"A cell holds text, a number or a shape; got {type(cell).__name__}: {cell!r}.")


def is_number(cell: Any) -> bool:
    """Say whether a cell is to be read from its last digit.

    >>> [is_number(cell) for cell in (3, "93.5 %", "-1e-3", "Conv2D", True)]
    [True, True, True, False, False]
    """
    text = written(cell)
    return text[:1] in "+-−0123456789" and not any(c.isalpha() and c not in "e" for c in text)
