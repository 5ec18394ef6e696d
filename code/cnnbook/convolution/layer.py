"""Convolution and pooling in NumPy: exact, fast, and each beside its definition.

Arrays are laid out as in Keras and TensorFlow, images (n, h, w, c) and kernels (kh, kw, c, o), and
every `conv2d` is the *cross-correlation* that deep-learning libraries call convolution: the kernel
is not turned. With stride s, dilation d and the zeros above and to the left written t and l::

    y[n, i, j, o] = sum over p, q, c of  x[n, i s + p d - t, j s + q d - l, c]  w[p, q, c, o].

Read `conv2d_reference` first: it is that sum in three lines. `conv2d` gives the same numbers by
writing the windows of a few output rows as rows of a matrix and multiplying once
(`_engines/strips.py`; the book's appendix "A fast convolution, written four times" gets there step
by step); an image with one channel takes still shorter ways (`_engines/plane.py`).

Conventions: "same" puts the zeros where TensorFlow does; integers are computed in int64 and stay
exact; floats keep their dtype; what is wrong is refused with the right value in the message.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from cnnbook.convolution._engines import plane, pointwise, strips
from cnnbook.convolution._engines.pointwise import is_pointwise
from cnnbook.convolution.pooling import (
    average_pool2d,
    average_pool2d_backward,
    average_pool2d_reference,
    global_average_pool2d,
    global_average_pool2d_backward,
    global_average_pool2d_reference,
    max_pool2d,
    max_pool2d_backward,
    max_pool2d_reference,
)
from cnnbook.convolution.windows import Array, Axes, interior, pad, windows
from cnnbook.geometry import IntPair, Padding, transposed_size, window_axes

__all__ = [
    "LAPLACIAN_4",
    "LAPLACIAN_8",
    "SOBEL_X",
    "SOBEL_Y",
    "average_pool2d",
    "average_pool2d_backward",
    "average_pool2d_reference",
    "conv2d",
    "conv2d_backward",
    "conv2d_backward_reference",
    "conv2d_reference",
    "conv2d_transpose",
    "conv2d_transpose_reference",
    "convolve2d",
    "convolve2d_reference",
    "correlate2d",
    "correlate2d_reference",
    "global_average_pool2d",
    "global_average_pool2d_backward",
    "global_average_pool2d_reference",
    "max_pool2d",
    "max_pool2d_backward",
    "max_pool2d_reference",
]

# Second derivatives that sum to zero. The five-point one approximates the Laplacian, the
# nine-point one (all eight neighbours alike) three times the Laplacian: both follow from Taylor's
# theorem; Marr and Hildreth (1980) say why their zero crossings mark edges.
LAPLACIAN_4 = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]])
LAPLACIAN_8 = np.array([[1, 1, 1], [1, -8, 1], [1, 1, 1]])
# Sobel's smoothed first derivatives, positive under cross-correlation where the image grows to the
# right (X) and downwards (Y): Duda and Hart, Pattern Classification and Scene Analysis, 1973.
SOBEL_X = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
SOBEL_Y = SOBEL_X.T.copy()
for _kernel in (LAPLACIAN_4, LAPLACIAN_8, SOBEL_X, SOBEL_Y):
    _kernel.setflags(write=False)

# From this width on the Fourier transform is quicker than blocks (measured at 128 and 512 pixels).
WIDE_KERNEL = 18


def correlate2d(image: npt.ArrayLike, kernel: npt.ArrayLike, padding: Padding = "same") -> Array:
    """Slide the kernel over the image, multiply and add: (h, w), (kh, kw) -> (oh, ow).

    S[i, j] = sum over p, q of  image[i + p - top, j + q - left] kernel[p, q],  with zeros outside
    the image.

    Parameters
    ----------
    padding : str, int or pairs
        "same" (the size of the image; for an even kernel the odd zero goes below and to the right,
        as in TensorFlow), "valid" (whole windows only), "full" (every overlap), or zeros as for
        `conv2d`.

    Returns
    -------
    array
        int64, exact, when both are whole numbers; otherwise their common float dtype.

    Raises
    ------
    TypeError
        When the kernel's dtype is unsigned or bool and so cannot hold a negative weight.
    ValueError
        When the kernel does not fit.
    OverflowError
        When the sum of whole numbers could leave int64.

    Examples
    --------
    A bright line under the eight-neighbour Laplacian: negative on it, positive on both sides, and
    less so at the border, where zeros take the place of neighbours.

    >>> image = np.zeros((5, 5), np.uint8)
    >>> image[:, 2] = 10
    >>> correlate2d(image, LAPLACIAN_8)
    array([[  0,  20, -70,  20,   0],
           [  0,  30, -60,  30,   0],
           [  0,  30, -60,  30,   0],
           [  0,  30, -60,  30,   0],
           [  0,  20, -70,  20,   0]])
    >>> correlate2d(image, LAPLACIAN_8.astype(np.uint8))
    Traceback (most recent call last):
    ...
    TypeError: kernel dtype uint8 cannot hold negative weights: -8 would become 248; use
    kernel.astype(np.int64)
    """
    image, kernel = _planes(image, kernel)
    axes = window_axes(image.shape, kernel.shape, padding=padding)
    wide = _product_dtype(kernel.size, image, kernel)
    x, k = image.astype(wide, copy=False), kernel.astype(wide, copy=False)
    mixable = wide.kind == "f" and np.isfinite(x).all() and np.isfinite(k).all()
    if mixable and (min(k.shape) < WIDE_KERNEL or image.dtype.kind == "i"):
        y = plane.by_blocks(_single(pad(_batch(x), axes)), k)
    elif mixable:
        y = plane.by_fourier(x, k, axes)
    else:
        y = _single(strips.convolve(_batch(x), k[:, :, None, None], axes))
    return y.astype(image.dtype, copy=False)


def correlate2d_reference(
    image: npt.ArrayLike, kernel: npt.ArrayLike, padding: Padding = "same"
) -> Array:
    """Definition of `correlate2d`: one window, one sum, for every output cell.

    Examples
    --------
    >>> correlate2d_reference([[1, 2, 3, 4]], [[1, 10]])
    array([[21, 32, 43,  4]])
    """
    image, kernel = _planes(image, kernel)
    axes = window_axes(image.shape, kernel.shape, padding=padding)
    padded = np.pad(image, [(axis.before, axis.after) for axis in axes])
    (kh, kw), (oh, ow) = kernel.shape, (axis.count for axis in axes)
    cells = [(padded[i : i + kh, j : j + kw] * kernel).sum() for i in range(oh) for j in range(ow)]
    return np.array(cells, image.dtype).reshape(oh, ow)


def convolve2d(image: npt.ArrayLike, kernel: npt.ArrayLike, padding: Padding = "same") -> Array:
    """Turn the kernel by 180 degrees, then slide it, as in mathematics: same shapes.

    Everything else is as in `correlate2d`, and the two agree for a kernel that equals its own half
    turn.

    Examples
    --------
    >>> correlate2d([[1, 2, 3]], [[1, 0, -1]], "valid")
    array([[-2]])
    >>> convolve2d([[1, 2, 3]], [[1, 0, -1]], "valid")
    array([[2]])
    """
    return correlate2d(image, np.rot90(kernel, 2), padding)


def convolve2d_reference(
    image: npt.ArrayLike, kernel: npt.ArrayLike, padding: Padding = "same"
) -> Array:
    """Definition of `convolve2d`: cross-correlation with the kernel turned by 180 degrees.

    Examples
    --------
    >>> convolve2d_reference([[0, 1, 0]], [[1, 2, 3]])
    array([[1, 2, 3]])
    """
    return correlate2d_reference(image, np.rot90(kernel, 2), padding)


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

    Parameters
    ----------
    stride, dilation : int or pair
        Step from window to window, and from tap to tap, on each axis.
    padding : str, int or pairs
        "valid", "same" (as TensorFlow: ceil(n / stride) outputs, the odd zero below and to the
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
    x, w = _same_dtype(x=x, kernel=w)
    axes = _layer_axes(x, w, stride, padding, dilation, groups)
    wide = _product_dtype(w[..., :1].size, x, w)
    a, b = x.astype(wide, copy=False), w.astype(wide, copy=False)
    if is_pointwise(axes) and groups == 1:
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
    x, w = _same_dtype(x=x, kernel=w)
    axes = _layer_axes(x, w, stride, padding, dilation, groups)
    view = windows(pad(x, axes), axes)
    pairs = zip(np.split(view, groups, axis=-1), np.split(w, groups, axis=-1), strict=True)
    return np.concatenate([np.einsum("nhwpqc,pqco->nhwo", v, k) for v, k in pairs], axis=-1)


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
    x, w, g = _same_dtype(x=x, kernel=w, g=g)
    axes = _layer_axes(x, w, stride, padding, dilation, groups)
    _check_upstream(g, x, w, axes)
    terms = max(w[:, :, 0].size // groups, g[..., :1].size)
    wide = _product_dtype(terms, x, w, g)
    a, b, upstream = (array.astype(wide, copy=False) for array in (x, w, g))
    if is_pointwise(axes) and groups == 1:
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
    x, w, g = _same_dtype(x=x, kernel=w, g=g)
    axes = _layer_axes(x, w, stride, padding, dilation, groups)
    _check_upstream(g, x, w, axes)
    padded = pad(x, axes)
    dx, dw = np.zeros_like(padded), np.zeros_like(w)
    seen, given = windows(padded, axes), windows(dx, axes)
    for n, i, j, o in np.ndindex(g.shape):
        first = o * groups // w.shape[3] * w.shape[2]
        channels = slice(first, first + w.shape[2])
        given[n, i, j, :, :, channels] += g[n, i, j, o] * w[..., o]
        dw[..., o] += g[n, i, j, o] * seen[n, i, j, :, :, channels]
    return interior(dx, axes).copy(), dw


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
    x, w = _same_dtype(x=x, kernel=w)
    axes = _transpose_axes(x, w, stride, padding, dilation, groups, size)
    wide = _product_dtype(w.size // w.shape[2], x, w)
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
    x, w = _same_dtype(x=x, kernel=w)
    axes = _transpose_axes(x, w, stride, padding, dilation, groups, size)
    image = np.zeros((len(x), axes[0].size, axes[1].size, w.shape[2] * groups), x.dtype)
    sides = [(axis.before, axis.after) for axis in axes]
    return conv2d_backward_reference(x, image, w, stride, sides, dilation, groups)[0]


def _same_dtype(**arrays: npt.ArrayLike) -> list[Array]:
    """Give arrays the dtype of the result: int64 for whole numbers, else the common float."""
    read = {name: np.asarray(array) for name, array in arrays.items()}
    for name, array in read.items():
        if array.dtype.kind not in "biuf":
            raise TypeError(f"{name} must hold real numbers, got dtype {array.dtype}")
        if name == "kernel" and array.dtype.kind in "bu":
            stored = np.array(-8).astype(array.dtype)
            message = f"cannot hold negative weights: -8 would become {stored}"
            raise TypeError(f"kernel dtype {array.dtype} {message}; use kernel.astype(np.int64)")
    if any(array.dtype.kind == "f" for array in read.values()):
        dtype = np.result_type(*read.values())
    else:
        dtype = np.dtype(np.int64)
        for name, array in read.items():
            if array.dtype == np.uint64 and array.max(initial=0) > np.iinfo(np.int64).max:
                raise OverflowError(f"{name} holds {array.max()}, more than int64 can")
    return [array.astype(dtype, copy=False) for array in read.values()]


def _product_dtype(terms: int, *arrays: Array) -> np.dtype[Any]:
    """Return the dtype that computes sums of `terms` products fast and no less exactly.

    Whole numbers go through float64, and so through BLAS, while no partial sum can reach 2**53.
    """
    dtype = arrays[0].dtype
    if dtype == np.float16:
        return np.dtype(np.float32)
    if dtype.kind == "f":
        return dtype
    largest = sorted(max(int(a.max(initial=0)), -int(a.min(initial=0))) for a in arrays)
    bound = terms * largest[-1] * largest[-2]
    if bound > np.iinfo(np.int64).max:
        raise OverflowError(f"the sums may reach {bound}, more than int64 can hold; use floats")
    return np.dtype(np.float64 if bound < 2**53 else np.int64)


def _planes(image: npt.ArrayLike, kernel: npt.ArrayLike) -> list[Array]:
    image, kernel = _same_dtype(image=image, kernel=kernel)
    for name, array in (("image", image), ("kernel", kernel)):
        if array.ndim != 2:
            message = f"{name} must have two axes, got shape {array.shape}"
            raise ValueError(f"{message}; conv2d takes batches with channels")
    return [image, kernel]


def _batch(image: Array) -> Array:
    """View an image as a batch of one with one channel."""
    return image[None, :, :, None]


def _single(batch: Array) -> Array:
    """View a batch of one with one channel as an image."""
    return batch[0, :, :, 0]


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
    if x.ndim != 4 or w.ndim != 4 or x.shape[3] != w.shape[3] or w.shape[3] % groups:
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
