"""The convolutional layer in NumPy: forward, backward and transposed, each beside its definition.

Arrays are laid out as in Keras and TensorFlow, images (n, h, w, c) and kernels (kh, kw, c, o), and
every `conv2d` is the *cross-correlation* that deep-learning libraries call convolution: the kernel
is not turned. With stride s, dilation d and the zeros above and to the left written t and l::

    y[n, i, j, o] = sum over p, q, c of  x[n, i s + p d - t, j s + q d - l, c]  w[p, q, c, o].

Read `conv2d_reference` first: it is that sum in three lines. `conv2d` gives the same numbers by
writing the windows of a few output rows as rows of a matrix and multiplying once
(`_engines/strips.py`; the book's appendix "A fast convolution, written four times" gets there step
by step).

Conventions: "same" puts the zeros where TensorFlow does; integers are computed in int64 and stay
exact; floats keep their dtype; what is wrong is refused with the right value in the message. The
arguments are named as in the formula and in `torch.nn.functional`, in the singular: `stride`,
`dilation`. The layers of `cnnbook.shapes` describe Keras layers and have Keras' names, `strides`
and `dilation_rate`.
"""

from __future__ import annotations

from math import prod

import numpy as np
import numpy.typing as npt

from cnnbook.convolution._engines import pointwise, strips
from cnnbook.convolution._numbers import alike, product_dtype, real, signed, summing
from cnnbook.convolution.windows import Array, Axes, interior, pad, windows
from cnnbook.geometry import IntPair, Padding, transposed_size, window_axes


def conv2d(
    x: npt.ArrayLike,
    w: npt.ArrayLike,
    stride: IntPair = 1,
    padding: Padding = "valid",
    dilation: IntPair = 1,
    groups: int = 1,
) -> Array:
    """Convolutional layer without bias: x (n, h, w, c), w (kh, kw, c/groups, o) -> (n, oh, ow, o).

    y[n, i, j, o] = sum over p, q, c of  x[n, i s + p d - top, j s + q d - left, c] w[p, q, c, o]

    A bias (o,) is added as it is written, ``conv2d(x, w) + b``; its gradient is
    ``g.sum(axis=(0, 1, 2))``.

    Parameters
    ----------
    stride, dilation : int or pair
        Step from window to window, and from tap to tap, on each axis; `cnnbook.shapes.Conv2D`,
        which describes a Keras layer, calls them as Keras does, `strides` and `dilation_rate`.
    padding : str, int or pairs
        "valid", "same" (as TensorFlow: ceil(n / stride) outputs, the extra zero below and to the
        right), "full", zeros for all sides, (rows, columns), or ((top, bottom), (left, right)).
    groups : int
        Cut the channels into groups that do not see each other. With as many groups as channels it
        is a depthwise convolution; Keras and TensorFlow keep that kernel as (kh, kw, c, m), ours
        is ``w.reshape(kh, kw, 1, c * m)``.

    Raises
    ------
    TypeError, ValueError, OverflowError
        As `correlate2d`, and when the channels of `x` and `w` do not match.

    Examples
    --------
    >>> x = np.arange(2 * 28 * 28).reshape(2, 28, 28, 1) / 1568
    >>> conv2d(x, np.ones((3, 3, 1, 32)), stride=2, padding="same").shape
    (2, 14, 14, 32)

    A 1x1 convolution is a matrix product at every pixel:

    >>> x, w = np.ones((1, 28, 28, 192)), np.ones((1, 1, 192, 7))
    >>> np.array_equal(conv2d(x, w), x @ w[0, 0])
    True
    """
    x, w = _read(x=x, kernel=w)
    axes = _layer_axes(x, w, stride, padding, dilation, groups)
    wide = product_dtype(prod(w.shape[:3]), x, w)
    a, b = x.astype(wide, copy=False), w.astype(wide, copy=False)
    if pointwise.is_pointwise(axes) and groups == 1:
        y = pointwise.convolve(a, b, axes)
    else:
        y = strips.convolve(a, b, axes, groups)
    return y.astype(x.dtype, copy=False)


def conv2d_reference(
    x: npt.ArrayLike,
    w: npt.ArrayLike,
    stride: IntPair = 1,
    padding: Padding = "valid",
    dilation: IntPair = 1,
    groups: int = 1,
) -> Array:
    """Definition of `conv2d`: pad, look through the windows, sum the products group by group.

    Examples
    --------
    >>> conv2d_reference(np.ones((1, 3, 3, 2)), np.ones((2, 2, 2, 1)))[0, :, :, 0]
    array([[8., 8.],
           [8., 8.]])
    """
    x, w = _read(x=x, kernel=w)
    axes = _layer_axes(x, w, stride, padding, dilation, groups)
    a, b = (array.astype(summing(x.dtype), copy=False) for array in (x, w))
    view = windows(pad(a, axes), axes)
    pairs = zip(np.split(view, groups, axis=-1), np.split(b, groups, axis=-1), strict=True)
    y = np.concatenate([np.einsum("nhwpqc,pqco->nhwo", v, k) for v, k in pairs], axis=-1)
    return y.astype(x.dtype, copy=False)


