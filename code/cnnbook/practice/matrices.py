"""Small matrices to compute with by hand."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

__all__ = ["not_equal_turned", "whole_numbers"]


def whole_numbers(rng: random.Random, rows: int, columns: int, low: int, high: int) -> Any:
    """Draw a matrix of whole numbers from ``low`` to ``high``.

    Examples
    --------
    >>> whole_numbers(random.Random(1), 1, 3, -2, 2).shape
    (1, 3)
    """
    return np.array([[rng.randint(low, high) for _ in range(columns)] for _ in range(rows)])


def not_equal_turned(rng: random.Random, size: int, low: int, high: int) -> Any:
    """Draw a kernel that a turn by 180 degrees changes.

    Examples
    --------
    >>> kernel = not_equal_turned(random.Random(1), 2, 0, 1)
    >>> bool((kernel == kernel[::-1, ::-1]).all())
    False
    """
    while True:
        kernel = whole_numbers(rng, size, size, low, high)
        if (kernel != kernel[::-1, ::-1]).any():
            return kernel
