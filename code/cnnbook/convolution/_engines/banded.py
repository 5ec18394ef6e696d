"""One channel: there is no sum over channels to hand to BLAS, so make one of the kernel's columns.

A block of B neighbouring outputs of a row reads B + kw - 1 neighbouring inputs in each of kh rows;
read as one long row of numbers that is a product with a matrix of B columns, each the kernel's rows
moved down by one::

    [ k0  0  0 ]
    [ k1 k0  0 ]
    [ k2 k1 k0 ]        (one kernel row, kw = 3, B = 3)
    [  0 k2 k1 ]
    [  0  0 k2 ]

Cut the image into panels of B + kw - 1 columns. In a panel some rows, say r, are neighbours in
memory, so with r rows of the kernel in the band, output rows p, p + r, p + 2 r, ... are one product
with a *view* of it. Panels and bands are made a few at a time and stay in the cache.

A band's zeros multiply inputs that the window does not hold: that adds exact zeros, so rounding is
that of the sum itself, but it is for finite numbers only.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cnnbook.convolution.windows import Array

# Output columns made at once: enough of them for BLAS, few enough that the zeros of the band are
# not most of it.
BLOCK = 16
# What panels and a band may take, so that both stay in the second-level cache.
PANEL_BYTES = 1 << 20
BAND_BYTES = 1 << 18


def correlate(padded: Array, kernel: Array) -> Array:
    """Correlate finite numbers, "valid": (h, w), (kh, kw) -> (h - kh + 1, w - kw + 1).

    Examples
    --------
    >>> correlate(np.arange(12.0).reshape(3, 4), np.ones((2, 2)))
    array([[10., 14., 18.],
           [26., 30., 34.]])
    """
    (h, w), (kh, kw) = padded.shape, kernel.shape
    if kh > kw:  # the fewer columns, the more of a band is zeros
        return correlate(padded.T, kernel.T).T
    oh, ow = h - kh + 1, w - kw + 1
    blocks = -(-ow // BLOCK)
    y = np.empty((oh, blocks * BLOCK), padded.dtype)
    by_block = y.reshape(oh, blocks, BLOCK).transpose(1, 0, 2)

    rows_at_once = max(1, BAND_BYTES // (kernel.itemsize * BLOCK * (BLOCK + kw - 1)))
    several = [kernel[top : top + rows_at_once] for top in range(0, kh, rows_at_once)]
    for some, panels in _panels(padded, blocks, BLOCK + kw - 1):
        out, top = by_block[some], 0
        for rows in several:
            _add_products(panels[:, top : top + oh + len(rows) - 1], rows, out, fresh=top == 0)
            top += len(rows)
    return y[:, :ow]


def band(rows: Array) -> Array:
    """Write kernel rows (r, kw) as a banded matrix (r (B + kw - 1), B).

    Examples
    --------
    >>> band(np.array([[1, 2]]))[:4, :3]
    array([[1, 0, 0],
           [2, 1, 0],
           [0, 2, 1],
           [0, 0, 2]])
    """
    count, kw = rows.shape
    matrices = np.zeros((count, BLOCK + kw - 1, BLOCK), rows.dtype)
    for column in range(BLOCK):
        matrices[:, column : column + kw, column] = rows
    return matrices.reshape(-1, BLOCK)


def _panels(padded: Array, blocks: int, span: int) -> Iterator[tuple[slice, Array]]:
    """Copy the image to panels (blocks, h, span), as many at a time as the cache holds."""
    h = len(padded)
    at_once = min(blocks, max(1, PANEL_BYTES // (padded.itemsize * h * span)))
    panels = np.zeros((at_once, h, span), padded.dtype)
    for first in range(0, blocks, at_once):
        some = slice(first, min(first + at_once, blocks))
        for panel, block in zip(panels, range(some.start, some.stop), strict=False):
            cut = padded[:, block * BLOCK : block * BLOCK + span]
            panel[:, : cut.shape[1]] = cut
            panel[:, cut.shape[1] :] = 0
        yield some, panels[: some.stop - first]


def _add_products(panels: Array, rows: Array, out: Array, fresh: bool) -> None:
    """Put, or add, what some rows of the kernel give to the outputs (blocks, oh, B)."""
    (blocks, _, span), oh, r = panels.shape, out.shape[1], len(rows)
    weights = band(rows)
    for first in range(min(r, oh)):
        target = out[:, first::r]
        count = target.shape[1]
        stacked = panels[:, first : first + count * r].reshape(blocks, count, r * span)
        if fresh:
            np.matmul(stacked, weights, out=target)
        else:
            target += stacked @ weights