def conv2d_backward(
    g: npt.ArrayLike,
    x: npt.ArrayLike,
    w: npt.ArrayLike,
    stride: IntPair = 1,
    padding: Padding = "valid",
    dilation: IntPair = 1,
    groups: int = 1,
) -> tuple[Array, Array]:
    """Gradients of `conv2d`: g = dL/dy (n, oh, ow, o) -> dL/dx, dL/dw in the shapes of x, w.

    Each product x w in the sum of an output hands g w to that x and g x to that w; with t and l
    the zeros above and to the left::

        dw[p, q, c, o] = sum over n, i, j of  g[n, i, j, o] x[n, i s + p d - t, j s + q d - l, c]
        dx[n, a, b, c] = sum over o, over i, p with i s + p d - t = a, and j, q likewise, of  g w

    Examples
    --------
    The upstream gradient need not be constant, and should not be in a test: a constant one hides a
    turned kernel.

    >>> x = np.array([[2, 3, 4], [3, 1, 5], [4, -1, -2]]).reshape(1, 3, 3, 1)
    >>> w = np.array([[0, 3], [1, -2]]).reshape(2, 2, 1, 1)
    >>> dx, dw = conv2d_backward(np.array([[1, 2], [3, -4]]).reshape(1, 2, 2, 1), x, w)
    >>> dx[0, :, :, 0]
    array([[  0,   3,   6],
           [  1,   9, -16],
           [  3, -10,   8]])
    >>> dw[:, :, 0, 0]
    array([[13, -6],
           [21, 16]])
    """
    x, w, g = _read(x=x, kernel=w, g=g)
    axes = _layer_axes(x, w, stride, padding, dilation, groups)
    _check_upstream(g, x, w, axes)
    kh, kw, _, filters = w.shape
    terms = max(kh * kw * filters // groups, prod(g.shape[:3]))
    wide = product_dtype(terms, x, w, g)
    a, b, upstream = (array.astype(wide, copy=False) for array in (x, w, g))
    if pointwise.is_pointwise(axes) and groups == 1:
        dx = pointwise.input_gradient(upstream, b, axes)
        dw = pointwise.kernel_gradient(upstream, a, axes)
    else:
        dx = strips.input_gradient(upstream, b, axes, groups)
        dw = strips.kernel_gradient(upstream, a, axes, groups)
    return dx.astype(x.dtype, copy=False), dw.astype(x.dtype, copy=False)


def conv2d_backward_reference(
    g: npt.ArrayLike,
    x: npt.ArrayLike,
    w: npt.ArrayLike,
    stride: IntPair = 1,
    padding: Padding = "valid",
    dilation: IntPair = 1,
    groups: int = 1,
) -> tuple[Array, Array]:
    """Definition of `conv2d_backward`: give each output's g to all of its window and its kernel.

    Examples
    --------
    >>> g, x, w = np.ones((1, 2, 2, 1)), np.ones((1, 3, 3, 1)), np.ones((2, 2, 1, 1))
    >>> dx, dw = conv2d_backward_reference(g, x, w)
    >>> dx[0, :, :, 0], dw[:, :, 0, 0]
    (array([[1., 2., 1.],
           [2., 4., 2.],
           [1., 2., 1.]]), array([[4., 4.],
           [4., 4.]]))
    """
    x, w, g = _read(x=x, kernel=w, g=g)
    axes = _layer_axes(x, w, stride, padding, dilation, groups)
    _check_upstream(g, x, w, axes)
    a, b, upstream = (array.astype(summing(x.dtype), copy=False) for array in (x, w, g))
    padded = pad(a, axes)
    dx, dw = np.zeros_like(padded), np.zeros_like(b)
    seen, given = windows(padded, axes), windows(dx, axes)
    for n, i, j, o in np.ndindex(g.shape):
        first = o * groups // w.shape[3] * w.shape[2]
        channels = slice(first, first + w.shape[2])
        given[n, i, j, :, :, channels] += upstream[n, i, j, o] * b[..., o]
        dw[..., o] += upstream[n, i, j, o] * seen[n, i, j, :, :, channels]
    return interior(dx, axes).astype(x.dtype), dw.astype(x.dtype, copy=False)


def conv2d_transpose(
    x: npt.ArrayLike,
    w: npt.ArrayLike,
    stride: IntPair = 1,
    padding: Padding = "valid",
    dilation: IntPair = 1,
    groups: int = 1,
    size: tuple[int, int] | None = None,
) -> Array:
    """Transposed convolution: x (n, h, w, c), w (kh, kw, o/groups, c) -> (n, oh, ow, o).

    It is the gradient of `conv2d` with respect to its input, taken as a layer: with the same
    kernel and settings it turns the output's shape back into the input's. Each pixel of x adds its
    multiple of the kernel to the output.

    Parameters
    ----------
    w : array
        The kernel of that `conv2d`, so the *third* axis is the output's, as in TensorFlow and
        Keras.
    size : pair, optional
        Height and width of the output where the stride leaves a choice. By default those of Keras:
        n s for "same", n s + max(extent - s, 0) for "valid"; otherwise the smallest, (n - 1) s +
        extent - before - after.

    Raises
    ------
    ValueError
        When `conv2d` on an image of `size` would not give the shape of `x`; and as `conv2d`.

    Examples
    --------
    >>> conv2d_transpose(np.ones((1, 2, 2, 1)), np.ones((2, 2, 1, 1)))[0, :, :, 0]
    array([[1., 2., 1.],
           [2., 4., 2.],
           [1., 2., 1.]])
    >>> conv2d_transpose(np.ones((1, 5, 5, 8)), np.ones((3, 3, 4, 8)), 2, "same", size=(9, 9)).shape
    (1, 9, 9, 4)
    """
    x, w = _read(x=x, kernel=w)
    axes = _transpose_axes(x, w, stride, padding, dilation, groups, size)
    kh, kw, _, channels = w.shape
    wide = product_dtype(kh * kw * channels // groups, x, w)
    y = strips.input_gradient(x.astype(wide, copy=False), w.astype(wide, copy=False), axes, groups)
    return y.astype(x.dtype, copy=False)


def conv2d_transpose_reference(
    x: npt.ArrayLike,
    w: npt.ArrayLike,
    stride: IntPair = 1,
    padding: Padding = "valid",
    dilation: IntPair = 1,
    groups: int = 1,
    size: tuple[int, int] | None = None,
) -> Array:
    """Definition of `conv2d_transpose`: the first half of `conv2d_backward_reference`.

    Examples
    --------
    >>> conv2d_transpose_reference([[[[1], [2]]]], [[[[1]], [[10]]]], stride=(1, 2)).ravel()
    array([ 1, 10,  2, 20])
    """
    x, w = _read(x=x, kernel=w)
    axes = _transpose_axes(x, w, stride, padding, dilation, groups, size)
    image = np.zeros((len(x), axes[0].size, axes[1].size, w.shape[2] * groups), x.dtype)
    sides = [(axis.before, axis.after) for axis in axes]
    return conv2d_backward_reference(x, image, w, stride, sides, dilation, groups)[0]


def _read(**arrays: npt.ArrayLike) -> list[Array]:
    """Give the arrays of a layer the dtype of its result."""
    read = {name: real(name, array) for name, array in arrays.items()}
    signed(read["kernel"])
    return alike(**read)


def _layer_axes(
    x: Array, w: Array, stride: IntPair, padding: Padding, dilation: IntPair, groups: int
) -> Axes:
    if x.ndim != 4 or w.ndim != 4:
        message = "x must be (n, h, w, c) and the kernel (kh, kw, c/groups, o)"
        raise ValueError(f"{message}, got shapes {x.shape} and {w.shape}")
    if groups < 1 or w.shape[3] % groups or x.shape[3] != w.shape[2] * groups:
        needs = f"the kernel {w.shape} with groups={groups} takes {w.shape[2] * groups}"
        message = f"x has {x.shape[3]} channels, {needs}; groups must divide {w.shape[3]} filters"
        raise ValueError(message)
    return window_axes(x.shape[1:3], w.shape[:2], stride, padding, dilation)


def _transpose_axes(
    x: Array,
    w: Array,
    stride: IntPair,
    padding: Padding,
    dilation: IntPair,
    groups: int,
    size: tuple[int, int] | None,
) -> Axes:
    """Axes of the `conv2d` whose output is x."""
    fits = x.ndim == w.ndim == 4 and x.shape[3] == w.shape[3]
    if not fits or groups < 1 or w.shape[3] % groups:
        message = "x must be (n, h, w, c) and the kernel (kh, kw, o/groups, c)"
        raise ValueError(f"{message}, got shapes {x.shape}, {w.shape} and groups={groups}")
    if size is None:
        size = transposed_size(x.shape[1:3], w.shape[:2], stride, padding, dilation)
    axes = window_axes(size, w.shape[:2], stride, padding, dilation)
    counts = tuple(axis.count for axis in axes)
    if counts != x.shape[1:3]:
        message = f"conv2d turns size {tuple(size)} into {counts}, but x has {x.shape[1:3]}"
        raise ValueError(message)
    return axes


def _check_upstream(g: Array, x: Array, w: Array, axes: Axes) -> None:
    expected = (len(x), axes[0].count, axes[1].count, w.shape[3])
    if g.shape != expected:
        raise ValueError(f"g must have the shape of the output, {expected}, got {g.shape}")
