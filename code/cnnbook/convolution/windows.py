"""Windows as a view: the one array from which every operation here is read.

For an image batch `x` of shape (n, h, w, c), `windows` is an array of shape (n, oh, ow, kh, kw, c)
in which ``windows[n, i, j]`` is what the kernel sees at output cell (i, j). It owns no memory:
each pixel appears in up to kh * kw windows, and all of them are the same number in the same place.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import as_strided

from cnnbook.geometry import Axis

Array = npt.NDArray[Any]
Axes = tuple[Axis, Axis]


def windows(padded: Array, axes: Axes) -> Array:
    """View a padded batch (n, h, w, c) as its windows (n, oh, ow, kh, kw, c).

    Examples
    --------
    >>> x = np.arange(9).reshape(1, 3, 3, 1)
    >>> view = windows(x, (Axis(3, 2), Axis(3, 2)))
    >>> view[0, 1, 0, :, :, 0]
    array([[3, 4],
           [6, 7]])
    """
    rows, columns = axes
    n, h, w, c = padded.strides
    return as_strided(
        padded,
        (len(padded), rows.count, columns.count, rows.kernel, columns.kernel, padded.shape[3]),
        (n, h * rows.stride, w * columns.stride, h * rows.dilation, w * columns.dilation, c),
    )


def interior(padded: Array, axes: Axes) -> Array:
    """View a padded batch without its border.

    Examples
    --------
    >>> interior(np.zeros((1, 5, 4, 1)), (Axis(3, 2, before=1, after=1), Axis(3, 2, after=1))).shape
    (1, 3, 3, 1)
    """
    rows, columns = axes
    return padded[
        :,
        rows.before : rows.before + rows.size,
        columns.before : columns.before + columns.size,
    ]


def pad(x: Array, axes: Axes, value: complex = 0) -> Array:
    """Return the batch with its border, every cell of which is `value`.

    Examples
    --------
    >>> pad(np.ones((1, 1, 2, 1)), (Axis(1, 1), Axis(2, 2, after=1)))[0, :, :, 0]
    array([[1., 1., 0.]])
    """
    rows, columns = axes
    if rows.padded == rows.size and columns.padded == columns.size:
        return x
    padded = np.full((len(x), rows.padded, columns.padded, x.shape[3]), value, x.dtype)
    interior(padded, axes)[...] = x
    return padded
