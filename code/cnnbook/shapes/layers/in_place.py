"""Layers that keep the shape and work at each place of the image by itself."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from operator import index
from typing import Any

from cnnbook.shapes.layers.arguments import place_of_axis, settle
from cnnbook.shapes.steps import Layer, Shape, Step

# Keras' functions that need no more than the numbers and keep their shape; its glu halves an axis.
ACTIVATIONS = [
    "celu",
    "elu",
    "exponential",
    "gelu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
]


@dataclass(frozen=True)
class BatchNormalization(Layer):
    """Per channel: scale and shift, trained; mean and variance, kept by running averages.

    `axis` is the channels', as in Keras the batch counted as 0.

    Examples
    --------
    >>> step = BatchNormalization().step((14, 14, 32))
    >>> step.params, step.trainable_params
    (128, 64)
    """

    axis: int = -1
    center: bool = True
    scale: bool = True

    def __post_init__(self) -> None:
        settle(self, axis=_whole_axis)

    def step(self, shape: Shape) -> Step:
        """Keep the shape."""
        channels = shape[place_of_axis(self.axis, shape)]
        weights = ((channels,),) * (2 + bool(self.center) + bool(self.scale))
        return Step(self, (shape,), shape, weights, in_place=True, untrained=2 * channels)


@dataclass(frozen=True)
class Dropout(Layer):
    """Zeros at random in training; nothing afterwards.

    Examples
    --------
    >>> Dropout(0.5).step((64,)).shape
    (64,)
    """

    rate: float

    def __post_init__(self) -> None:
        if not (isinstance(self.rate, Real) and 0 <= self.rate <= 1):
            raise ValueError(f"rate must be a number between 0 and 1, got {self.rate!r}")

    def step(self, shape: Shape) -> Step:
        """Keep the shape."""
        return Step(self, (shape,), shape, in_place=True)


@dataclass(frozen=True)
class Activation(Layer):
    """A function of each number (or, as softmax, of each place's channels), by Keras' name.

    Examples
    --------
    >>> Activation("relu").step((14, 14, 32)).shape
    (14, 14, 32)
    """

    activation: str

    def __post_init__(self) -> None:
        if self.activation not in ACTIVATIONS:
            known = ", ".join(ACTIVATIONS)
            raise ValueError(f"activation must be one of {known}; got {self.activation!r}")

    def step(self, shape: Shape) -> Step:
        """Keep the shape."""
        return Step(self, (shape,), shape, in_place=True)


@dataclass(frozen=True)
class Unchanged(Layer):
    """Any other layer that keeps the shape and every number in its place, under its own name.

    Examples
    --------
    >>> Unchanged("RandomFlip").name
    'RandomFlip'
    """

    layer_name: str

    @property
    def name(self) -> str:
        """Name of the layer it stands for."""
        return self.layer_name

    def step(self, shape: Shape) -> Step:
        """Keep the shape."""
        return Step(self, (shape,), shape, in_place=True)


def _whole_axis(value: Any, name: str) -> int:
    try:
        return index(value)
    except TypeError:
        raise TypeError(f"{name} must be a whole number, got {value!r}") from None
