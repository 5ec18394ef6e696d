"""Matrices with their numbers in the cells."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from cnnbook.plotting.drawings import Drawing

SIGNED = "RdBu_r"
UNSIGNED = "Greys"
CELL = 0.4  # inches: three matrices of 5 columns fit beside each other
NARROW_CELL = 0.3  # inches: a number of four letters fits, and 12 columns fit on a phone
PHONE = 3.6  # inches: a wider panel is made smaller there, and its letters with it
WRITTEN_CELLS = 400  # beyond 20 by 20 the numbers no longer fit in their cells
# Near-black, which no theme turns to white as it does black: a cell keeps its colour.
INK = "#111111"
VALUE = "value"  # the name of the numbers in the cells: those of an array, written as in code


def _colours(matrix: NDArray[Any], limit: float | None) -> dict[str, Any]:
    """Colour map and range: centred at 0 when a value is negative."""
    limit = limit or float(np.abs(matrix).max(initial=0)) or 1.0
    if matrix.min(initial=0) < 0:
        return {"cmap": SIGNED, "vmin": -limit, "vmax": limit}
    return {"cmap": UNSIGNED, "vmin": 0, "vmax": 2 * limit}


def draw_matrix(ax: Axes, matrix: ArrayLike, title: str = "", limit: float | None = None) -> None:
    """Draw a matrix ``(h, w)`` on axes, with its numbers in the cells.

    Parameters
    ----------
    ax : Axes
        Where to draw; the centre of cell ``(i, j)`` is at x = j, y = i.
    matrix : array_like, shape (h, w)
        Values; a negative one makes the colours diverge around zero.
    title : str
        Text above the matrix.
    limit : float, optional
        Value of the strongest colour, to compare several matrices; the largest magnitude by
        default.

    Raises
    ------
    ValueError
        If `matrix` is not two-dimensional.

    Examples
    --------
    >>> ax = Drawing().add_subplot()
    >>> draw_matrix(ax, [[0, 20, -70]])
    >>> [text.get_text() for text in ax.texts]
    ['0', '20', '-70']
    """
    values = np.asarray(matrix)
    if values.ndim != 2:
        raise ValueError(f"A matrix has two axes (h, w); got shape {values.shape}.")
    h, w = values.shape
    colours = _colours(values, limit)
    edges = np.arange(w + 1) - 0.5, np.arange(h + 1) - 0.5
    ax.pcolormesh(*edges, values, edgecolors="0.8", linewidth=0.8, clip_on=False, **colours)
    ax.set(aspect="equal", xlim=(-0.5, w - 0.5), ylim=(h - 0.5, -0.5), xticks=[], yticks=[])
    ax.set_title(title, fontsize=10, parse_math=False)
    if values.size <= WRITTEN_CELLS:
        for (i, j), value in np.ndenumerate(values):
            dark = abs(value) > 0.6 * colours["vmax"]
            text = ax.text(j, i, f"{value:.4g}", ha="center", va="center", fontsize=9, gid=VALUE)
            text.set_color("white" if dark else INK)


def show_matrix(matrix: ArrayLike, title: str = "", limit: float | None = None) -> Drawing:
    """Draw one matrix ``(h, w)``; see `draw_matrix` for the parameters and the error.

    Returns
    -------
    Drawing
        The figure.

    Examples
    --------
    >>> show_matrix([[0, 20, -70]], title="one row").axes[0].get_title()
    'one row'
    """
    return show_matrices({title: matrix}, limit)


def show_matrices(matrices: Mapping[str, ArrayLike], limit: float | None = None) -> Drawing:
    """Draw matrices ``{title: (h, w)}`` side by side, their cells equally large.

    Parameters
    ----------
    matrices : mapping of str to array_like, shape (h, w)
        The matrices by title.
    limit : float, optional
        As in `draw_matrix`, for all of them.

    Returns
    -------
    Drawing
        The figure.

    Raises
    ------
    ValueError
        If there is no matrix.

    Examples
    --------
    >>> figure = show_matrices({"x": [[1, 2]], "-x": [[-1, -2]]})
    >>> [ax.get_title() for ax in figure.axes]
    ['x', '-x']
    """
    if not matrices:
        raise ValueError("show_matrices needs at least one matrix.")
    arrays = {title: np.asarray(matrix) for title, matrix in matrices.items()}
    if bad := [title for title, array in arrays.items() if array.ndim != 2]:
        raise ValueError(f"A matrix has two axes (h, w); {bad[0]!r} has {arrays[bad[0]].ndim}.")
    widths = [array.shape[-1] for array in arrays.values()]
    height = max(array.shape[0] for array in arrays.values())
    cell = min(CELL, max(NARROW_CELL, PHONE / max(*widths, 1)))
    size = (cell * sum(widths) + 0.1 * len(widths), cell * height + 0.35)
    figure = Drawing(figsize=size)
    axes = figure.subplots(1, len(arrays), width_ratios=widths, squeeze=False)[0]
    for ax, (title, array) in zip(axes, arrays.items(), strict=True):
        draw_matrix(ax, array, title, limit)
        ax.set_anchor("N")
    return figure
