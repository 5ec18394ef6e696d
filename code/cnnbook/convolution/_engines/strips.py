"""The fast convolution: windows written as rows of a matrix, one strip of output rows at a time.

Write every window as one row of a matrix (this is "im2col") and the kernel as a matrix with one
column per filter. Then all three products of a convolutional layer are matrix products, which BLAS
does near the speed of the machine:

    y = columns(x) W          dw = columns(x)^T g          dx = columns^T(g W^T)

where columns^T *adds* every row back to the window it came from. The whole matrix would be kh * kw
times larger than the image and would leave the cache before it is used, so `Strips` makes only as
many rows of it as fit there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import prod

import numpy as np
import numpy.typing as npt

from cnnbook.convolution.windows import Array, Axes, interior, windows

# A strip of this size is still in the second- or third-level cache when it is multiplied.
STRIP_BYTES = 1 << 21
# Below this many, channels are too short a run to copy and too few columns for BLAS.
FEW_CHANNELS = 16
# Up to this many multiply-adds OpenBLAS multiplies without repacking its operands (its
# sgemm_small_kernel_permit), which is quicker for narrow ones, unless the pieces get too short.
SMALL_PRODUCT = 10**6
SHORT_PIECE = 500


class Strips:
    """Walk over a batch in strips of output rows whose windows fit in the cache as one matrix.

    A strip is the same rows of one or several images. Its matrix has one row per window and one
    column per number in the window, and lies in memory in the order that is quicker to copy: for
    many channels a window at a time, whose channels are neighbours; for few channels a tap at a
    time, whose pixels are neighbours in a channel-first copy.

    Examples
    --------
    >>> from cnnbook.geometry import Axis
    >>> x = np.arange(9.0).reshape(1, 3, 3, 1)
    >>> strips = Strips(x.shape, x.dtype, (Axis(3, 2), Axis(3, 2)))
    >>> for images in strips.images():
    ...     strips.read(x[images])
    ...     for rows in strips.rows():
    ...         print(strips.columns(rows)[0])
    [[0. 1. 3. 4.]
     [1. 2. 4. 5.]
     [3. 4. 6. 7.]
     [4. 5. 7. 8.]]
    """

    def __init__(
        self, shape: tuple[int, ...], dtype: npt.DTypeLike, axes: Axes, groups: int = 1
    ) -> None:
        height, width = self.axes = axes
        n, _, _, channels = shape
        self.n, self.groups = n, groups
        self.window = (height.kernel, width.kernel, channels // groups)
        self.tap_major = channels // groups < FEW_CHANNELS

        row = prod(self.window) * groups * width.count
        image = max(row * height.count, height.padded * width.padded * channels)
        numbers = STRIP_BYTES // np.dtype(dtype).itemsize
        self.rows_at_once = _between(1, numbers // max(1, row), height.count)
        self.images_at_once = _between(1, numbers // max(1, image), n)

        padded = (self.images_at_once, height.padded, width.padded, channels)
        make = _zeros_channel_first if self.tap_major else np.zeros
        self.padded = make(padded, dtype)
        self.held = 0
        view = windows(self.padded, axes)
        self.windows = view.reshape(*view.shape[:-1], groups, channels // groups)
        self.buffer = np.empty(self.images_at_once * self.rows_at_once * row, dtype)

    def images(self) -> Iterator[slice]:
        """Slices of the batch, to be read one after the other."""
        for first in range(0, self.n, self.images_at_once):
            yield slice(first, min(first + self.images_at_once, self.n))

    def rows(self) -> Iterator[slice]:
        """Slices of the output's rows: one strip each."""
        count = self.axes[0].count
        for first in range(0, count, self.rows_at_once):
            yield slice(first, min(first + self.rows_at_once, count))

    def read(self, x: Array) -> None:
        """Put some images of the batch within the border of zeros."""
        self.held = len(x)
        interior(self.padded[: self.held], self.axes)[...] = x

    def columns(self, rows: slice) -> Array:
        """Matrix of a strip's windows, (groups, windows, kh kw c/groups)."""
        matrix, by_window = self._matrix(rows)
        by_window[...] = self.windows[: self.held, rows]
        return matrix

    def clear(self, images: int) -> None:
        """Make room for the gradient of some images, to add windows to."""
        self.held = images
        self.padded[:images] = 0

    def sums(self) -> Array:
        """View what was added, without the border."""
        return interior(self.padded[: self.held], self.axes)

    def add(self, g: Array, weights: Array, rows: slice) -> None:
        """Add g W^T to the windows of the padded images: the transpose of `columns`."""
        matrix, by_window = self._matrix(rows)
        np.matmul(g, weights.transpose(0, 2, 1), out=matrix)
        target = self.windows[: self.held, rows]
        for tap in np.ndindex(self.axes[0].kernel, self.axes[1].kernel):
            target[:, :, :, *tap] += by_window[:, :, :, *tap]

    def _matrix(self, rows: slice) -> tuple[Array, Array]:
        """View the buffer as a matrix (groups, windows, numbers) and in the order of `windows`."""
        cells = (self.held, rows.stop - rows.start, self.axes[1].count)
        count, numbers = prod(cells), prod(self.window)
        used = self.buffer[: self.groups * count * numbers]
        if self.tap_major:
            matrix = used.reshape(self.groups, numbers, count).transpose(0, 2, 1)
            by_window = used.reshape(self.groups, *self.window, *cells)
            return matrix, by_window.transpose(4, 5, 6, 1, 2, 0, 3)
        matrix = used.reshape(self.groups, count, numbers)
        by_window = used.reshape(self.groups, *cells, *self.window)
        return matrix, by_window.transpose(1, 2, 3, 4, 5, 0, 6)


