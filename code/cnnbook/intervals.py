"""How far a measured number may be from what it measures: 95 % intervals, paired where they can be.

>>> right = np.arange(5000) % 10 != 0
>>> print(share(right))
0.90 (0.89 to 0.91)
"""

from __future__ import annotations

from math import comb, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Interval", "mcnemar", "mean", "paired_shares", "share"]

_Z = 1.959963984540054  # of the normal distribution, 95 % lie within


class Interval(NamedTuple):
    """An estimate and the ends of its 95 % interval.

    Examples
    --------
    >>> print(Interval(0.123, 0.1, 0.15), 0 in Interval(-1, -2, 3))
    0.12 (0.10 to 0.15) True
    """

    value: float
    low: float
    high: float

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int | float) and self.low <= number <= self.high

    def __str__(self) -> str:
        return f"{self.value:.2f} ({self.low:.2f} to {self.high:.2f})"


def share(hits: ArrayLike) -> Interval:
    """Return the share of hits, such as an accuracy, with Wilson's interval: (n,) bool -> Interval.

    Raises
    ------
    ValueError
        If there are none, or they are not true or false.

    References
    ----------
    Wilson, *Probable inference, the law of succession, and statistical inference*, JASA 1927.

    Examples
    --------
    >>> print(share([True] * 9 + [False]))
    0.90 (0.60 to 0.98)
    """
    (found,) = _outcomes(hits)
    n, p = len(found), float(np.mean(found))
    middle = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z * sqrt(p * (1 - p) / n + _Z**2 / (4 * n * n)) / (1 + _Z**2 / n)
    return Interval(p, max(0.0, middle - half), min(1.0, middle + half))


def paired_shares(hits: ArrayLike, others: ArrayLike) -> Interval:
    """Return the difference of two shares of the same cases: (n,), (n,) bool -> Interval.

    Two models tested on the same pictures are compared by the pictures on which they differ; the
    interval is far narrower than that of two models tested apart.

    Raises
    ------
    ValueError
        If there are none, they are not true or false, or their numbers differ.

    References
    ----------
    Agresti, Min, *Simple improved confidence intervals for comparing matched proportions*,
    Statistics in Medicine 2005: Wald's interval with half a case added to each cell.

    Examples
    --------
    >>> a, b = np.arange(1000) < 900, np.arange(1000) < 880
    >>> print(paired_shares(a, b))
    0.02 (0.01 to 0.03)
    """
    one, other = _outcomes(hits, others)
    n, gained, lost = _discordant(one, other)
    total, plus, minus = n + 2, gained + 0.5, lost + 0.5
    middle = (plus - minus) / total
    half = _Z * sqrt(plus + minus - (plus - minus) ** 2 / total) / total
    return Interval((gained - lost) / n, max(-1.0, middle - half), min(1.0, middle + half))


def mcnemar(hits: ArrayLike, others: ArrayLike) -> float:
    """Return McNemar's exact p value: how often chance alone would part two models so far.

    Only cases count in which one hits and the other misses; were the two alike, each would be as
    likely to be the one that hits.

    Raises
    ------
    ValueError
        As `paired_shares`.

    References
    ----------
    McNemar, *Note on the sampling error of the difference between correlated proportions or
    percentages*, Psychometrika 1947.

    Examples
    --------
    >>> mcnemar([1, 1, 1, 1, 1, 1, 0], [0, 0, 0, 0, 0, 0, 0])
    0.03125
    """
    _, gained, lost = _discordant(*_outcomes(hits, others))
    differ = gained + lost
    tail = sum(comb(differ, k) for k in range(min(gained, lost) + 1))
    return min(1.0, float(2 * tail / 2**differ))


def mean(values: ArrayLike, draws: int = 2000) -> Interval:
    """Return the mean with the bootstrap's percentile interval: (n,) -> Interval.

    For a paired comparison give the differences. The draws are the same every time.

    Raises
    ------
    ValueError
        If there are no values, or not all are finite.

    References
    ----------
    Efron, *Bootstrap methods: another look at the jackknife*, Annals of Statistics 1979.

    Examples
    --------
    >>> print(mean(np.arange(100)))
    49.50 (43.91 to 55.08)
    """
    found = np.asarray(values, float)
    if found.ndim != 1 or not len(found) or not np.isfinite(found).all():
        raise ValueError(f"values must be at least one finite number in a row; got {values!r}")
    rng = np.random.default_rng(0)
    means = [found[rng.integers(len(found), size=len(found))].mean() for _ in range(draws)]
    low, high = np.percentile(means, [2.5, 97.5])
    return Interval(float(np.mean(found)), float(low), float(high))


def _outcomes(*given: ArrayLike) -> list[NDArray[np.bool_]]:
    """Return outcomes as equally many true or false."""
    found = [np.asarray(each) for each in given]
    for each in found:
        if each.ndim != 1 or not each.size or not np.isin(each, [0, 1]).all():
            raise ValueError(f"outcomes must be at least one true or false in a row; got {each!r}")
    if len({len(each) for each in found}) > 1:
        raise ValueError(
            f"the outcomes are not of the same cases: {len(found[0])}, {len(found[1])}"
        )
    return [each.astype(bool) for each in found]


def _discordant(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> tuple[int, int, int]:
    """Count the cases, those that the first alone hits, and those that the second alone hits."""
    return len(one), int((one & ~other).sum()), int((other & ~one).sum())
