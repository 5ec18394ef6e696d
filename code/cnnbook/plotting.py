"""Pictures of matrices, images and training runs, drawn the same way on every page (matplotlib).

Signed numbers get a diverging colour map centred at zero, so that a sign is never lost, and every
cell carries its value: a reader should be able to check a picture by hand. ``draw_matrix`` draws on
axes; every ``show_…`` returns a figure, which a notebook displays once, as the last line of a cell.
Titles and names are shown as they are: a ``$`` in the name of a folder or a file is no formula.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnbook._extras import extra

with extra("models", "cnnbook.plotting"):
    import matplotlib.pyplot as plt
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIGNED = "RdBu_r"
UNSIGNED = "Greys"
WRITTEN_CELLS = 400  # beyond 20 by 20 the numbers no longer fit in their cells


def _new_figure(**options: Any) -> Figure:
    """Open a figure through pyplot, which teaches a notebook to show it, and let pyplot forget it.

    A bare ``Figure()`` is printed as text until pyplot has made one; one that pyplot still holds
    is shown twice.
    """
    figure = plt.figure(layout="constrained", **options)
    plt.close(figure)
    return figure


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
        Where to draw.
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
    >>> ax = Figure().add_subplot()
    >>> draw_matrix(ax, [[0, 20, -70]])
    >>> [text.get_text() for text in ax.texts]
    ['0', '20', '-70']
    """
    values = np.asarray(matrix)
    if values.ndim != 2:
        raise ValueError(f"A matrix has two axes (h, w); got shape {values.shape}.")
    colours = _colours(values, limit)
    ax.imshow(values, **colours)
    ax.set_xticks(np.arange(-0.5, values.shape[1]), labels=[])
    ax.set_yticks(np.arange(-0.5, values.shape[0]), labels=[])
    ax.grid(color="0.8", linewidth=0.8)
    ax.tick_params(length=0)
    ax.set_title(title, fontsize=10, parse_math=False)
    if values.size <= WRITTEN_CELLS:
        for (i, j), value in np.ndenumerate(values):
            dark = abs(value) > 0.6 * colours["vmax"]
            colour = "white" if dark else "black"
            ax.text(j, i, f"{value:.4g}", ha="center", va="center", color=colour, fontsize=9)


def show_matrix(matrix: ArrayLike, title: str = "", limit: float | None = None) -> Figure:
    """Draw one matrix ``(h, w)``; see `draw_matrix` for the parameters and the error.

    Returns
    -------
    Figure
        The figure.

    Examples
    --------
    >>> show_matrix([[0, 20, -70]], title="one row").axes[0].get_title()
    'one row'
    """
    return show_matrices({title: matrix}, limit)


def show_matrices(matrices: Mapping[str, ArrayLike], limit: float | None = None) -> Figure:
    """Draw matrices ``{title: (h, w)}`` side by side, their cells equally large.

    Parameters
    ----------
    matrices : mapping of str to array_like, shape (h, w)
        The matrices by title.
    limit : float, optional
        As in `draw_matrix`, for all of them.

    Returns
    -------
    Figure
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
    size = (0.48 * sum(widths) + 0.5 * len(widths), 0.48 * height + 0.6)
    figure = _new_figure(figsize=size)
    axes = figure.subplots(1, len(arrays), width_ratios=widths, squeeze=False)[0]
    for ax, (title, array) in zip(axes, arrays.items(), strict=True):
        draw_matrix(ax, array, title, limit)
        ax.set_anchor("N")
    return figure


def show_images(
    images: Sequence[ArrayLike] | NDArray[Any],
    titles: Sequence[str] | None = None,
    columns: int = 5,
) -> Figure:
    """Draw images ``(n, h, w, 3)`` or maps ``(n, h, w)`` in a grid.

    Parameters
    ----------
    images : sequence of array_like
        Integers 0..255 or floats 0..1, as matplotlib takes them.
    titles : sequence of str, optional
        One title an image.
    columns : int
        Images in a row.

    Returns
    -------
    Figure
        The figure.

    Raises
    ------
    ValueError
        If there is no image, or not one title an image.

    Examples
    --------
    >>> figure = show_images(np.zeros((3, 8, 8, 3)), titles=["a", "b", "c"])
    >>> len(figure.axes)
    3
    """
    titles = [""] * len(images) if titles is None else titles
    if not len(images) or len(titles) != len(images):
        raise ValueError(f"show_images got {len(images)} images and {len(titles)} titles.")
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    figure = _new_figure(figsize=(1.9 * columns, 2.1 * rows))
    for index, (image, title) in enumerate(zip(images, titles, strict=True)):
        ax = figure.add_subplot(rows, columns, index + 1)
        ax.imshow(np.asarray(image))
        ax.set_title(title, fontsize=9, parse_math=False)
        ax.axis("off")
    return figure


def show_curves(history: Mapping[str, Sequence[float]]) -> Figure:
    """Draw training and validation curves, an axes a quantity.

    Parameters
    ----------
    history : mapping of str to sequence of float
        One value an epoch, as in ``keras.callbacks.History.history``; ``val_x`` is drawn with
        ``x``.

    Returns
    -------
    Figure
        The figure.

    Raises
    ------
    ValueError
        If `history` is empty.

    Examples
    --------
    >>> figure = show_curves({"loss": [2, 1], "val_loss": [2, 1.5], "accuracy": [0.2, 0.6]})
    >>> [ax.get_ylabel() for ax in figure.axes]
    ['loss', 'accuracy']
    """
    quantities = [name for name in history if not name.startswith("val_")]
    if not quantities:
        raise ValueError("show_curves got no curve; has the model been trained?")
    figure = _new_figure(figsize=(3.6 * len(quantities), 2.8))
    for ax, name in zip(
        figure.subplots(1, len(quantities), squeeze=False)[0], quantities, strict=True
    ):
        for key, label in ((name, "training"), (f"val_{name}", "validation")):
            if key in history:
                values = history[key]
                ax.plot(np.arange(1, len(values) + 1), values, label=label)
        ax.set_xlabel("epoch")
        ax.set_ylabel(name, parse_math=False)
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.legend()
    return figure


def show_confusion(matrix: ArrayLike, names: Sequence[str]) -> Figure:
    """Draw a confusion matrix ``(k, k)``: a row is a true class, a column a predicted one.

    Parameters
    ----------
    matrix : array_like of int, shape (k, k)
        Counts.
    names : sequence of str
        The k class names.

    Returns
    -------
    Figure
        The figure.

    Raises
    ------
    ValueError
        If `matrix` is not square of the size of `names`.

    Examples
    --------
    >>> figure = show_confusion([[3, 1], [0, 4]], ["dena", "cerato"])
    >>> figure.axes[0].get_ylabel()
    'true class'
    """
    counts = np.asarray(matrix)
    if counts.shape != (len(names), len(names)):
        raise ValueError(
            f"{len(names)} names need a matrix {(len(names),) * 2}; got {counts.shape}."
        )
    figure = _new_figure(figsize=(1.2 + 0.8 * len(names),) * 2)
    ax = figure.add_subplot()
    draw_matrix(ax, counts)
    ax.set_xticks(range(len(names)), labels=names, rotation=35, ha="right", parse_math=False)
    ax.set_yticks(range(len(names)), labels=names, parse_math=False)
    ax.set(xlabel="predicted class", ylabel="true class")
    ax.grid(False)
    return figure
