"""Correlation and convolution of one image with one kernel, each beside its definition.

`correlate2d` and `convolve2d` take the arguments of the two SciPy functions of these names, and
agree with them but for three things, on purpose:

- "same" is TensorFlow's (for an even kernel the odd cell of the border lies below and to the
  right), in both functions; SciPy's `convolve2d` puts it above and to the left;
- the image and the kernel are never swapped: a kernel that does not fit is refused;
- whole numbers are summed in int64 and are exact, where SciPy's wrap in their own dtype.

How the sum is done fast stands in `_engines/banded.py`.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from cnnbook.convolution._engines import banded, taps
from cnnbook.convolution._numbers import alike, product_dtype, real_or_complex, signed, summing
from cnnbook.convolution.windows import Array, Axes, pad
from cnnbook.geometry import Padding, window_axes

Boundary = Literal["fill", "wrap", "symm"]

# Their names in `numpy.pad`.
_PAD_MODES = {"wrap": "wrap", "symm": "symmetric"}


def correlate2d(
    image: npt.ArrayLike,
    kernel: npt.ArrayLike,
    padding: Padding = "same",
    boundary: Boundary = "fill",
    fillvalue: complex = 0,
) -> Array:
    """Slide the kernel over the image, multiply and add: (h, w), (kh, kw) -> (oh, ow).

    S[i, j] = sum over p, q of  image[i + p - top, j + q - left] conj(kernel[p, q]),  where `top`
    and `left` are the widths of the border. The conjugate, which changes complex kernels alone, is
    that of SciPy and `numpy.correlate`: S is the inner product of window and kernel.

    Parameters
    ----------
    padding : str, int or pairs
        "same" (the size of the image; for an even kernel the odd cell of the border goes below and
        to the right, as in TensorFlow), "valid" (whole windows only), "full" (every overlap), or
        the width of the border as for `conv2d`.
    boundary : {"fill", "wrap", "symm"}
        What the border holds: `fillvalue`, the image repeated, or the image mirrored at its edge.
    fillvalue : number
        Zero unless told otherwise.

    Returns
    -------
    array
        int64, exact, when both are whole numbers; otherwise their common float or complex dtype,
        with the error of the direct sum over each window for every width of the kernel.

    Raises
    ------
    TypeError
        When the kernel is unsigned and looks as if negative weights had wrapped, or is bool.
    ValueError
        When the kernel does not fit, or an argument is none of the above.
    OverflowError
        When the sum of whole numbers could leave int64.

    References
    ----------
    https://docs.scipy.org/doc/scipy/reference/generated/scipy.signal.correlate2d.html

    Examples
    --------
    A bright line under the eight-neighbour Laplacian: negative on it, positive on both sides, and
    less so at the border, where zeros take the place of neighbours.

    >>> laplacian = np.array([[1, 1, 1], [1, -8, 1], [1, 1, 1]])
    >>> image = np.zeros((5, 5), np.uint8)
    >>> image[:, 2] = 10
    >>> correlate2d(image, laplacian)
    array([[  0,  20, -70,  20,   0],
           [  0,  30, -60,  30,   0],
           [  0,  30, -60,  30,   0],
           [  0,  30, -60,  30,   0],
           [  0,  20, -70,  20,   0]])

    Mirrored at the edge, the line has no end:

    >>> correlate2d(image, laplacian, boundary="symm")[0]
    array([  0,  30, -60,  30,   0])
    """
    image, kernel = _planes(image, kernel)
    axes = window_axes(image.shape, kernel.shape, padding=padding)
    padded = _with_border(image, axes, boundary, fillvalue)
    wide = product_dtype(kernel.size, padded, kernel)
    x, k = padded.astype(wide, copy=False), _conjugate(kernel).astype(wide, copy=False)
    finite = wide.kind in "fc" and np.isfinite(x).all() and np.isfinite(k).all()
    y = banded.correlate(x, k) if finite else taps.correlate(x, k)
    return y.astype(image.dtype, copy=False)


def correlate2d_reference(
    image: npt.ArrayLike,
    kernel: npt.ArrayLike,
    padding: Padding = "same",
    boundary: Boundary = "fill",
    fillvalue: complex = 0,
) -> Array:
    """Definition of `correlate2d`: one window, one sum, for every output cell.

    Examples
    --------
    >>> correlate2d_reference([[1, 2, 3, 4]], [[1, 10]])
    array([[21, 32, 43,  4]])
    >>> correlate2d_reference([[1, 2, 3, 4]], [[1, 10]], boundary="wrap")
    array([[21, 32, 43, 14]])
    """
    image, kernel = _planes(image, kernel)
    axes = window_axes(image.shape, kernel.shape, padding=padding)
    x = _with_border(image, axes, boundary, fillvalue).astype(summing(image.dtype))
    k = _conjugate(kernel).astype(x.dtype)
    (kh, kw), (oh, ow) = kernel.shape, (axis.count for axis in axes)
    cells = [(x[i : i + kh, j : j + kw] * k).sum() for i in range(oh) for j in range(ow)]
    return np.array(cells).astype(image.dtype).reshape(oh, ow)


def convolve2d(
    image: npt.ArrayLike,
    kernel: npt.ArrayLike,
    padding: Padding = "same",
    boundary: Boundary = "fill",
    fillvalue: complex = 0,
) -> Array:
    """Turn the kernel by 180 degrees, then slide it, as in mathematics: same shapes.

    S[i, j] = sum over p, q of  image[i + kh - 1 - p - top, j + kw - 1 - q - left] kernel[p, q]

    Nothing is conjugated; everything else is as in `correlate2d`, and the two agree for a real
    kernel that equals itself turned by 180 degrees.

    Examples
    --------
    >>> correlate2d([[1, 2, 3]], [[1, 0, -1]], "valid")
    array([[-2]])
    >>> convolve2d([[1, 2, 3]], [[1, 0, -1]], "valid")
    array([[2]])
    """
    return correlate2d(image, _turned(kernel), padding, boundary, fillvalue)


def convolve2d_reference(
    image: npt.ArrayLike,
    kernel: npt.ArrayLike,
    padding: Padding = "same",
    boundary: Boundary = "fill",
    fillvalue: complex = 0,
) -> Array:
    """Definition of `convolve2d`: the sum of `correlate2d` over the turned kernel.

    Examples
    --------
    >>> convolve2d_reference([[0, 1, 0]], [[1, 2, 3]])
    array([[1, 2, 3]])
    """
    return correlate2d_reference(image, _turned(kernel), padding, boundary, fillvalue)


def _planes(image: npt.ArrayLike, kernel: npt.ArrayLike) -> list[Array]:
    read = {
        "image": real_or_complex("image", image),
        "kernel": signed(real_or_complex("kernel", kernel)),
    }
    for name, array in read.items():
        _check_plane(name, array)
    return alike(**read)


def _check_plane(name: str, array: Array) -> None:
    if array.ndim != 2:
        message = f"{name} must have two axes, got shape {array.shape}"
        raise ValueError(f"{message}; conv2d takes batches with channels")


def _conjugate(kernel: Array) -> Array:
    return kernel.conj() if kernel.dtype.kind == "c" else kernel


def _turned(kernel: npt.ArrayLike) -> Array:
    """Turn by 180 degrees and take back the conjugate of `correlate2d`."""
    kernel = real_or_complex("kernel", kernel)
    _check_plane("kernel", kernel)
    return _conjugate(kernel[::-1, ::-1])


def _with_border(image: Array, axes: Axes, boundary: Boundary, fillvalue: complex) -> Array:
    """Put the border around the image."""
    if boundary == "fill":
        value = _fill(fillvalue, image.dtype)
        return np.asarray(pad(image[None, :, :, None], axes, value)[0, :, :, 0])
    if boundary not in _PAD_MODES:
        raise ValueError(f"boundary must be 'fill', 'wrap' or 'symm', got {boundary!r}")
    if fillvalue != 0:
        raise ValueError(f"fillvalue is for boundary='fill', got {fillvalue!r} with {boundary!r}")
    sides = [(axis.before, axis.after) for axis in axes]
    return np.asarray(np.pad(image, sides, mode=_PAD_MODES[boundary]))  # type: ignore[call-overload]


def _fill(fillvalue: complex, dtype: np.dtype) -> complex:
    """Return the number, if an image of this dtype can hold it."""
    if np.ndim(fillvalue):
        raise ValueError(f"fillvalue must be one number, got {fillvalue!r}")
    lost_imaginary = np.iscomplexobj(fillvalue) and dtype.kind != "c"
    if lost_imaginary or (dtype.kind == "i" and not float(fillvalue.real).is_integer()):
        message = f"an image of {dtype} has no place for the fillvalue {fillvalue!r}"
        raise ValueError(f"{message}; convert the image")
    return fillvalue