def _between(least: int, wanted: int, most: int) -> int:
    return max(least, min(wanted, most))


def _zeros_channel_first(shape: tuple[int, ...], dtype: npt.DTypeLike) -> Array:
    """Make zeros (n, h, w, c) whose pixels, not channels, are neighbours in memory."""
    n, h, w, c = shape
    return np.zeros((n, c, h, w), dtype).transpose(0, 2, 3, 1)


def as_matrix(w: Array, groups: int) -> Array:
    """Copy the kernel (kh, kw, c/groups, o) to matrices (groups, kh kw c/groups, o/groups).

    Examples
    --------
    >>> as_matrix(np.zeros((3, 3, 2, 8)), groups=4).shape
    (4, 18, 2)
    """
    *window, filters = w.shape
    matrices = w.reshape(prod(window), groups, filters // groups)
    return np.ascontiguousarray(matrices.transpose(1, 0, 2))


def by_group(y: Array, groups: int) -> Array:
    """View outputs (n, oh, ow, o) as (groups, n oh ow, o/groups).

    Examples
    --------
    >>> by_group(np.zeros((2, 3, 5, 8)), groups=4).shape
    (4, 30, 2)
    """
    *cells, filters = y.shape
    return y.reshape(prod(cells), groups, filters // groups).transpose(1, 0, 2)


def convolve(x: Array, w: Array, axes: Axes, groups: int = 1) -> Array:
    """Compute columns(x) W: (n, h, w, c), (kh, kw, c/groups, o) -> (n, oh, ow, o).

    Examples
    --------
    >>> from cnnbook.geometry import Axis
    >>> convolve(np.ones((1, 3, 3, 2)), np.ones((2, 2, 2, 1)), (Axis(3, 2), Axis(3, 2)))[0, :, :, 0]
    array([[8., 8.],
           [8., 8.]])
    """
    strips = Strips(x.shape, x.dtype, axes, groups)
    weights = as_matrix(w, groups)
    y = np.empty((len(x), axes[0].count, axes[1].count, w.shape[3]), x.dtype)
    for images in strips.images():
        strips.read(x[images])
        for rows in strips.rows():
            multiply(strips.columns(rows), weights, by_group(y[images, rows], groups))
    return y


def multiply(matrix: Array, weights: Array, out: Array) -> None:
    """Write matrix @ weights to `out`, in pieces when the weights are narrow.

    Examples
    --------
    >>> out = np.empty((1, 3, 2))
    >>> multiply(np.ones((1, 3, 4)), np.ones((1, 4, 2)), out)
    >>> out[0, 0]
    array([4., 4.])
    """
    piece = SMALL_PRODUCT // max(1, weights[0].size)
    if piece < SHORT_PIECE:
        np.matmul(matrix, weights, out=out)
        return
    for first in range(0, matrix.shape[1], piece):
        rows = slice(first, first + piece)
        np.matmul(matrix[:, rows], weights, out=out[:, rows])


def kernel_gradient(g: Array, x: Array, axes: Axes, groups: int = 1) -> Array:
    """Compute columns(x)^T g: (n, oh, ow, o), (n, h, w, c) -> (kh, kw, c/groups, o).

    Examples
    --------
    >>> from cnnbook.geometry import Axis
    >>> g, x, axes = np.ones((1, 2, 2, 1)), np.ones((1, 3, 3, 1)), (Axis(3, 2), Axis(3, 2))
    >>> kernel_gradient(g, x, axes)[:, :, 0, 0]
    array([[4., 4.],
           [4., 4.]])
    """
    strips = Strips(x.shape, x.dtype, axes, groups)
    kh, kw, c, o = axes[0].kernel, axes[1].kernel, x.shape[3] // groups, g.shape[3]
    dw = np.zeros((groups, kh * kw * c, o // groups), x.dtype)
    for images in strips.images():
        strips.read(x[images])
        for rows in strips.rows():
            dw += strips.columns(rows).transpose(0, 2, 1) @ by_group(g[images, rows], groups)
    return dw.transpose(1, 0, 2).reshape(kh, kw, c, o)


def input_gradient(g: Array, w: Array, axes: Axes, groups: int = 1) -> Array:
    """Compute columns^T(g W^T): (n, oh, ow, o), (kh, kw, c/groups, o) -> (n, h, w, c).

    Examples
    --------
    >>> from cnnbook.geometry import Axis
    >>> g, w, axes = np.ones((1, 2, 2, 1)), np.ones((2, 2, 1, 1)), (Axis(3, 2), Axis(3, 2))
    >>> input_gradient(g, w, axes)[0, :, :, 0]
    array([[1., 2., 1.],
           [2., 4., 2.],
           [1., 2., 1.]])
    """
    turned = _turned(axes)
    if turned and w.shape[2] >= FEW_CHANNELS:
        return convolve(g, half_turned(w, groups), turned, groups)
    dx = np.empty((len(g), axes[0].size, axes[1].size, w.shape[2] * groups), g.dtype)
    strips = Strips(dx.shape, dx.dtype, axes, groups)
    weights = as_matrix(w, groups)
    for images in strips.images():
        strips.clear(images.stop - images.start)
        for rows in strips.rows():
            strips.add(by_group(g[images, rows], groups), weights, rows)
        dx[images] = strips.sums()
    return dx


def half_turned(w: Array, groups: int = 1) -> Array:
    """Turn by 180 degrees, swap channels: (kh, kw, c/groups, o) -> (kh, kw, o/groups, c).

    Examples
    --------
    >>> half_turned(np.arange(6).reshape(1, 3, 1, 2))[0].tolist()
    [[[4], [5]], [[2], [3]], [[0], [1]]]
    """
    kh, kw, channels, filters = w.shape
    split = w[::-1, ::-1].reshape(kh, kw, channels, groups, filters // groups)
    return split.transpose(0, 1, 4, 3, 2).reshape(kh, kw, filters // groups, channels * groups)


def _turned(axes: Axes) -> Axes | None:
    """Axes over g whose windows give dx, when the stride is 1 and no zero lies beyond a window."""
    if any(axis.stride > 1 or max(axis.before, axis.after) >= axis.extent for axis in axes):
        return None
    rows, columns = (
        replace(
            axis,
            size=axis.count,
            before=axis.extent - 1 - axis.before,
            after=axis.extent - 1 - axis.after,
        )
        for axis in axes
    )
    return rows, columns
