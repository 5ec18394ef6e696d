"""Keras' layers as arithmetic: arguments in, and a rule from one shape to the next.

A layer holds its arguments under Keras' names and with Keras' defaults; ``layer.step(shape)`` says
what becomes of an input of that shape (h, w, c).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, Literal

from cnnbook.geometry import Axis, IntPair, pair, window_axes
from cnnbook.shapes.rules import (
    ReceptiveField,
    Rule,
    product_rule,
    transposed_rule,
    window_rule,
    zeros_rule,
)
from cnnbook.shapes.words import Language, explain_step, latex_step

Shape = tuple[int, ...]
Border = Literal["valid", "same"]


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
        In the order of Keras' ``layer.get_weights()``.
    mac_terms : tuple of tuples
        Multiply-adds as a sum of products.
    rules : tuple of Rule
        How each axis gets its size.
    untrained : int
        Parameters that training does not change.
    receptive_field : ReceptiveField or None
        In the first input of the stack; None once a cell no longer has a place in the image.

    Examples
    --------
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
    untrained: int = 0
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
        return tuple(rule.axis for rule in self.rules if rule.axis)

    @property
    def zeros(self) -> tuple[tuple[int, int], ...]:
        """((top, bottom), (left, right)) zeros; empty for a layer without windows."""
        return tuple((axis.before, axis.after) for axis in self.axes)

    @property
    def unread(self) -> tuple[tuple[int, ...], ...]:
        """Input rows and columns that no window reads."""
        return tuple(axis.unread for axis in self.axes)

    def explain(self, language: Language = "fa") -> str:
        """Explain the step in words, with the numbers put in."""
        return explain_step(self, language)

    def latex(self) -> str:
        """Write the step as aligned equations."""
        return latex_step(self)


class Layer(ABC):
    """One layer of a stack; its subclasses are the layers that `output_shape` knows.

    Examples
    --------
    >>> isinstance(Flatten(), Layer), Flatten().name
    (True, 'Flatten')
    """

    @property
    def name(self) -> str:
        """Keras' name of the layer."""
        return type(self).__name__

    @abstractmethod
    def step(self, shape: Shape) -> Step:
        """Say what becomes of an input of this shape; ValueError when the layer cannot take it."""


