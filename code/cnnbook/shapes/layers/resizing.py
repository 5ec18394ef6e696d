"""Layers that widen, cut or repeat height and width."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from cnnbook.geometry import Axis, IntPair, pair
from cnnbook.shapes.layers.arguments import image, settle
from cnnbook.shapes.layers.windows import sizes
from cnnbook.shapes.rules import BorderRule, ProductRule
from cnnbook.shapes.steps import Layer, Shape, Step

Sides = int | Sequence[IntPair]


@dataclass(frozen=True)
class ZeroPadding2D(Layer):
    """Zeros around the image: one number, (rows, columns) or ((top, bottom), (left, right)).

    Examples
    --------
    >>> ZeroPadding2D(((0, 1), (0, 1))).step((28, 28, 3)).shape
    (29, 29, 3)
    """

    padding: Sides = 1

    def __post_init__(self) -> None:
        settle(self, padding=_sides)

    def step(self, shape: Shape) -> Step:
        """Widen both axes."""
        image(shape)
        sides = _sides(self.padding, "padding")
        rules = tuple(
            BorderRule(Axis(n, 1, before=before, after=after))
            for n, (before, after) in zip(shape[:2], sides, strict=True)
        )
        return Step(self, (shape,), (*sizes(rules), shape[2]), rules=rules)


@dataclass(frozen=True)
class Cropping2D(Layer):
    """A border cut off: one number, (rows, columns) or ((top, bottom), (left, right)).

    Examples
    --------
    >>> Cropping2D(2).step((18, 28, 4)).shape
    (14, 24, 4)
    """

    cropping: Sides = 0

    def __post_init__(self) -> None:
        settle(self, cropping=_sides)

    def step(self, shape: Shape) -> Step:
        """Cut both axes."""
        image(shape)
        sides = _sides(self.cropping, "cropping")
        rules = tuple(
            BorderRule(Axis(n, 1, before=-before, after=-after))
            for n, (before, after) in zip(shape[:2], sides, strict=True)
        )
        if min(sizes(rules)) < 1:
            raise ValueError(f"nothing is left when {sides} are cut off")
        return Step(self, (shape,), (*sizes(rules), shape[2]), rules=rules)


@dataclass(frozen=True)
class UpSampling2D(Layer):
    """Every pixel `size` times on each axis.

    Examples
    --------
    >>> UpSampling2D((2, 3)).step((7, 7, 8)).shape
    (14, 21, 8)
    """

    size: IntPair = 2

    def __post_init__(self) -> None:
        settle(self)

    def step(self, shape: Shape) -> Step:
        """Multiply both axes."""
        image(shape)
        factors = zip(shape[:2], pair(self.size, "size"), strict=True)
        rules = tuple(ProductRule("repeat", both) for both in factors)
        return Step(self, (shape,), (*sizes(rules), shape[2]), rules=rules)


def _sides(value: Any, name: str) -> tuple[tuple[int, int], tuple[int, int]]:
    both = tuple(value) if isinstance(value, Iterable) else (value, value)
    if isinstance(value, str) or len(both) != 2:
        choices = "one number, (rows, columns) or ((top, bottom), (left, right))"
        raise ValueError(f"{name} must be {choices}, got {value!r}")
    return pair(both[0], name, least=0), pair(both[1], name, least=0)
