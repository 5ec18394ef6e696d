"""The four convolutions of Keras as arithmetic."""

from __future__ import annotations

from dataclasses import dataclass

from cnnbook.geometry import IntPair, TransposedAxis, pair
from cnnbook.shapes.layers.arguments import (
    border_in_any_case,
    image,
    settle,
    undilated_or_unstrided,
)
from cnnbook.shapes.layers.windows import sizes, window_rules
from cnnbook.shapes.rules import Border, TransposedRule
from cnnbook.shapes.steps import Layer, Shape, Step


@dataclass(frozen=True)
class Conv2D(Layer):
    """Convolution: weights (kh, kw, c/groups, filters), one bias a filter.

    Strides above 1 with a dilation above 1 are refused, as in Keras.

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

    def __post_init__(self) -> None:
        settle(self, padding=border_in_any_case)
        undilated_or_unstrided(self.strides, self.dilation_rate)
        if self.filters % self.groups:
            raise ValueError(f"groups={self.groups} must divide {self.filters} filters")

    def step(self, shape: Shape) -> Step:
        """Slide `filters` windows that see all channels of their group."""
        channels = image(shape)[2]
        if channels % self.groups:
            raise ValueError(f"groups={self.groups} must divide {channels} channels")
        kernel = pair(self.kernel_size, "kernel_size")
        rules = window_rules(shape, kernel, self.strides, self.padding, self.dilation_rate)
        weights = (*kernel, channels // self.groups, self.filters)
        out = (*sizes(rules), self.filters)
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

    def __post_init__(self) -> None:
        settle(self, padding=border_in_any_case)

    def step(self, shape: Shape) -> Step:
        """Slide `depth_multiplier` windows over each channel."""
        channels = image(shape)[2]
        kernel = pair(self.kernel_size, "kernel_size")
        rules = window_rules(shape, kernel, self.strides, self.padding, self.dilation_rate)
        out = (*sizes(rules), channels * self.depth_multiplier)
        weights = (*kernel, channels, self.depth_multiplier)
        return Step(
            self,
            (shape,),
            out,
            _with_bias(weights, out[2], self.use_bias),
            ((*out, *kernel),),
            rules,
        )


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
    dilation_rate: IntPair = 1
    depth_multiplier: int = 1
    use_bias: bool = True

    def __post_init__(self) -> None:
        settle(self, padding=border_in_any_case)

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

    def __post_init__(self) -> None:
        settle(self, padding=border_in_any_case)
        undilated_or_unstrided(self.strides, self.dilation_rate)
        if self.output_padding is None:
            return
        extra = pair(self.output_padding, "output_padding", least=0)
        if any(m >= s for m, s in zip(extra, pair(self.strides, "strides"), strict=True)):
            raise ValueError(f"output_padding={extra} must be below strides={self.strides}")
        object.__setattr__(self, "output_padding", extra)

    def step(self, shape: Shape) -> Step:
        """Undo the size of the convolution with the same arguments."""
        height, width, channels = image(shape)
        kernel = pair(self.kernel_size, "kernel_size")
        strides, dilation = pair(self.strides, "strides"), pair(self.dilation_rate, "dilation_rate")
        extra: tuple[int, int] | tuple[None, None] = (None, None)
        if self.output_padding is not None:
            extra = pair(self.output_padding, "output_padding", least=0)
        paddings = (self.padding, self.padding)
        axes = map(TransposedAxis, (height, width), kernel, strides, dilation, paddings, extra)
        rules = tuple(map(TransposedRule, axes))
        rows, columns = sizes(rules)
        if min(rows, columns) < 1:
            raise ValueError(f"nothing is left: {rows} rows, {columns} columns")
        weights = (*kernel, self.filters, channels)
        return Step(
            self,
            (shape,),
            (rows, columns, self.filters),
            _with_bias(weights, self.filters, self.use_bias),
            ((height, width, *weights),),
            rules,
        )


def _with_bias(weights: Shape, outputs: int, use_bias: bool) -> tuple[Shape, ...]:
    return (weights, (outputs,)) if use_bias else (weights,)
