"""Shorter ways for an image with one channel, where there is no sum over channels to hand to BLAS.

`by_blocks` makes a matrix product out of the sum over a kernel's columns, `by_fourier` a pointwise
product out of all of it. Both mix numbers that share no window (times an exact or a rounded zero),
so they are for finite numbers only.
"""

from __future__ import annotations

import numpy as np

from cnnbook.convolution.windows import Array, Axes

# Output columns made at once: enough of them for BLAS, few enough that the zeros of the band are
# not most of it.
BLOCK = 16


def by_blocks(padded: Array, kernel: Array) -> Array:
    """Correlate by a banded matrix, "valid": (h, w), (kh, kw) -> (h - kh + 1, w - kw + 1).

    A block of B neighbouring outputs of a row reads B + kw - 1 neighbouring inputs in each of kh
    rows; read as one long row of numbers that is a product with a matrix of B columns, each the
    kernel's rows moved down by one:

        [ k0  0  0 ]
        [ k1 k0  0 ]
        [ k2 k1 k0 ]        (one kernel row, kw = 3, B = 3)
        [  0 k2 k1 ]
        [  0  0 k2 ]

    Cut the image into panels of B + kw - 1 columns. In a panel kh rows are neighbours in memory,
    so output rows p, p + kh, p + 2 kh, ... are one product with a *view* of it.

    Examples
    --------
    >>> by_blocks(np.arange(12.0).reshape(3, 4), np.ones((2, 2)))
    array([[10., 14., 18.],
           [26., 30., 34.]])
    """
    (h, w), (kh, kw) = padded.shape, kernel.shape
    oh, ow = h - kh + 1, w - kw + 1
    block = max(BLOCK, kw - 1)
    blocks, span = -(-ow // block), block + kw - 1

    band = np.zeros((kh, span, block), padded.dtype)
    for column in range(block):
        band[:, column : column + kw, column] = kernel
    band = band.reshape(kh * span, block)

    panels = np.zeros((blocks, h, span), padded.dtype)
    for panel, left in zip(panels, range(0, ow, block), strict=True):
        cut = padded[:, left : left + span]
        panel[:, : cut.shape[1]] = cut

    y = np.empty((blocks, oh, block), padded.dtype)
    for first in range(min(kh, oh)):
        rows = (h - first) // kh
        stacked = panels[:, first : first + rows * kh].reshape(blocks, rows, kh * span)
        np.matmul(stacked, band, out=y[:, first::kh])
    return y.transpose(1, 0, 2).reshape(oh, blocks * block)[:, :ow]


def by_fourier(image: Array, kernel: Array, axes: Axes) -> Array:
    """Correlate by the fast Fourier transform, stride and dilation 1: (h, w), (kh, kw) -> (oh, ow).

    The transform makes the sum circular: what leaves on one side enters on the other. One margin
    of zeros, as wide as the wider border, serves both sides. Rounding is relative to the largest
    number in the image.

    Examples
    --------
    >>> from cnnbook.geometry import Axis
    >>> by_fourier(np.eye(3), np.full((2, 2), 8.0), (Axis(3, 2), Axis(3, 2))).round(9)
    array([[16.,  8.],
           [ 8., 16.]])
    """
    rows, columns = axes
    size = [_smooth(axis.size + max(axis.before, axis.after)) for axis in axes]
    padded = np.zeros(size, image.dtype)
    padded[rows.before :, columns.before :][: rows.size, : columns.size] = image
    spectrum = np.fft.rfft2(padded)
    spectrum *= np.conj(np.fft.rfft2(kernel, size))
    circular = np.fft.irfft2(spectrum, size)
    return circular[: rows.count, : columns.count].astype(image.dtype, copy=False)


def _smooth(n: int) -> int:
    """Smallest m >= n whose prime factors NumPy's transform has code for (2, 3, 5, 7, 11)."""
    while True:
        rest = n
        for prime in (2, 3, 5, 7, 11):
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            return n
        n += 1
