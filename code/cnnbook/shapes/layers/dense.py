"""The fully connected layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cnnbook.shapes.layers.arguments import settle, whole
from cnnbook.shapes.steps import Layer, Shape, Step


@dataclass(frozen=True)
class Dense(Layer):
    """Every output from every input of the last axis: weights (inputs, units).

    The number of units may be a symbol of SymPy, and stays one.

    Examples
    --------
    >>> Dense(5).step((1568,)).params
    7845
    >>> import sympy
    >>> Dense(sympy.Symbol("H")).step((1568,)).params
    1569*H
    """

    units: int
    use_bias: bool = True

    def __post_init__(self) -> None:
        settle(self, units=_whole_or_symbol)

    def step(self, shape: Shape) -> Step:
        """Replace the last axis."""
        if not shape:
            raise ValueError("it needs an input with at least one axis")
        weights: tuple[Shape, ...] = ((shape[-1], self.units),)
        if self.use_bias:
            weights += ((self.units,),)
        out = (*shape[:-1], self.units)
        return Step(self, (shape,), out, weights, ((*shape, self.units),), in_place=True)


def _whole_or_symbol(value: Any, name: str) -> Any:
    return value if getattr(value, "free_symbols", None) else whole(value, name)
