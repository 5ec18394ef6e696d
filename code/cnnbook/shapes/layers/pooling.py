"""Keras' pooling layers as arithmetic."""

from __future__ import annotations

from dataclasses import dataclass

from cnnbook.geometry import IntPair, pair
from cnnbook.shapes.layers.arguments import image, settle
from cnnbook.shapes.layers.windows import sizes, window_rules
from cnnbook.shapes.rules import Border, ProductRule
from cnnbook.shapes.steps import Layer, Shape, Step


@dataclass(frozen=True)
class _Pooling(Layer):
    pool_size: IntPair = 2
    strides: IntPair | None = None
    padding: Border = "valid"

    def __post_init__(self) -> None:
        if self.strides is None:
            object.__setattr__(self, "strides", self.pool_size)
        settle(self)

    def step(self, shape: Shape) -> Step:
        """Slide the window over each channel; without strides the windows lie side by side."""
        window = pair(self.pool_size, "pool_size")
        strides = window if self.strides is None else self.strides
        rules = window_rules(shape, window, strides, self.padding)
        return Step(self, (shape,), (*sizes(rules), shape[2]), rules=rules)


@dataclass(frozen=True)
class MaxPooling2D(_Pooling):
    """Largest number in each window.

    Examples
    --------
    >>> MaxPooling2D(2).step((14, 14, 32)).shape
    (7, 7, 32)
    """


@dataclass(frozen=True)
class AveragePooling2D(_Pooling):
    """Mean of each window.

    Examples
    --------
    >>> AveragePooling2D(3, strides=2, padding="same").step((7, 7, 8)).zeros
    ((1, 1), (1, 1))
    """


@dataclass(frozen=True)
class GlobalAveragePooling2D(Layer):
    """Mean of each channel.

    Examples
    --------
    >>> GlobalAveragePooling2D().step((7, 7, 32)).shape
    (32,)
    """

    keepdims: bool = False

    def step(self, shape: Shape) -> Step:
        """Leave one number a channel."""
        rule = ProductRule("mean", image(shape)[:2])
        return Step(self, (shape,), _one_a_channel(shape, self.keepdims), rules=(rule,))


@dataclass(frozen=True)
class GlobalMaxPooling2D(Layer):
    """Largest number of each channel.

    Examples
    --------
    >>> GlobalMaxPooling2D(keepdims=True).step((7, 7, 32)).shape
    (1, 1, 32)
    """

    keepdims: bool = False

    def step(self, shape: Shape) -> Step:
        """Leave one number a channel."""
        rule = ProductRule("max", image(shape)[:2])
        return Step(self, (shape,), _one_a_channel(shape, self.keepdims), rules=(rule,))


def _one_a_channel(shape: Shape, keepdims: bool) -> Shape:
    return (1, 1, shape[2]) if keepdims else (shape[2],)
