"""What a layer is, and what one step through it is: data, without words and without Keras."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from math import prod
from typing import Literal

from cnnbook.geometry import Axis
from cnnbook.shapes.receptive_field import ReceptiveField
from cnnbook.shapes.rules import BorderRule, Rule, WindowRule

Shape = tuple[int, ...]
Told = Literal["nothing", "weights", "shape and weights"]


class Layer(ABC):
    """One layer of a stack; its subclasses are the layers that `output_shape` knows.

    A layer holds its arguments under Keras' names and with Keras' defaults, and checks them when it
    is made.

    Examples
    --------
    >>> from cnnbook.shapes import Flatten
    >>> Flatten().name, Flatten().step((7, 7, 32)).shape
    ('Flatten', (1568,))
    """

    @property
    def name(self) -> str:
        """Keras' name of the layer."""
        return type(self).__name__

    @abstractmethod
    def step(self, shape: Shape) -> Step:
        """Say what becomes of an input of this shape; ValueError when the layer cannot take it."""


@dataclass(frozen=True)
class Step:
    """What one layer does to one input shape.

    Attributes
    ----------
    layer : Layer
    input_shapes : tuple of shapes
        One, or several for a layer that joins branches.
    shape : tuple of int
        The output's.
    weight_shapes : tuple of shapes
        In the order of Keras' ``layer.get_weights()``, those of an earlier step left out.
    mac_terms : tuple of tuples
        Multiply-adds as a sum of products.
    rules : tuple of Rule
        How each axis gets its size.
    in_place : bool
        Whether output cell (i, j) depends on input cell (i, j) alone.
    untrained : int
        Parameters that training does not change.
    shared : bool
        Whether weights were counted in an earlier step that uses them too.
    told : {"nothing", "weights", "shape and weights"}
        What Keras was asked for, because there is no rule for it; multiply-adds are then unknown.
    receptive_field : ReceptiveField or None
        In the first input of the stack; None once a cell no longer has a place in the image.

    Examples
    --------
    >>> from cnnbook.shapes import Conv2D
    >>> step = Conv2D(32, 3, strides=2, padding="same").step((28, 28, 1))
    >>> step.shape, step.weight_shapes, step.params, step.macs, step.zeros
    ((14, 14, 32), ((3, 3, 1, 32), (32,)), 320, 56448, ((0, 1), (0, 1)))
    """

    layer: Layer
    input_shapes: tuple[Shape, ...]
    shape: Shape
    weight_shapes: tuple[Shape, ...] = ()
    mac_terms: tuple[tuple[int, ...], ...] = ()
    rules: tuple[Rule, ...] = ()
    in_place: bool = False
    untrained: int = 0
    shared: bool = False
    told: Told = "nothing"
    receptive_field: ReceptiveField | None = None

    @property
    def input_shape(self) -> Shape:
        """Shape of the (first) input."""
        return self.input_shapes[0]

    @property
    def params(self) -> int:
        """Number of weights."""
        return sum(prod(shape) for shape in self.weight_shapes)

    @property
    def trainable_params(self) -> int:
        """Number of weights that training changes."""
        return self.params - self.untrained

    @property
    def macs(self) -> int:
        """Multiply-adds for one image, biases not counted."""
        return sum(prod(factors) for factors in self.mac_terms)

    @property
    def axes(self) -> tuple[Axis, ...]:
        """Height and width as sliding windows; empty for a layer without windows."""
        return tuple(rule.axis for rule in self.rules if isinstance(rule, WindowRule | BorderRule))

    @property
    def zeros(self) -> tuple[tuple[int, int], ...]:
        """((top, bottom), (left, right)) zeros; empty for a layer without windows."""
        return tuple((axis.before, axis.after) for axis in self.axes)

    @property
    def unread(self) -> tuple[tuple[int, ...], ...]:
        """Input rows and columns that no window reads."""
        return tuple(axis.unread for axis in self.axes)
