"""One tap at a time: add the image, shifted and weighted, once for every number in the kernel.

With one input channel per output there is no sum over channels, so a matrix product has nothing to
do; shifting whole strips of the image keeps NumPy's loops long instead.
"""

from __future__ import annotations

import numpy as np

from cnnbook.windows import Array, Axes, pad, windows

# A strip of output that stays in the nearest caches while every tap is added to it.
STRIP_BYTES = 1 << 17


def convolve(x: Array, w: Array, axes: Axes) -> Array:
    """Sum shifted x times weight over taps: (n, h, w, c), (kh, kw, 1, c m) -> (n, oh, ow, c m).

    Output channel c' reads input channel floor(c' / m) alone, as a depthwise convolution with `m`
    filters a channel.

    Examples
    --------
    >>> from cnnbook.geometry import Axis
    >>> x = np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]]).reshape(1, 3, 1, 2)
    >>> convolve(x, np.ones((2, 1, 1, 2)), (Axis(3, 2), Axis(1, 1)))[0, :, 0]
    array([[ 3., 30.],
           [ 5., 50.]])
    """
    kh, kw, _, filters = w.shape
    n, channels = len(x), x.shape[3]
    weights = w.reshape(kh, kw, channels, filters // channels)
    view = windows(pad(x, axes), axes)
    y = np.zeros((n, axes[0].count, axes[1].count, *weights.shape[2:]), x.dtype)
    rows_at_once = max(1, STRIP_BYTES // max(1, y[0, :1].nbytes)) if n else 1
    for image in range(n):
        for first in range(0, axes[0].count, rows_at_once):
            rows = slice(first, first + rows_at_once)
            for tap in np.ndindex(kh, kw):
                y[image, rows] += view[image, rows][:, :, *tap, :, None] * weights[tap]
    return y.reshape(*y.shape[:3], filters)
