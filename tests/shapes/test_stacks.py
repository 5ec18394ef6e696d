"""Shape arithmetic against Keras, by random stacks."""

from __future__ import annotations

import random

import keras
import numpy as np
import pytest
import sympy

from cnnbook.shapes import (
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Conv2DTranspose,
    Cropping2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Layer,
    MaxPooling2D,
    Multiply,
    Permute,
    Reshape,
    SeparableConv2D,
    ShapeError,
    Subtract,
    UpSampling2D,
    ZeroPadding2D,
    output_shape,
)
from shapes.random_graphs import undrawn_weights

STACKS = 2000
HOMEWORK = [Conv2D(32, 3, strides=2, padding="same"), MaxPooling2D(2), Flatten(), Dense(64)]


class RandomStacks:
    """Stacks of any layers and arguments, some of which cannot be built."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def shape(self) -> tuple[int, int, int]:
        return self.number(1, 20), self.number(1, 20), self.number(1, 6)

    def stack(self) -> list[Layer]:
        layers = [self.layer() for _ in range(self.number(1, 4))]
        if self.random.random() < 0.3:
            layers += [self.random.choice([Flatten(), GlobalAveragePooling2D()]), Dense(3)]
        return layers

    def number(self, least: int, most: int) -> int:
        return self.random.randint(least, most)

    def pair(self, most: int) -> int | tuple[int, int]:
        return self.random.choice(
            [self.number(1, most), (self.number(1, most), self.number(1, most))]
        )

    def layer(self) -> Layer:
        makers = [
            self.conv2d,
            self.depthwise,
            self.separable,
            self.transposed,
            self.pool,
            self.pool,
            lambda: ZeroPadding2D(self.random.choice([0, 1, (2, 1), ((0, 1), (2, 0))])),
            lambda: UpSampling2D(self.pair(3)),
            lambda: Cropping2D(self.random.choice([0, 1, (2, 1), ((0, 1), (2, 0))])),
            lambda: Permute(self.random.sample((1, 2, 3), 3)),
            lambda: BatchNormalization(
                self.random.choice([-1, 1, 2, 3]), *self.random.choices([True, False], k=2)
            ),
            lambda: Dropout(0.5),
            lambda: Activation("relu"),
            lambda: Dense(self.number(1, 6), self.coin()),
            lambda: Reshape(self.random.choice([(-1, 2, 3), (2, 2, -1), (4, 3, 2)])),
            lambda: GlobalMaxPooling2D(keepdims=True),
        ]
        return self.random.choice(makers)()

    def coin(self) -> bool:
        return self.random.random() < 0.5

    def border(self) -> str:
        return self.random.choice(["valid", "same"])

    def window(self) -> dict:
        """Kernel, strides, padding and dilation; Keras refuses strides and dilation together."""
        strides, dilation = (self.pair(3), 1) if self.coin() else (1, self.pair(3))
        return {
            "kernel_size": self.pair(5),
            "strides": strides,
            "padding": self.border(),
            "dilation_rate": dilation,
            "use_bias": self.coin(),
        }

    def conv2d(self) -> Layer:
        groups = self.random.choice([1, 1, 1, 2, 3])
        return Conv2D(groups * self.number(1, 3), groups=groups, **self.window())

    def depthwise(self) -> Layer:
        return DepthwiseConv2D(depth_multiplier=self.number(1, 3), **self.window())

    def separable(self) -> Layer:
        multiplier = self.number(1, 3)
        return SeparableConv2D(self.number(1, 6), depth_multiplier=multiplier, **self.window())

    def transposed(self) -> Layer:
        window = self.window()
        strided = window["strides"] != 1 and 1 not in np.atleast_1d(window["strides"])
        extra = self.random.choice([None, None, 0, 1 if strided else 0])
        return Conv2DTranspose(self.number(1, 6), output_padding=extra, **window)

    def pool(self) -> Layer:
        kind = self.random.choice([MaxPooling2D, AveragePooling2D])
        return kind(self.pair(3), self.random.choice([None, self.pair(3)]), self.border())


def in_keras(layer: Layer) -> keras.layers.Layer:
    return getattr(keras.layers, layer.name)(**vars(layer))


def keras_steps(shape: tuple, stack: list[Layer]) -> list[tuple] | None:
    """Shape, weight shapes and trained weights of each layer, or None where Keras refuses."""
    steps, reached = [], (None, *shape)
    try:
        for layer in stack:
            theirs = in_keras(layer)
            theirs.build(reached)
            reached = theirs.compute_output_shape(reached)
            if any(size is None or size < 1 for size in reached[1:]):
                return None
            weights = tuple(tuple(weight.shape) for weight in theirs.weights)
            trained = sum(int(np.prod(weight.shape)) for weight in theirs.trainable_weights)
            steps.append((tuple(reached[1:]), weights, trained))
    except (ValueError, TypeError, IndexError):
        return None
    return steps


def our_steps(shape: tuple, stack: list[Layer]) -> list[tuple] | None:
    try:
        steps = output_shape(shape, stack).steps
    except ShapeError:
        return None
    return [(step.shape, step.weight_shapes, step.trainable_params) for step in steps]


def test_random_stacks_agree_with_keras() -> None:
    stacks = RandomStacks(seed=0)
    agreed = refused = 0
    with undrawn_weights():
        for _ in range(STACKS):
            shape, stack = stacks.shape(), stacks.stack()
            ours, theirs = our_steps(shape, stack), keras_steps(shape, stack)
            assert ours == theirs, (shape, stack)
            agreed += ours is not None
            refused += ours is None
    assert agreed > STACKS / 3
    assert refused > STACKS / 10


class TestTheHomework:
    def test_every_number(self) -> None:
        trace = output_shape((28, 28, 1), [*HOMEWORK, Dense(5)])
        assert [step.shape for step in trace.steps] == [
            (14, 14, 32),
            (7, 7, 32),
            (1568,),
            (64,),
            (5,),
        ]
        assert [step.params for step in trace.steps] == [320, 0, 0, 100_416, 325]
        assert trace.steps[0].zeros == ((0, 1), (0, 1))
        assert trace.steps[0].macs == 56_448
        assert trace.params == trace.trainable_params == 101_061

    def test_the_hidden_size_as_a_symbol(self) -> None:
        hidden = sympy.Symbol("H")
        trace = output_shape((7, 7, 32), [Flatten(), Dense(hidden), Dense(5)])
        assert sympy.expand(trace.params) == 1574 * hidden + 5
        assert trace.steps[1].weight_shapes == ((1568, hidden), (hidden,))
        assert "1569*H" in trace.explain("en")

    def test_a_bottleneck_of_1x1_kernels(self) -> None:
        step = Conv2D(7, 1).step((28, 28, 192))
        assert (step.shape, step.params, step.macs) == ((28, 28, 7), 1351, 1_053_696)


class TestErrors:
    @pytest.mark.parametrize(
        ("stack", "message"),
        [
            ([Conv2D(8, 29)], r"layer 1, Conv2D on \(28, 28, 1\): the kernel does not fit"),
            ([Flatten(), Conv2D(8, 3)], r"layer 2, Conv2D on \(784,\): .*height, width"),
            ([Conv2D(8, 3, groups=2)], "groups=2 must divide 1 channels"),
            ([Reshape((5, 5))], "784 numbers do not fit"),
            ([Add([[Conv2D(2, 1)], [Conv2D(3, 1)]])], "equal, or 1 where they differ"),
            ([Concatenate([[Conv2D(2, 2)], []])], "equal but for the last axis"),
            ([Concatenate([[Conv2D(2, 1)], []], axis=1)], "equal but for axis 1"),
            ([Concatenate([[], []], axis=4)], "axis 4 is not one of an image's"),
            ([BatchNormalization(axis=0)], "0 is the batch"),
            ([Cropping2D(14)], "nothing is left"),
            ([Permute((2, 1))], "need an input of 2 axes"),
            ([Add()], r"layer 1, Add on \(28, 28, 1\): it needs branches"),
            ([Subtract([[]])], "Subtract takes two branches, got 1"),
        ],
    )
    def test_say_which_layer_and_why(self, stack: list[Layer], message: str) -> None:
        with pytest.raises(ShapeError, match=message):
            output_shape((28, 28, 1), stack)

    def test_a_keras_layer_is_pointed_to_from_keras(self) -> None:
        with pytest.raises(TypeError, match=r"layer 1 is .*Conv2D.*from_keras"):
            output_shape((28, 28, 1), [keras.layers.Conv2D(8, 3)])

    def test_an_impossible_input(self) -> None:
        with pytest.raises(ShapeError, match=r"at least 1, got \(28, 0, 1\)"):
            output_shape((28, 0, 1), [])


class TestBranches:
    def test_the_gates_of_channels_are_stretched_over_the_image(self) -> None:
        gates = [GlobalAveragePooling2D(keepdims=True), Dense(2), Dense(8), Activation("sigmoid")]
        trace = output_shape((7, 6, 8), [Multiply([[], gates])])
        assert (trace.shape, trace.params) == ((7, 6, 8), 8 * 2 + 2 + 2 * 8 + 8)
        assert trace.receptive_field is None

    @pytest.mark.parametrize("name", ["Add", "Multiply", "Average", "Maximum", "Minimum"])
    @pytest.mark.parametrize("shapes", [((4, 1), (5, 4, 3)), ((5, 1, 3), (1, 4, 1)), ((3,), (2,))])
    def test_stretching_is_that_of_numpy(self, name: str, shapes: tuple) -> None:
        join = getattr(__import__("cnnbook.shapes").shapes, name)().join
        try:
            expected = np.broadcast_shapes(*shapes)
        except ValueError:
            with pytest.raises(ValueError, match="equal, or 1"):
                join(shapes)
        else:
            assert join(shapes).shape == expected
