"""Curves of a training run, and the confusion matrix of its result."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from cnnbook.plotting.drawings import Drawing
from cnnbook.plotting.matrices import draw_matrix

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def show_curves(history: Mapping[str, Sequence[float]]) -> Drawing:
    """Draw training and validation curves, an axes a quantity.

    Parameters
    ----------
    history : mapping of str to sequence of float
        One value an epoch, as in ``keras.callbacks.History.history``; ``val_x`` is drawn with
        ``x``.

    Returns
    -------
    Drawing
        The figure.

    Raises
    ------
    ValueError
        If `history` is empty.

    Examples
    --------
    >>> figure = show_curves({"loss": [2, 1], "val_loss": [2, 1.5], "accuracy": [0.2, 0.6]})
    >>> [ax.get_title() for ax in figure.axes]
    ['loss', 'accuracy']
    """
    quantities = [name for name in history if not name.startswith("val_")]
    if not quantities:
        raise ValueError("show_curves got no curve; has the model been trained?")
    figure = Drawing(figsize=(3.4 * len(quantities), 2.7))
    for ax, name in zip(
        figure.subplots(1, len(quantities), squeeze=False)[0], quantities, strict=True
    ):
        for key, label in ((name, "training"), (f"val_{name}", "validation")):
            if key in history:
                values = history[key]
                ax.plot(np.arange(1, len(values) + 1), values, label=label)
        ax.set_title(name, fontsize=11, parse_math=False)
        ax.set_xlabel("epoch")
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.legend(frameon=False)
    return figure


def show_confusion(matrix: ArrayLike, names: Sequence[str]) -> Drawing:
    """Draw a confusion matrix ``(k, k)``: a row is a true class, a column a predicted one.

    Parameters
    ----------
    matrix : array_like of int, shape (k, k)
        Counts.
    names : sequence of str
        The k class names.

    Returns
    -------
    Drawing
        The figure.

    Raises
    ------
    ValueError
        If `matrix` is not square of the size of `names`.

    Examples
    --------
    >>> figure = show_confusion([[3, 1], [0, 4]], ["dena", "cerato"])
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['dena', 'cerato']
    """
    counts = np.asarray(matrix)
    if counts.shape != (len(names), len(names)):
        raise ValueError(
            f"{len(names)} names need a matrix {(len(names),) * 2}; got {counts.shape}."
        )
    figure = Drawing(figsize=(1.4 + 0.45 * len(names), 1.1 + 0.45 * len(names)))
    ax = figure.add_subplot()
    draw_matrix(ax, counts)
    # Each name a line lower than the last, and after three again: all stand level, none in another.
    lowered = ["\n" * (index % 3) + name for index, name in enumerate(names)]
    ax.set_xticks(range(len(names)), labels=lowered, parse_math=False)
    ax.set_yticks(range(len(names)), labels=names, parse_math=False)
    ax.tick_params(length=0)
    ax.set_xlabel("predicted class")
    ax.set_title("true class", fontsize=10, loc="left", x=-0.02, ha="right")
    return figure


def power_of_ten(value: float, position: int = 0) -> str:
    """Write a power of ten as text: a formatter for a logarithmic axis.

    Parameters
    ----------
    value : float
        A power of ten.
    position : int
        The place of the tick, which changes nothing.

    Returns
    -------
    str
        The power.

    Examples
    --------
    >>> power_of_ten(1e-5), power_of_ten(1)
    ('10⁻⁵', '1')
    """
    exponent = round(float(np.log10(value)))
    return "1" if exponent == 0 else f"10{str(exponent).translate(RAISED)}"
