"""A 1x1 convolution is one matrix product: every pixel's channels times the same matrix."""

from __future__ import annotations

from math import prod

import numpy as np

from cnnbook.convolution.windows import Array, Axes


def is_pointwise(axes: Axes) -> bool:
    """Whether windows are single pixels of the image.

    Examples
    --------
    >>> from cnnbook.geometry import Axis
    >>> is_pointwise((Axis(28, 1), Axis(28, 1, stride=2)))
    True
    """
    return all(axis.kernel == 1 and axis.padded == axis.size for axis in axes)


def convolve(x: Array, w: Array, axes: Axes) -> Array:
    """Multiply pixels: (n, h, w, c), (1, 1, c, o) -> (n, oh, ow, o).

    Examples
    --------
    >>> from cnnbook.geometry import Axis
    >>> x, w = np.arange(6.0).reshape(1, 1, 3, 2), np.eye(2).reshape(1, 1, 2, 2)
    >>> convolve(x, w, (Axis(1, 1), Axis(3, 1, stride=2)))[0, 0]
    array([[0., 1.],
           [4., 5.]])
    """
    return np.asarray(_read(x, axes) @ w[0, 0])


def kernel_gradient(g: Array, x: Array, axes: Axes) -> Array:
    """Multiply x by g over all pixels: (n, oh, ow, o), (n, h, w, c) -> (1, 1, c, o).

    Examples
    --------
    >>> from cnnbook.geometry import Axis
    >>> g, x = np.ones((1, 2, 2, 1)), np.ones((1, 2, 2, 3))
    >>> kernel_gradient(g, x, (Axis(2, 1), Axis(2, 1))).ravel()
    array([4., 4., 4.])
    """
    return np.asarray(_rows(_read(x, axes)).T @ _rows(g))[None, None]


def input_gradient(g: Array, w: Array, axes: Axes) -> Array:
    """Multiply g by the transposed matrix: (n, oh, ow, o), (1, 1, c, o) -> (n, h, w, c).

    Examples
    --------
    >>> from cnnbook.geometry import Axis
    >>> g, w = np.ones((1, 1, 2, 1)), np.ones((1, 1, 1, 1))
    >>> input_gradient(g, w, (Axis(1, 1), Axis(3, 1, stride=2))).ravel()
    array([1., 0., 1.])
    """
    dx = np.zeros((len(g), axes[0].size, axes[1].size, w.shape[2]), g.dtype)
    _read(dx, axes)[...] = g @ w[0, 0].T
    return dx


def _read(x: Array, axes: Axes) -> Array:
    """View the pixels that a stride leaves."""
    return x[:, :: axes[0].stride, :: axes[1].stride]


def _rows(x: Array) -> Array:
    *pixels, channels = x.shape
    return x.reshape(prod(pixels), channels)
