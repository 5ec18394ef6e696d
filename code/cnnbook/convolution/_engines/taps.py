"""One channel, nothing but the sum: each tap of the kernel times the image beneath it.

Numbers meet only in their window, in their own dtype: for what is not finite, and for whole numbers
too large for float64.
"""

from __future__ import annotations

import numpy as np

from cnnbook.convolution.windows import Array


def correlate(padded: Array, kernel: Array) -> Array:
    """Correlate, "valid": (h, w), (kh, kw) -> (h - kh + 1, w - kw + 1).

    Examples
    --------
    >>> correlate(np.array([[1.0, np.inf, 2.0, 3.0]]), np.ones((1, 2)))
    array([[inf, inf,  5.]])
    """
    (h, w), (kh, kw) = padded.shape, kernel.shape
    oh, ow = h - kh + 1, w - kw + 1
    y = np.zeros((oh, ow), padded.dtype)
    with np.errstate(invalid="ignore"):  # 0 times infinity is not a number, and is meant
        for top, left in np.ndindex(kh, kw):
            y += padded[top : top + oh, left : left + ow] * kernel[top, left]
    return y
