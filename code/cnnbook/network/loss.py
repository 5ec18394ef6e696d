"""Softmax and cross-entropy, whose gradient together is p - y."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def softmax(logits: npt.ArrayLike) -> Array:
    """Turn scores into probabilities, exp(z_k) / sum exp(z_j): (n, classes) -> (n, classes).

    The largest score is taken off first: it changes nothing, and no exponential overflows.

    Examples
    --------
    >>> softmax([[0.0, 0.0], [1000.0, 0.0]]).tolist()
    [[0.5, 0.5], [1.0, 0.0]]
    """
    z = np.asarray(logits)
    exponentials = np.exp(z - z.max(axis=-1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=-1, keepdims=True))


def cross_entropy(logits: npt.ArrayLike, labels: npt.ArrayLike) -> float:
    """Mean of -log p[label]: (n, classes), (n,) whole numbers -> a number.

    Computed from the scores, as log sum exp(z) - z[label], which stays right where p rounds to 0.

    Examples
    --------
    >>> round(cross_entropy([[0.0] * 5], [3]), 3)        # a guess among five: log 5
    1.609
    >>> cross_entropy([[0.0, 1000.0]], [0])
    1000.0
    """
    z, k = _checked(logits, labels)
    z = z - z.max(axis=-1, keepdims=True)
    return float((np.log(np.exp(z).sum(axis=-1)) - z[np.arange(len(z)), k]).mean())


def cross_entropy_backward(logits: npt.ArrayLike, labels: npt.ArrayLike) -> Array:
    """Gradient of `cross_entropy` by the scores, (p - y) / n: (n, classes).

    p are the probabilities, y is 1 at the label and 0 elsewhere: too much is pushed down, too
    little up, and what is right is left alone.

    Examples
    --------
    >>> cross_entropy_backward([[0.0, 0.0]], [1]).tolist()
    [[0.5, -0.5]]
    """
    z, k = _checked(logits, labels)
    gradient = softmax(z)
    gradient[np.arange(len(z)), k] -= 1
    return np.asarray(gradient / len(z))


def _checked(logits: npt.ArrayLike, labels: npt.ArrayLike) -> tuple[Array, Array]:
    z, k = np.asarray(logits), np.asarray(labels)
    z = z if z.dtype.kind == "f" else z.astype(np.float64)
    if z.ndim != 2 or k.shape != z.shape[:1] or k.dtype.kind not in "iu":
        message = "logits must be (n, classes) and labels (n,) whole numbers"
        raise ValueError(f"{message}, got shapes {z.shape} and {k.shape} of dtype {k.dtype}")
    if k.size and not 0 <= k.min() <= k.max() < z.shape[1]:
        raise ValueError(f"labels must be in 0..{z.shape[1] - 1}, got {k.min()}..{k.max()}")
    return z, k
