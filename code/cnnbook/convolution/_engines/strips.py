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


Place = tuple[slice, slice]


class Strips:
    """Walk over a batch in strips of output rows whose windows fit in the cache as one matrix.

    A strip is the same rows of one or several images, or where the kernel is very large a piece of
    one row. Its matrix has one row per window and one
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
    ...     for place in strips.places():
    ...         print(strips.columns(place)[0])
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

        cell = prod(self.window) * groups
        row = cell * width.count
        image = max(row * height.count, height.padded * width.padded * channels)
        numbers = STRIP_BYTES // np.dtype(dtype).itemsize
        self.columns_at_once = _between(1, numbers // max(1, cell), width.count)
        self.rows_at_once = _between(1, numbers // max(1, row), height.count)
        self.images_at_once = _between(1, numbers // max(1, image), n)

        padded = (self.images_at_once, height.padded, width.padded, channels)
        make = _zeros_channel_first if self.tap_major else np.zeros
        self.padded = make(padded, dtype)
        self.held = 0
        view = windows(self.padded, axes)
        self.windows = view.reshape(*view.shape[:-1], groups, channels // groups)
        most_cells = self.images_at_once * self.rows_at_once * self.columns_at_once
        self.buffer = np.empty(most_cells * cell, dtype)

    def images(self) -> Iterator[slice]:
        """Slices of the batch, to be read one after the other."""
        for first in range(0, self.n, self.images_at_once):
            yield slice(first, min(first + self.images_at_once, self.n))

    def places(self) -> Iterator[Place]:
        """Slices of the output's rows and columns: one strip each."""
        height, width = (axis.count for axis in self.axes)
        for top in range(0, height, self.rows_at_once):
            rows = slice(top, min(top + self.rows_at_once, height))
            for left in range(0, width, self.columns_at_once):
                yield rows, slice(left, min(left + self.columns_at_once, width))

    def read(self, x: Array) -> None:
        """Put some images of the batch within the border of zeros."""
        self.held = len(x)
        interior(self.padded[: self.held], self.axes)[...] = x

    def columns(self, place: Place) -> Array:
        """Matrix of a strip's windows, (groups, windows, kh kw c/groups)."""
        matrix, by_window = self._matrix(place)
        by_window[...] = self.windows[: self.held, *place]
        return matrix

    def clear(self, images: int) -> None:
        """Make room for the gradient of some images, to add windows to."""
        self.held = images
        self.padded[:images] = 0

    def sums(self) -> Array:
        """View what was added, without the border."""
        return interior(self.padded[: self.held], self.axes)

    def add(self, g: Array, weights: Array, place: Place) -> None:
        """Add g W^T to the windows of the padded images: the transpose of `columns`."""
        matrix, by_window = self._matrix(place)
        np.matmul(g, weights.transpose(0, 2, 1), out=matrix)
        target = self.windows[: self.held, *place]
        cells, taps = target.shape[:3], target.shape[3:5]
        # Windows overlap, so they are added one tap of all at a time, or one window at a time.
        if prod(taps) <= prod(cells):
            for tap in np.ndindex(taps):
                target[:, :, :, *tap] += by_window[:, :, :, *tap]
        else:
            for cell in np.ndindex(cells):
                target[cell] += by_window[cell]

    def _matrix(self, place: Place) -> tuple[Array, Array]:
        """View the buffer as a matrix (groups, windows, numbers) and in the order of `windows`."""
        cells = (self.held, *(part.stop - part.start for part in place))
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
        for place in strips.places():
            multiply(strips.columns(place), weights, by_group(y[images, *place], groups))
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
        for place in strips.places():
            dw += strips.columns(place).transpose(0, 2, 1) @ by_group(g[images, *place], groups)
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
    # Zeros around g times a weight that is not finite would reach pixels which never met it.
    if turned and w.shape[2] >= FEW_CHANNELS and np.isfinite(w).all():
        return convolve(g, rotated_180(w, groups), turned, groups)
    dx = np.empty((len(g), axes[0].size, axes[1].size, w.shape[2] * groups), g.dtype)
    strips = Strips(dx.shape, dx.dtype, axes, groups)
    weights = as_matrix(w, groups)
    for images in strips.images():
        strips.clear(images.stop - images.start)
        for place in strips.places():
            strips.add(by_group(g[images, *place], groups), weights, place)
        dx[images] = strips.sums()
    return dx


def rotated_180(w: Array, groups: int = 1) -> Array:
    """Turn by 180 degrees, swap channels: (kh, kw, c/groups, o) -> (kh, kw, o/groups, c).

    Examples
    --------
    >>> rotated_180(np.arange(6).reshape(1, 3, 1, 2))[0].tolist()
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
