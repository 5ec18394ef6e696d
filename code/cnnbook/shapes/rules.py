"""How one axis of a layer turns a size into the next: the numbers, without words.

Sizes come from `cnnbook.geometry`, the same arithmetic that the convolution itself runs on;
`formulas` writes a rule down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Literal

from cnnbook.geometry import Axis, TransposedAxis

Border = Literal["valid", "same"]


@dataclass(frozen=True)
class WindowRule:
    """A sliding window with Keras' padding.

    Examples
    --------
    >>> WindowRule(Axis(28, 3, stride=2, after=1), "same").size
    14
    """

    axis: Axis
    padding: Border

    @property
    def size(self) -> int:
        """Output size."""
        return self.axis.count


@dataclass(frozen=True)
class BorderRule:
    """Zeros around an axis, or, where they are negative, cells cut off: windows of one tap.

    Examples
    --------
    >>> BorderRule(Axis(28, 1, before=1, after=2)).size
    31
    """

    axis: Axis

    @property
    def size(self) -> int:
        """Output size."""
        return self.axis.count


@dataclass(frozen=True)
class TransposedRule:
    """A transposed window.

    Examples
    --------
    >>> TransposedRule(TransposedAxis(5, 3, stride=2)).size
    11
    """

    axis: TransposedAxis

    @property
    def size(self) -> int:
        """Output size."""
        return self.axis.count


@dataclass(frozen=True)
class ProductRule:
    """A number of numbers, as in flattening; of `mean` and `max` it is how many become one.

    Examples
    --------
    >>> ProductRule("flatten", (7, 7, 32)).size
    1568
    """

    kind: Literal["repeat", "flatten", "mean", "max"]
    factors: Sequence[int]

    @property
    def size(self) -> int:
        """Product of the factors."""
        return prod(self.factors)


Rule = WindowRule | BorderRule | TransposedRule | ProductRule
