"""Pooling, forward and backward, each beside its definition; images are (n, h, w, c).

Padding takes no part in the result: a maximum never picks it (as if it were minus infinity) and an
average does not count it, as in TensorFlow and Keras. PyTorch's average counts it unless told
otherwise (`count_include_pad=False`).

The arguments are `size` and `stride`, as `kernel_size` and `stride` of PyTorch's functions; the
layers of `cnnbook.shapes` describe Keras layers and have Keras' names, `pool_size` and `strides`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cnnbook.convolution._numbers import is_floating, real, summing
from cnnbook.convolution.windows import Array, Axes, interior, pad, windows
from cnnbook.geometry import IntPair, Padding, pair, window_axes


def max_pool2d(
    x: npt.ArrayLike, size: IntPair = 2, stride: IntPair | None = None, padding: Padding = "valid"
) -> Array:
    """Largest number in each window: (n, h, w, c) -> (n, oh, ow, c), in the dtype of `x`.

    Parameters
    ----------
    size, stride : int or pair
        The window and its step; without a stride the windows lie side by side. (Keras' layers,
        and `cnnbook.shapes`, call them `pool_size` and `strides`.)
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
    return interior(dx, axes).astype(g.dtype)


def average_pool2d(
    x: npt.ArrayLike, size: IntPair = 2, stride: IntPair | None = None, padding: Padding = "valid"
) -> Array:
    """Mean of each window without the border: (n, h, w, c) -> (n, oh, ow, c).

    Integers give float64; floats keep their dtype, those of two bytes are summed in float32.
    Arguments are those of `max_pool2d`.

    Examples
    --------
    >>> average_pool2d(np.full((1, 1, 3, 1), 3.0), (1, 3), 1, padding="same").ravel()
    array([3., 3., 3.])
    """
    x = _floating("x", x)
    view = _windows(x, size, stride, padding, 0)
    y = np.zeros((*view.shape[:3], view.shape[5]), summing(x.dtype))
    for tap in np.ndindex(view.shape[3:5]):
        y += view[:, :, :, *tap]
    y /= _inside(_axes(x, size, stride, padding)).astype(y.dtype)
    return y.astype(x.dtype, copy=False)


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
    x = _floating("x", x)
    wide = x.astype(summing(x.dtype))
    sums, counts = (
        _windows(image, size, stride, padding, 0).sum(axis=(3, 4))
        for image in (wide, np.ones_like(wide))
    )
    return np.asarray(sums / counts).astype(x.dtype)


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
    share = g / _inside(axes).astype(dx.dtype)
    for tap in np.ndindex(axes[0].kernel, axes[1].kernel):
        gradient[:, :, :, *tap] += share
    return interior(dx, axes).astype(g.dtype)


def global_average_pool2d(x: npt.ArrayLike) -> Array:
    """Mean of each channel: (n, h, w, c) -> (n, c).

    Examples
    --------
    >>> global_average_pool2d(np.array([[10, 3], [9, 18]]).reshape(1, 2, 2, 1))
    array([[10.]])
    """
    x = _floating("x", _images(x))
    return np.asarray(x.mean(axis=(1, 2), dtype=summing(x.dtype))).astype(x.dtype, copy=False)


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
    g = _floating("g", g)
    if g.shape != (len(x), x.shape[3]):
        expected = (len(x), x.shape[3])
        raise ValueError(f"g must have the shape of the output, {expected}, got {g.shape}")
    return average_pool2d_backward(g[:, None, None], x, x.shape[1:3])


def _images(x: npt.ArrayLike) -> Array:
    x = real("x", x)
    if x.ndim != 4:
        raise ValueError(f"x must be (n, h, w, c), got shape {x.shape}")
    return x


def _floating(name: str, array: npt.ArrayLike) -> Array:
    array = real(name, array)
    return array if is_floating(array.dtype) else array.astype(np.float64)


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
    dtype = real("x", x).dtype
    if is_floating(dtype):
        return -np.inf
    return False if dtype.kind == "b" else int(np.iinfo(dtype).min)


def _inside(axes: Axes) -> Array:
    """How many pixels of the image each window holds, (oh, ow, 1)."""
    ones = np.ones((1, axes[0].size, axes[1].size, 1))
    return np.asarray(windows(pad(ones, axes), axes).sum(axis=(3, 4))[0])


def _upstream(g: npt.ArrayLike, view: Array) -> Array:
    g = _floating("g", g)
    expected = (*view.shape[:3], view.shape[5])
    if g.shape != expected:
        raise ValueError(f"g must have the shape of the output, {expected}, got {g.shape}")
    return g


def _gradient_windows(g: Array, axes: Axes) -> tuple[Array, Array]:
    """Zeros for the gradient of a padded batch, and their windows to add to."""
    dx = np.zeros((len(g), axes[0].padded, axes[1].padded, g.shape[3]), summing(g.dtype))
    return dx, windows(dx, axes)
