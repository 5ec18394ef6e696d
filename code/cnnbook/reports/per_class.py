"""Precision, recall and F1 of each class, with their intervals."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnnbook.intervals import Interval, share

__all__ = ["ClassScores", "f1", "scores_of"]


class ClassScores(NamedTuple):
    """Scores of one class; None where there was no photo to tell.

    Examples
    --------
    >>> ClassScores._fields
    ('precision', 'recall', 'f1')
    """

    precision: Interval | None
    recall: Interval | None
    f1: Interval | None


def scores_of(confusion: NDArray[np.int64]) -> list[ClassScores]:
    """Score each class of a confusion matrix, rows true: (classes, classes).

    Examples
    --------
    >>> first, _ = scores_of(np.array([[3, 1], [0, 4]]))
    >>> first.precision.value, first.recall.value, round(first.f1.value, 3)
    (1.0, 0.75, 0.857)
    """
    right = np.diag(confusion)
    return [
        ClassScores(
            _share(int(hit), int(called)), _share(int(hit), int(true)), f1(hit, true, called)
        )
        for hit, true, called in zip(right, confusion.sum(1), confusion.sum(0), strict=True)
    ]


def f1(right: int, true: int, called: int) -> Interval | None:
    """Return F1 = 2 right / (true + called) with its interval.

    Of the photos that are of the class or were called so, a share J is both, and
    F1 = 2 J / (1 + J), which grows with J: the ends of Wilson's interval of J give its own.

    Examples
    --------
    >>> print(f1(8, 10, 8))
    0.89 (0.66 to 0.97)
    """
    either = _share(int(right), int(true + called - right))
    if either is None:
        return None
    return Interval(*(2 * j / (1 + j) for j in either))


def _share(hits: int, of: int) -> Interval | None:
    return share(np.arange(of) < hits) if of else None
