"""Layers that put the same numbers in another order or shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from operator import index
from typing import Any

from cnnbook.shapes.layers.arguments import settle
from cnnbook.shapes.rules import ProductRule
from cnnbook.shapes.steps import Layer, Shape, Step


@dataclass(frozen=True)
class Flatten(Layer):
    """All numbers in one row.

    Examples
    --------
    >>> Flatten().step((7, 7, 32)).shape
    (1568,)
    """

    def step(self, shape: Shape) -> Step:
        """Multiply the axes."""
        rule = ProductRule("flatten", shape)
        return Step(self, (shape,), (rule.size,), rules=(rule,))


@dataclass(frozen=True)
class Reshape(Layer):
    """The same numbers in another shape; one axis may be -1 and is worked out.

    Examples
    --------
    >>> Reshape((7, -1)).step((7, 7, 32)).shape
    (7, 224)
    """

    target_shape: Sequence[int]

    def __post_init__(self) -> None:
        settle(self, target_shape=_numbers)
        sizes = tuple(self.target_shape)
        if sizes.count(-1) > 1 or any(n < 1 and n != -1 for n in sizes):
            message = "target_shape must hold sizes of at least 1 and at most one -1"
            raise ValueError(f"{message}, got {sizes}")

    def step(self, shape: Shape) -> Step:
        """Fill in the -1 and compare the products."""
        sizes = tuple(self.target_shape)
        known, total = prod(n for n in sizes if n != -1), prod(shape)
        if total % known or (-1 not in sizes and total != known):
            raise ValueError(f"{total} numbers do not fit {sizes}")
        return Step(self, (shape,), tuple(total // known if n == -1 else n for n in sizes))


@dataclass(frozen=True)
class Permute(Layer):
    """The axes in another order, counted from 1, the batch left out.

    Examples
    --------
    >>> Permute((3, 1, 2)).step((28, 20, 3)).shape
    (3, 28, 20)
    """

    dims: Sequence[int]

    def __post_init__(self) -> None:
        settle(self, dims=_numbers)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(f"dims must be 1, 2, 3, … in some order, got {self.dims}")

    def step(self, shape: Shape) -> Step:
        """Reorder the axes."""
        if len(shape) != len(self.dims):
            raise ValueError(f"dims={self.dims} need an input of {len(self.dims)} axes")
        return Step(self, (shape,), tuple(shape[place - 1] for place in self.dims))


def _numbers(value: Any, name: str) -> tuple[int, ...]:
    try:
        return tuple(index(number) for number in value)
    except TypeError:
        message = f"{name} must be a sequence of whole numbers, got {value!r}"
        raise TypeError(message) from None
