"""Follow a shape through a list of layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from cnnbook.shapes.layers import NAMED_AS_IN_KERAS
from cnnbook.shapes.layers.merging import Merge
from cnnbook.shapes.receptive_field import ONE_PIXEL, ReceptiveField
from cnnbook.shapes.steps import Layer, Shape, Step
from cnnbook.shapes.trace import Trace

Place = tuple[Shape, ReceptiveField | None]


class ShapeError(ValueError):
    """A layer that cannot follow; the message says which one, on what, and why.

    Examples
    --------
    >>> from cnnbook.shapes import Conv2D, output_shape
    >>> output_shape((2, 2, 1), [Conv2D(8, 3)])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    cnnbook.shapes.stack.ShapeError: layer 1, Conv2D on (2, 2, 1): the kernel does not fit: ...
    """


def output_shape(input_shape: Sequence[int], layers: Sequence[Layer]) -> Trace:
    """Follow a shape (h, w, c) through a list of layers.

    Raises
    ------
    ShapeError
        When a layer cannot take what the one before gives.
    TypeError
        When something in the list is not one of this package's layers.

    Examples
    --------
    >>> from cnnbook.shapes import Add, BatchNormalization, Conv2D, Dense, Flatten, MaxPooling2D
    >>> layers = [Conv2D(32, 3, strides=2, padding="same"), MaxPooling2D(2), Flatten(), Dense(5)]
    >>> [step.shape for step in output_shape((28, 28, 1), layers).steps]
    [(14, 14, 32), (7, 7, 32), (1568,), (5,)]

    Branches are lists within `Add`, `Concatenate` and their kin; an empty one is the shortcut.

    >>> block = Add([[Conv2D(8, 3, padding="same"), BatchNormalization()], []])
    >>> output_shape((28, 28, 8), [block]).shape
    (28, 28, 8)
    """
    start = checked_shape(input_shape)
    steps = tuple(_follow(start, ONE_PIXEL, layers))
    return Trace(start, steps, *_end(steps, (start, ONE_PIXEL)))


def checked_shape(shape: Sequence[int | None]) -> Shape:
    """Return a shape as whole numbers of at least 1, or refuse it.

    Examples
    --------
    >>> checked_shape([28, 28, 1])
    (28, 28, 1)
    """
    if any(size is None or size < 1 or size != int(size) for size in shape):
        message = f"every size of the input must be a whole number of at least 1, got {shape}"
        raise ShapeError(f"{message}; give from_keras an input_shape when the model leaves it open")
    return tuple(int(size) for size in shape if size is not None)


def with_field(step: Step, fields: Sequence[ReceptiveField | None]) -> Step:
    """Give a step its receptive field, as long as its cells have a place in the image.

    Examples
    --------
    >>> from cnnbook.shapes import Conv2D
    >>> with_field(Conv2D(8, 3).step((28, 28, 1)), [ONE_PIXEL]).receptive_field
    ReceptiveField(size=(3, 3), stride=(1, 1), offset=(0, 0))
    """
    first, *others = fields
    for other in others:
        first = first.joined(other) if first and other else None
    if first is None or len(step.shape) != 3:
        return step
    if step.axes:
        return replace(step, receptive_field=first.through(step.axes))
    return replace(step, receptive_field=first) if step.in_place else step


def _follow(shape: Shape, field: ReceptiveField | None, layers: Sequence[Layer]) -> list[Step]:
    steps: list[Step] = []
    for place, layer in enumerate(layers, 1):
        if not isinstance(layer, Layer):
            known = ", ".join(kind.__name__ for kind in NAMED_AS_IN_KERAS)
            message = f"layer {place} is {layer!r}, not a layer of cnnbook.shapes ({known})"
            raise TypeError(f"{message}; for a Keras model use from_keras")
        inputs: list[Place] = [(shape, field)]
        if isinstance(layer, Merge):
            branches = [_follow(shape, field, branch) for branch in layer.branches]
            steps += chain.from_iterable(branches)
            inputs = [_end(branch, (shape, field)) for branch in branches]
        steps.append(_apply(layer, inputs, f"layer {place}, {layer.name}", shape))
        shape, field = _end(steps, (shape, field))
    return steps


def _end(steps: Sequence[Step], start: Place) -> Place:
    return (steps[-1].shape, steps[-1].receptive_field) if steps else start


def _apply(layer: Layer, inputs: Sequence[Place], where: str, shape: Shape) -> Step:
    shapes = [shape for shape, _ in inputs]
    try:
        step = layer.join(shapes) if isinstance(layer, Merge) else layer.step(shapes[0])
    except (TypeError, ValueError) as error:
        listed = " and ".join(map(str, shapes or [shape]))
        raise ShapeError(f"{where} on {listed}: {error}") from error
    return with_field(step, [field for _, field in inputs])