@dataclass(frozen=True)
class Conv2D(Layer):
    """Convolution: weights (kh, kw, c/groups, filters), one bias a filter.

    Examples
    --------
    >>> Conv2D(7, 1).step((28, 28, 192)).params
    1351
    """

    filters: int
    kernel_size: IntPair
    strides: IntPair = 1
    padding: Border = "valid"
    dilation_rate: IntPair = 1
    groups: int = 1
    use_bias: bool = True

    def step(self, shape: Shape) -> Step:
        """Slide `filters` windows that see all channels of their group."""
        channels = _image(shape)[2]
        if self.groups < 1 or channels % self.groups or self.filters % self.groups:
            message = f"groups={self.groups} must divide {channels} channels"
            raise ValueError(f"{message} and {self.filters} filters")
        kernel = pair(self.kernel_size, "kernel_size")
        rules = _windows(shape, kernel, self.strides, self.padding, self.dilation_rate)
        weights = (*kernel, channels // self.groups, _positive(self.filters, "filters"))
        out = (*_counts(rules), self.filters)
        return Step(
            self,
            (shape,),
            out,
            _with_bias(weights, self.filters, self.use_bias),
            ((*out, *weights[:3]),),
            rules,
        )


@dataclass(frozen=True)
class DepthwiseConv2D(Layer):
    """Convolution of every channel by itself: weights (kh, kw, c, depth_multiplier).

    Examples
    --------
    >>> DepthwiseConv2D(3, padding="same").step((28, 28, 8)).weight_shapes
    ((3, 3, 8, 1), (8,))
    """

    kernel_size: IntPair
    strides: IntPair = 1
    padding: Border = "valid"
    depth_multiplier: int = 1
    dilation_rate: IntPair = 1
    use_bias: bool = True

    def step(self, shape: Shape) -> Step:
        """Slide `depth_multiplier` windows over each channel."""
        channels = _image(shape)[2]
        kernel = pair(self.kernel_size, "kernel_size")
        rules = _windows(shape, kernel, self.strides, self.padding, self.dilation_rate)
        multiplier = _positive(self.depth_multiplier, "depth_multiplier")
        out = (*_counts(rules), channels * multiplier)
        weights = _with_bias((*kernel, channels, multiplier), out[2], self.use_bias)
        return Step(self, (shape,), out, weights, ((*out, *kernel),), rules)


@dataclass(frozen=True)
class SeparableConv2D(Layer):
    """A depthwise convolution, then a 1x1 convolution across channels.

    Examples
    --------
    >>> SeparableConv2D(16, 3).step((28, 28, 8)).weight_shapes
    ((3, 3, 8, 1), (1, 1, 8, 16), (16,))
    """

    filters: int
    kernel_size: IntPair
    strides: IntPair = 1
    padding: Border = "valid"
    depth_multiplier: int = 1
    dilation_rate: IntPair = 1
    use_bias: bool = True

    def step(self, shape: Shape) -> Step:
        """Chain the two convolutions."""
        depthwise = DepthwiseConv2D(
            self.kernel_size,
            self.strides,
            self.padding,
            self.depth_multiplier,
            self.dilation_rate,
            use_bias=False,
        ).step(shape)
        pointwise = Conv2D(self.filters, 1, use_bias=self.use_bias).step(depthwise.shape)
        return Step(
            self,
            (shape,),
            pointwise.shape,
            depthwise.weight_shapes + pointwise.weight_shapes,
            depthwise.mac_terms + pointwise.mac_terms,
            depthwise.rules,
        )


@dataclass(frozen=True)
class Conv2DTranspose(Layer):
    """Transposed convolution: weights (kh, kw, filters, c); every input is multiplied once by each.

    Examples
    --------
    >>> step = Conv2DTranspose(16, 3, strides=2).step((10, 10, 8))
    >>> step.shape, step.macs
    ((21, 21, 16), 115200)
    """

    filters: int
    kernel_size: IntPair
    strides: IntPair = 1
    padding: Border = "valid"
    output_padding: IntPair | None = None
    dilation_rate: IntPair = 1
    use_bias: bool = True

    def step(self, shape: Shape) -> Step:
        """Undo the size of the convolution with the same arguments."""
        height, width, channels = _image(shape)
        kernel = pair(self.kernel_size, "kernel_size")
        strides, dilation = pair(self.strides, "strides"), pair(self.dilation_rate, "dilation_rate")
        extra: tuple[int | None, int | None] = (None, None)
        if self.output_padding is not None:
            extra = pair(self.output_padding, "output_padding", least=0)
            if any(more >= stride for more, stride in zip(extra, strides, strict=True)):
                message = f"output_padding={self.output_padding} must be below strides"
                raise ValueError(f"{message}={self.strides}")
        axes = map(Axis, (height, width), kernel, strides, dilation)
        rules = tuple(
            transposed_rule(axis, self.padding, more)
            for axis, more in zip(axes, extra, strict=True)
        )
        if min(_counts(rules)) < 1:
            raise ValueError(f"nothing is left: {rules[0].text} rows, {rules[1].text} columns")
        weights = (*kernel, _positive(self.filters, "filters"), channels)
        return Step(
            self,
            (shape,),
            (*_counts(rules), self.filters),
            _with_bias(weights, self.filters, self.use_bias),
            ((height, width, *weights),),
            rules,
        )


@dataclass(frozen=True)
class _Pooling(Layer):
    pool_size: IntPair = 2
    strides: IntPair | None = None
    padding: Border = "valid"

    def step(self, shape: Shape) -> Step:
        """Slide the window over each channel; without strides the windows lie side by side."""
        strides = self.pool_size if self.strides is None else self.strides
        window = pair(self.pool_size, "pool_size")
        rules = _windows(shape, window, strides, self.padding, 1)
        return Step(self, (shape,), (*_counts(rules), shape[2]), rules=rules)


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
class _GlobalPooling(Layer):
    keepdims: bool = False

    def step(self, shape: Shape) -> Step:
        """Leave one number a channel."""
        height, width, channels = _image(shape)
        out = (1, 1, channels) if self.keepdims else (channels,)
        kind: Literal["mean", "max"] = "mean" if "Average" in self.name else "max"
        return Step(self, (shape,), out, rules=(product_rule(kind, (height, width)),))


@dataclass(frozen=True)
class GlobalAveragePooling2D(_GlobalPooling):
    """Mean of each channel.

    Examples
    --------
    >>> GlobalAveragePooling2D().step((7, 7, 32)).shape
    (32,)
    """


@dataclass(frozen=True)
class GlobalMaxPooling2D(_GlobalPooling):
    """Largest number of each channel.

    Examples
    --------
    >>> GlobalMaxPooling2D(keepdims=True).step((7, 7, 32)).shape
    (1, 1, 32)
    """


@dataclass(frozen=True)
class ZeroPadding2D(Layer):
    """Zeros around the image: one number, (rows, columns) or ((top, bottom), (left, right)).

    Examples
    --------
    >>> ZeroPadding2D(((0, 1), (0, 1))).step((28, 28, 3)).shape
    (29, 29, 3)
    """

    padding: int | Sequence[IntPair] = 1

    def step(self, shape: Shape) -> Step:
        """Widen both axes."""
        height, width, channels = _image(shape)
        both = (self.padding,) * 2 if isinstance(self.padding, int) else self.padding
        sides = [pair(side, "padding", least=0) for side in both]
        rules = tuple(zeros_rule(n, *side) for n, side in zip((height, width), sides, strict=True))
        return Step(self, (shape,), (*_counts(rules), channels), rules=rules)


@dataclass(frozen=True)
class UpSampling2D(Layer):
    """Every pixel `size` times on each axis.

    Examples
    --------
    >>> UpSampling2D((2, 3)).step((7, 7, 8)).shape
    (14, 21, 8)
    """

    size: IntPair = 2

    def step(self, shape: Shape) -> Step:
        """Multiply both axes."""
        height, width, channels = _image(shape)
        rows, columns = pair(self.size, "size")
        rules = (
            product_rule("repeat", (height, rows)),
            product_rule("repeat", (width, columns)),
        )
        return Step(self, (shape,), (height * rows, width * columns, channels), rules=rules)


@dataclass(frozen=True)
class BatchNormalization(Layer):
    """Per channel: scale and shift, trained; mean and variance, kept by running averages.

    Examples
    --------
    >>> step = BatchNormalization().step((14, 14, 32))
    >>> step.params, step.trainable_params
    (128, 64)
    """

    center: bool = True
    scale: bool = True

    def step(self, shape: Shape) -> Step:
        """Keep the shape."""
        channel = (shape[-1],)
        weights = (channel,) * (2 + self.center + self.scale)
        return Step(self, (shape,), shape, weights, untrained=2 * shape[-1])


@dataclass(frozen=True)
class Dropout(Layer):
    """Zeros at random in training; nothing afterwards.

    Examples
    --------
    >>> Dropout(0.5).step((64,)).shape
    (64,)
    """

    rate: float

    def step(self, shape: Shape) -> Step:
        """Keep the shape."""
        return Step(self, (shape,), shape)


@dataclass(frozen=True)
class Activation(Layer):
    """A function of each number.

    Examples
    --------
    >>> Activation("relu").step((14, 14, 32)).shape
    (14, 14, 32)
    """

    activation: str

    def step(self, shape: Shape) -> Step:
        """Keep the shape."""
        return Step(self, (shape,), shape)


@dataclass(frozen=True)
class Unchanged(Layer):
    """Any other layer without weights that keeps the shape, under its own name.

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
        return Step(self, (shape,), shape)


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
        return Step(self, (shape,), (prod(shape),), rules=(product_rule("flatten", shape),))


@dataclass(frozen=True)
class Reshape(Layer):
    """The same numbers in another shape; one axis may be -1 and is worked out.

    Examples
    --------
    >>> Reshape((7, -1)).step((7, 7, 32)).shape
    (7, 224)
    """

    target_shape: tuple[int, ...]

    def step(self, shape: Shape) -> Step:
        """Fill in the -1 and compare the products."""
        known, total = prod(n for n in self.target_shape if n != -1), prod(shape)
        free = self.target_shape.count(-1)
        if free > 1 or known == 0 or total % known or (free == 0 and total != known):
            raise ValueError(f"{total} numbers do not fit {self.target_shape}")
        out = tuple(total // known if n == -1 else n for n in self.target_shape)
        return Step(self, (shape,), out)


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

    def step(self, shape: Shape) -> Step:
        """Replace the last axis."""
        units = _positive(self.units, "units")
        weights = _with_bias((shape[-1], units), units, self.use_bias)
        return Step(self, (shape,), (*shape[:-1], units), weights, ((*shape, units),))


@dataclass(frozen=True)
class Merge(Layer):
    """A layer that joins branches, each a list of layers from the same input ([] is the input).

    Examples
    --------
    >>> from cnnbook.shapes import output_shape
    >>> output_shape((28, 28, 8), [Add([[Conv2D(8, 3, padding="same")], []])]).params
    584
    """

    branches: Sequence[Sequence[Layer]] = ()

    def step(self, shape: Shape) -> Step:
        """Join what comes out of the branches."""
        raise TypeError(f"{self.name} joins several shapes; use join")

    @abstractmethod
    def join(self, shapes: Sequence[Shape]) -> Step:
        """Say what becomes of inputs of these shapes."""


@dataclass(frozen=True)
class Add(Merge):
    """Sum of branches of equal shape.

    Examples
    --------
    >>> Add().join([(7, 7, 8), (7, 7, 8)]).shape
    (7, 7, 8)
    """

    def join(self, shapes: Sequence[Shape]) -> Step:
        """Keep the shape they share."""
        if len(set(shapes)) > 1:
            raise ValueError(f"Add needs equal shapes, got {_listed(shapes)}")
        return Step(self, tuple(shapes), shapes[0])


@dataclass(frozen=True)
class Concatenate(Merge):
    """Channels of all branches side by side.

    Examples
    --------
    >>> Concatenate().join([(7, 7, 8), (7, 7, 16)]).shape
    (7, 7, 24)
    """

    def join(self, shapes: Sequence[Shape]) -> Step:
        """Add up the last axis."""
        if len({shape[:-1] for shape in shapes}) > 1:
            message = "Concatenate needs shapes that are equal up to the last axis"
            raise ValueError(f"{message}, got {_listed(shapes)}")
        last = sum(shape[-1] for shape in shapes)
        return Step(self, tuple(shapes), (*shapes[0][:-1], last))


def _image(shape: Shape) -> Shape:
    if len(shape) != 3:
        raise ValueError("it needs a (height, width, channels) input")
    return shape


def _positive(value: Any, name: str) -> Any:
    """Refuse a number below 1; a symbol passes."""
    if isinstance(value, (int, float)) and (value < 1 or value != int(value)):
        raise ValueError(f"{name} must be a whole number of at least 1, got {value}")
    return value


def _windows(
    shape: Shape, kernel: tuple[int, int], strides: IntPair, padding: Border, dilation: IntPair
) -> tuple[Rule, ...]:
    """Read height and width under a window of Keras."""
    if padding not in ("valid", "same"):
        raise ValueError(f"padding must be 'valid' or 'same', got {padding!r}")
    axes = window_axes(_image(shape)[:2], kernel, strides, padding, dilation)
    return tuple(window_rule(axis, padding) for axis in axes)


def _counts(rules: Sequence[Rule]) -> tuple[int, ...]:
    return tuple(rule.size for rule in rules)


def _with_bias(weights: Shape, outputs: int, use_bias: bool) -> tuple[Shape, ...]:
    return (weights, (outputs,)) if use_bias else (weights,)


def _listed(shapes: Sequence[Shape]) -> str:
    return " and ".join(map(str, shapes))
