"""Pooling, forward and backward, each beside its definition; images are (n, h, w, c).

Padding takes no part in the result: a maximum never picks it (as if it were minus infinity) and an
average does not count it, as in TensorFlow and Keras. PyTorch's average counts it unless told
otherwise (`count_include_pad=False`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cnnbook.convolution.windows import Array, Axes, interior, pad, windows
from cnnbook.geometry import IntPair, Padding, pair, window_axes


def max_pool2d(
    x: npt.ArrayLike, size: IntPair = 2, stride: IntPair | None = None, padding: Padding = "valid"
) -> Array:
    """Largest number in each window: (n, h, w, c) -> (n, oh, ow, c), in the dtype of `x`.

    Parameters
    ----------
    size, stride : int or pair
        The window and its step; without a stride the windows lie side by side.
    padding : str, int or pairs
        As in `conv2d`; the border is never picked, and must be narrower than the window.

    Examples
    --------
    >>> max_pool2d([[[[-3], [-1], [-2]]]], (1, 3), 1, padding="same").ravel()
    array([-1, -1, -1])
    """
    view = _windows(x, size, stride, padding, _lowest(x))
    y = view[:, :, :, 0, 0].copy()
    for tap in np.ndindex(view.shape[3:5]):
        np.maximum(y, view[:, :, :, *tap], out=y)
    return y


def max_pool2d_reference(
    x: npt.ArrayLike, size: IntPair = 2, stride: IntPair | None = None, padding: Padding = "valid"
) -> Array:
    """Definition of `max_pool2d`: the maximum over each window.

    Examples
    --------
    >>> max_pool2d_reference(np.arange(16).reshape(1, 4, 4, 1))[0, :, :, 0]
    array([[ 5,  7],
           [13, 15]])
    """
    return np.asarray(_windows(x, size, stride, padding, _lowest(x)).max(axis=(3, 4)))


def max_pool2d_backward(
    g: npt.ArrayLike,
    x: npt.ArrayLike,
    size: IntPair = 2,
    stride: IntPair | None = None,
    padding: Padding = "valid",
) -> Array:
    """Gradient of `max_pool2d`: g (n, oh, ow, c), x (n, h, w, c) -> dx (n, h, w, c).

    All of g goes to the maximum, and where several are equal to the first of them in reading
    order. (Any share among equals would be a subgradient; TensorFlow and PyTorch take the first as
    well.)

    Examples
    --------
    >>> max_pool2d_backward([[[[1.0]]]], [[[[7], [2]], [[7], [1]]]]).ravel()
    array([1., 0., 0., 0.])
    """
    axes = _axes(x, size, stride, padding)
    view = windows(pad(np.asarray(x), axes, _lowest(x)), axes)
    g = _upstream(g, view)
    dx, gradient = _gradient_windows(g, axes)
    largest = max_pool2d(x, size, stride, padding)
    free = np.ones(g.shape, bool)
    for tap in np.ndindex(view.shape[3:5]):
        value = view[:, :, :, *tap]
        first = free & ((value == largest) | np.isnan(value))
        gradient[:, :, :, *tap] += np.where(first, g, 0)
        free &= ~first
    return interior(dx, axes).copy()


def average_pool2d(
    x: npt.ArrayLike, size: IntPair = 2, stride: IntPair | None = None, padding: Padding = "valid"
) -> Array:
    """Mean of each window without the border: (n, h, w, c) -> (n, oh, ow, c).

    Integers give float64; floats keep their dtype. Arguments are those of `max_pool2d`.

    Examples
    --------
    >>> average_pool2d(np.full((1, 1, 3, 1), 3.0), (1, 3), 1, padding="same").ravel()
    array([3., 3., 3.])
    """
    view = _windows(_floating(x), size, stride, padding, 0)
    y = np.zeros((*view.shape[:3], view.shape[5]), view.dtype)
    for tap in np.ndindex(view.shape[3:5]):
        y += view[:, :, :, *tap]
    y /= _inside(_axes(x, size, stride, padding)).astype(view.dtype)
    return y


def average_pool2d_reference(
    x: npt.ArrayLike, size: IntPair = 2, stride: IntPair | None = None, padding: Padding = "valid"
) -> Array:
    """Definition of `average_pool2d`: the mean of what each window holds of the image.

    Examples
    --------
    >>> average_pool2d_reference(np.arange(16).reshape(1, 4, 4, 1))[0, :, :, 0]
    array([[ 2.5,  4.5],
           [10.5, 12.5]])
    """
    view = _windows(_floating(x), size, stride, padding, 0)
    image = _windows(np.ones_like(_floating(x)), size, stride, padding, 0)
    return np.asarray(view.sum(axis=(3, 4)) / image.sum(axis=(3, 4)))


def average_pool2d_backward(
    g: npt.ArrayLike,
    x: npt.ArrayLike,
    size: IntPair = 2,
    stride: IntPair | None = None,
    padding: Padding = "valid",
) -> Array:
    """Gradient of `average_pool2d`: g (n, oh, ow, c), x (n, h, w, c) -> dx (n, h, w, c).

    Every pixel of a window gets g divided by the number of pixels in it.

    Examples
    --------
    >>> average_pool2d_backward(np.ones((1, 1, 1, 1)), np.zeros((1, 2, 2, 1))).ravel()
    array([0.25, 0.25, 0.25, 0.25])
    """
    axes = _axes(x, size, stride, padding)
    g = _upstream(g, windows(pad(np.asarray(x), axes), axes))
    dx, gradient = _gradient_windows(g, axes)
    share = g / _inside(axes).astype(g.dtype)
    for tap in np.ndindex(axes[0].kernel, axes[1].kernel):
        gradient[:, :, :, *tap] += share
    return interior(dx, axes).copy()


def global_average_pool2d(x: npt.ArrayLike) -> Array:
    """Mean of each channel: (n, h, w, c) -> (n, c).

    Examples
    --------
    >>> global_average_pool2d(np.array([[10, 3], [9, 18]]).reshape(1, 2, 2, 1))
    array([[10.]])
    """
    return np.asarray(_floating(_images(x)).mean(axis=(1, 2)))


def global_average_pool2d_reference(x: npt.ArrayLike) -> Array:
    """Definition of `global_average_pool2d`: one window as large as the image.

    Examples
    --------
    >>> global_average_pool2d_reference(np.ones((2, 4, 5, 3))).shape
    (2, 3)
    """
    x = _images(x)
    return average_pool2d_reference(x, x.shape[1:3])[:, 0, 0]


def global_average_pool2d_backward(g: npt.ArrayLike, x: npt.ArrayLike) -> Array:
    """Gradient of `global_average_pool2d`: g (n, c), x (n, h, w, c) -> dx (n, h, w, c).

    Examples
    --------
    >>> global_average_pool2d_backward(np.array([[2.0]]), np.zeros((1, 2, 2, 1))).ravel()
    array([0.5, 0.5, 0.5, 0.5])
    """
    x = _images(x)
    return average_pool2d_backward(np.asarray(g)[:, None, None], x, x.shape[1:3])


def _images(x: npt.ArrayLike) -> Array:
    x = np.asarray(x)
    if x.ndim != 4:
        raise ValueError(f"x must be (n, h, w, c), got shape {x.shape}")
    return x


def _floating(x: npt.ArrayLike) -> Array:
    x = np.asarray(x)
    return x if x.dtype.kind == "f" else x.astype(np.float64)


def _axes(x: npt.ArrayLike, size: IntPair, stride: IntPair | None, padding: Padding) -> Axes:
    window = pair(size, "size")
    axes = window_axes(_images(x).shape[1:3], window, window if stride is None else stride, padding)
    for axis in axes:
        if max(axis.before, axis.after) >= axis.kernel:
            message = f"padding {padding!r} leaves a window of size {size!r} nothing of the image"
            raise ValueError(message)
    return axes


def _windows(
    x: npt.ArrayLike, size: IntPair, stride: IntPair | None, padding: Padding, border: float
) -> Array:
    axes = _axes(x, size, stride, padding)
    return windows(pad(np.asarray(x), axes, border), axes)


def _lowest(x: npt.ArrayLike) -> float:
    """Return what no maximum picks."""
    dtype = np.asarray(x).dtype
    match dtype.kind:
        case "f":
            return -np.inf
        case "b":
            return False
        case "i" | "u":
            return int(np.iinfo(dtype).min)
    raise TypeError(f"x must hold real numbers, got dtype {dtype}")


def _inside(axes: Axes) -> Array:
    """How many pixels of the image each window holds, (oh, ow, 1)."""
    ones = np.ones((1, axes[0].size, axes[1].size, 1))
    return np.asarray(windows(pad(ones, axes), axes).sum(axis=(3, 4))[0])


def _upstream(g: npt.ArrayLike, view: Array) -> Array:
    g = _floating(g)
    expected = (*view.shape[:3], view.shape[5])
    if g.shape != expected:
        raise ValueError(f"g must have the shape of the output, {expected}, got {g.shape}")
    return g


def _gradient_windows(g: Array, axes: Axes) -> tuple[Array, Array]:
    """Zeros for the gradient of a padded batch, and their windows to add to."""
    dx = np.zeros((len(g), axes[0].padded, axes[1].padded, g.shape[3]), g.dtype)
    return dx, windows(dx, axes)
