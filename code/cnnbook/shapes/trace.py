"""Shapes, weights, parameters and multiply-adds of a stack of layers, explained step by step.

Nothing is run: a layer here is a few numbers and the rule that turns one shape into the next.
Names, arguments and defaults are those of Keras; shapes are (h, w, c), without the batch.

>>> result = output_shape((28, 28, 1), [Conv2D(32, 3, strides=2, padding="same"), MaxPooling2D(2)])
>>> result.shape, result.params
((7, 7, 32), 320)
>>> print(result.explain("en"))
1. Conv2D: 28×28×1 → 14×14×32
  window 3×3, stride 2×2, padding same: ⌈n/s⌉ outputs and as many zeros as they need
  height and width: ⌈28/2⌉ = 14; zeros 0 before, 1 after; the odd zero comes last, as in TensorFlow
  weights 3×3×1×32, 32: 3·3·1·32 + 32 = 320 parameters
  14·14·32·3·3·1 = 56,448 multiply-adds
  receptive field 3×3, moving 2×2 from (0, 0)
2. MaxPooling2D: 14×14×32 → 7×7×32
  window 2×2, stride 2×2, padding valid: whole windows only, no zeros
  height and width: ⌊(14-2)/2⌋+1 = 7
  receptive field 5×5, moving 4×4 from (0, 0)
total: 320 parameters, 320 of them trained, 56,448 multiply-adds
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from cnnbook.shapes import keras_reader
from cnnbook.shapes.layers import (
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Layer,
    MaxPooling2D,
    Merge,
    Reshape,
    SeparableConv2D,
    Shape,
    Step,
    Unchanged,
    UpSampling2D,
    ZeroPadding2D,
)
from cnnbook.shapes.rules import ReceptiveField, number
from cnnbook.shapes.words import Language, in_language, say

__all__ = [
    "Activation",
    "Add",
    "AveragePooling2D",
    "BatchNormalization",
    "Concatenate",
    "Conv2D",
    "Conv2DTranspose",
    "Dense",
    "DepthwiseConv2D",
    "Dropout",
    "Flatten",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling2D",
    "Layer",
    "MaxPooling2D",
    "ReceptiveField",
    "Reshape",
    "SeparableConv2D",
    "ShapeError",
    "Step",
    "Trace",
    "Unchanged",
    "UpSampling2D",
    "ZeroPadding2D",
    "from_keras",
    "output_shape",
]


class ShapeError(ValueError):
    """A layer that cannot follow; the message says which one, on what, and why.

    Examples
    --------
    >>> output_shape((2, 2, 1), [Conv2D(8, 3)])
    Traceback (most recent call last):
    ...
    cnnbook.shapes.trace.ShapeError: layer 1, Conv2D on (2, 2, 1): the kernel does not fit: ...
    """


@dataclass(frozen=True)
class Trace:
    """The steps of a stack and what they add up to.

    Examples
    --------
    >>> trace = output_shape((7, 7, 32), [Flatten(), Dense(64), Dense(5)])
    >>> trace.shape, trace.params, trace.macs, len(trace.steps)
    ((5,), 100741, 100672, 3)
    """

    input_shape: Shape
    steps: tuple[Step, ...]

    @property
    def shape(self) -> Shape:
        """Shape of the output."""
        return self.steps[-1].shape if self.steps else self.input_shape

    @property
    def params(self) -> int:
        """Number of weights."""
        return sum(step.params for step in self.steps)

    @property
    def trainable_params(self) -> int:
        """Number of weights that training changes."""
        return sum(step.trainable_params for step in self.steps)

    @property
    def macs(self) -> int:
        """Multiply-adds for one image."""
        return sum(step.macs for step in self.steps)

    @property
    def receptive_field(self) -> ReceptiveField | None:
        """Pixels that an output cell depends on; None when it has no place in the image."""
        return self.steps[-1].receptive_field if self.steps else ONE_PIXEL

    def explain(self, language: Language = "fa") -> str:
        """Explain every step and the totals, in Persian ("fa") or English ("en")."""
        numbered = [
            f"{in_language(f'{i}.', language)} {step.explain(language)}"
            for i, step in enumerate(self.steps, 1)
        ]
        totals = (self.params, self.trainable_params, self.macs)
        names = ("params", "trainable", "macs")
        formulas = dict(zip(names, map(number, totals), strict=True))
        return "\n".join([*numbered, say(language, "total", **formulas)])

    def latex(self) -> str:
        """Write every step that has numbers as a block of aligned equations."""
        return "\n\n".join(step.latex() for step in self.steps if step.rules or step.weight_shapes)


Place = tuple[Shape, ReceptiveField | None]
ONE_PIXEL = ReceptiveField((1, 1), (1, 1), (0, 0))


def output_shape(input_shape: Sequence[int], layers: Sequence[Layer]) -> Trace:
    """Follow a shape (h, w, c) through a list of layers.

    Raises
    ------
    ShapeError
        When a layer cannot take what the one before gives.
    TypeError
        When something in the list is not one of this module's layers.

    Examples
    --------
    >>> layers = [Conv2D(32, 3, strides=2, padding="same"), MaxPooling2D(2), Flatten(), Dense(5)]
    >>> [step.shape for step in output_shape((28, 28, 1), layers).steps]
    [(14, 14, 32), (7, 7, 32), (1568,), (5,)]

    Branches are lists within `Add` and `Concatenate`; an empty one is the shortcut.

    >>> block = Add([[Conv2D(8, 3, padding="same"), BatchNormalization()], []])
    >>> output_shape((28, 28, 8), [block]).shape
    (28, 28, 8)
    """
    start = _checked_shape(input_shape)
    return Trace(start, tuple(_follow(start, ONE_PIXEL, layers)))


def from_keras(model: Any, input_shape: Sequence[int] | None = None) -> Trace:
    """Explain a Keras model: Sequential or functional, with branches and models within models.

    Parameters
    ----------
    model : keras.Model
        Built, with one input and one output.
    input_shape : (h, w, c), optional
        Needed when the model leaves height or width open.

    Raises
    ------
    TypeError
        When the model holds a layer this module has no rule for; the message lists those it has.

    Examples
    --------
    >>> import keras
    >>> model = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Conv2D(32, 3)])
    >>> from_keras(model).steps[0].weight_shapes
    ((3, 3, 1, 32), (32,))
    """
    nodes = list(keras_reader.nodes(model))
    start = _checked_shape(model.input_shape[1:] if input_shape is None else input_shape)
    reached: dict[str, Place] = {"input": (start, ONE_PIXEL)}
    steps: list[Step] = []
    counted = set()
    for node in nodes:
        where = f"{node.layer.name} ({node.keras_layer.name})"
        step = _apply(node.layer, [reached[name] for name in node.inputs], where)
        if node.keras_layer in counted:
            step = replace(step, weight_shapes=(), untrained=0)
        elif not node.keras_layer.trainable:
            step = replace(step, untrained=step.params)
        counted.add(node.keras_layer)
        steps.append(step)
        reached[node.output] = (step.shape, step.receptive_field)
    return Trace(start, tuple(steps))


def _follow(shape: Shape, field: ReceptiveField | None, layers: Sequence[Layer]) -> list[Step]:
    steps: list[Step] = []
    for place, layer in enumerate(layers, 1):
        if not isinstance(layer, Layer):
            known = ", ".join(keras_reader.KNOWN)
            message = f"layer {place} is {layer!r}, not a layer of cnnbook.shapes ({known})"
            raise TypeError(f"{message}; for a Keras model use from_keras")
        inputs: list[Place] = [(shape, field)]
        if isinstance(layer, Merge):
            branches = [_follow(shape, field, branch) for branch in layer.branches]
            steps += chain.from_iterable(branches)
            inputs = [_end(branch, (shape, field)) for branch in branches]
        steps.append(_apply(layer, inputs, f"layer {place}, {layer.name}"))
        shape, field = _end(steps, (shape, field))
    return steps


def _end(steps: Sequence[Step], start: Place) -> Place:
    return (steps[-1].shape, steps[-1].receptive_field) if steps else start


def _apply(layer: Layer, inputs: Sequence[Place], where: str) -> Step:
    shapes = [shape for shape, _ in inputs]
    try:
        step = layer.join(shapes) if isinstance(layer, Merge) else layer.step(shapes[0])
    except (TypeError, ValueError) as error:
        listed = " and ".join(map(str, shapes))
        raise ShapeError(f"{where} on {listed}: {error}") from error
    return replace(step, receptive_field=_field(step, [field for _, field in inputs]))


def _field(step: Step, fields: Sequence[ReceptiveField | None]) -> ReceptiveField | None:
    """Return the receptive field after a step, as long as its cells have a place in the image."""
    first, *others = fields
    for other in others:
        first = first.joined(other) if first and other else None
    if first is None or len(step.shape) != 3:
        return None
    if step.axes:
        return first.through(step.axes)
    return first if step.shape[:2] == step.input_shape[:2] and not step.rules else None


def _checked_shape(shape: Sequence[int | None]) -> Shape:
    if any(size is None or size < 1 for size in shape):
        message = f"every size of the input must be a number of at least 1, got {tuple(shape)}"
        raise ShapeError(f"{message}; give from_keras an input_shape when the model leaves it open")
    return tuple(int(size) for size in shape if size is not None)
