"""Shape arithmetic against Keras, by random stacks and by real models."""

from __future__ import annotations

import random
import re

import keras
import numpy as np
import pytest
import sympy

from cnnbook.convolution import conv2d
from cnnbook.shapes import (
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
    Reshape,
    SeparableConv2D,
    ShapeError,
    Trace,
    UpSampling2D,
    ZeroPadding2D,
    from_keras,
    output_shape,
)
from cnnbook.shapes.words import WORDS

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
            lambda: BatchNormalization(*self.random.choices([True, False], k=2)),
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
        return Conv2D(
            self.number(1, 6), groups=self.random.choice([1, 1, 1, 2, 3]), **self.window()
        )

    def depthwise(self) -> Layer:
        return DepthwiseConv2D(depth_multiplier=self.number(1, 3), **self.square_stride())

    def separable(self) -> Layer:
        window = self.square_stride()
        return SeparableConv2D(self.number(1, 6), depth_multiplier=self.number(1, 3), **window)

    def square_stride(self) -> dict:
        """TensorFlow's depthwise convolution has one stride for both axes."""
        window = self.window()
        if not isinstance(window["strides"], int):
            window["strides"] = window["strides"][0]
        return window

    def transposed(self) -> Layer:
        extra = self.random.choice([None, None, 0, 1])
        return Conv2DTranspose(self.number(1, 6), output_padding=extra, **self.window())

    def pool(self) -> Layer:
        kind = self.random.choice([MaxPooling2D, AveragePooling2D])
        return kind(self.pair(3), self.random.choice([None, self.pair(3)]), self.border())


def in_keras(layer: Layer) -> keras.layers.Layer:
    return getattr(keras.layers, layer.name)(**vars(layer))


def keras_steps(shape: tuple, stack: list[Layer]) -> list[tuple] | None:
    """Shape, weight shapes and trained weights of each layer, or None where Keras refuses."""
    steps, reached = [], (None, *shape)
    try:
        # Nothing is trained here; in this scope Keras lays out weights without drawing them.
        with keras.StatelessScope():
            for layer in stack:
                theirs = in_keras(layer)
                theirs.build(reached)
                reached = theirs.compute_output_shape(reached)
                if any(size is None or size < 1 for size in reached[1:]):
                    return None
                weights = tuple(tuple(weight.shape) for weight in theirs.weights)
                trained = sum(int(np.prod(weight.shape)) for weight in theirs.trainable_weights)
                steps.append((tuple(reached[1:]), weights, trained))
    except (ValueError, TypeError):
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


class TestWhatAWindowReads:
    def random_chain(self, generator: random.Random) -> list[Layer]:
        def layer() -> Layer:
            size, strides = generator.randint(1, 3), generator.randint(1, 3)
            padding = generator.choice(["valid", "same"])
            dilation = generator.randint(1, 2)
            return generator.choice(
                [
                    Conv2D(1, size, strides, padding, dilation),
                    AveragePooling2D(size, strides, padding),
                    ZeroPadding2D(((generator.randint(0, 2), 1), (0, 2))),
                    Activation("relu"),
                ]
            )

        return [layer() for _ in range(generator.randint(1, 4))]

    def test_receptive_fields_by_running_the_windows(self) -> None:
        """An output cell's field is the span of the pixels that change it when they change."""
        generator = random.Random(1)
        for _ in range(60):
            chain = self.random_chain(generator)
            try:
                trace = output_shape((17, 16, 1), chain)
            except ShapeError:
                continue
            rows, columns = trace.shape[0] // 2, trace.shape[1] // 2
            depends = pixels_behind(trace, rows, columns)
            field = trace.receptive_field
            assert field is not None
            for axis, (cell, seen) in enumerate(
                zip((rows, columns), (depends.any(1), depends.any(0)), strict=True)
            ):
                first = field.offset[axis] + cell * field.stride[axis]
                span = np.arange(first, first + field.size[axis])
                inside = span[(span >= 0) & (span < len(seen))]
                read = np.flatnonzero(seen)
                if len(inside) and len(read):
                    assert set(read) <= set(inside), (chain, field)
                    if span[0] >= 0 and span[-1] < len(seen):
                        assert (read[0], read[-1]) == (span[0], span[-1]), (chain, field)

    @pytest.mark.parametrize("size", range(3, 12))
    @pytest.mark.parametrize("window", [(1, 1, 1), (2, 3, 1), (3, 2, 1), (3, 2, 2), (2, 4, 1)])
    @pytest.mark.parametrize("padding", ["valid", "same"])
    def test_rows_never_read(self, size: int, window: tuple[int, int, int], padding: str) -> None:
        kernel, stride, dilation = window
        if padding == "valid" and dilation * (kernel - 1) >= size:
            return
        step = Conv2D(1, kernel, stride, padding, dilation).step((size, size, 1))
        changed = []
        for row in range(size):
            x = np.zeros((1, size, size, 1))
            x[0, row] = 1
            y = conv2d(x, np.ones((kernel, kernel, 1, 1)), stride, padding, dilation)
            changed.append(y.any())
        assert step.unread[0] == tuple(np.flatnonzero(~np.array(changed)))

    def test_branches_join_their_fields(self) -> None:
        same = {"padding": "same"}
        trace = output_shape((28, 28, 8), [Add([[Conv2D(8, 3, **same), Conv2D(8, 3, **same)], []])])
        assert trace.receptive_field.size == (5, 5)
        assert trace.receptive_field.offset == (-2, -2)

    def test_a_cell_without_a_place_has_none(self) -> None:
        for last in (Flatten(), GlobalAveragePooling2D(), UpSampling2D(2), Conv2DTranspose(1, 2)):
            assert output_shape((8, 8, 1), [Conv2D(1, 3), last]).receptive_field is None


def pixels_behind(trace: Trace, row: int, column: int) -> np.ndarray:
    """Which input pixels an output cell depends on, by walking back through every window."""
    depends = np.zeros(trace.shape[:2], bool)
    depends[row, column] = True
    for step in reversed(trace.steps):
        if not step.axes:
            continue
        height, width = step.axes
        before = np.zeros(step.input_shape[:2], bool)
        for i, j in np.argwhere(depends):
            for p, q in np.ndindex(height.kernel, width.kernel):
                a = i * height.stride + p * height.dilation - height.before
                b = j * width.stride + q * width.dilation - width.before
                if 0 <= a < height.size and 0 <= b < width.size:
                    before[a, b] = True
        depends = before
    return depends


class TestFromKeras:
    layers = keras.layers

    def check(self, model: keras.Model) -> Trace:
        trace = from_keras(model)
        assert trace.shape == model.output_shape[1:]
        assert trace.params == model.count_params()
        trained = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
        assert trace.trainable_params == trained
        return trace

    def test_a_sequential_model(self) -> None:
        model = keras.Sequential(
            [
                keras.Input((28, 28, 1)),
                self.layers.Rescaling(1 / 255),
                self.layers.RandomFlip("horizontal"),
                self.layers.Conv2D(32, 3, strides=2, padding="same", activation="relu"),
                self.layers.MaxPooling2D(2),
                self.layers.Flatten(),
                self.layers.Dense(64),
                self.layers.LeakyReLU(),
                self.layers.Dense(5, activation="softmax"),
            ]
        )
        trace = self.check(model)
        assert [step.shape for step in trace.steps] == [
            tuple(layer.output.shape[1:]) for layer in model.layers
        ]
        assert trace.steps[0].layer.name == "Rescaling"
        assert "RandomFlip" in trace.explain("fa")

    def test_branches_frozen_layers_shared_layers_and_models_within(self) -> None:
        layers = self.layers
        inner = keras.Sequential([keras.Input((16, 16, 4)), layers.Conv2D(4, 3, padding="same")])
        shared, frozen = layers.Conv2D(4, 1), layers.BatchNormalization(trainable=False)
        image = keras.Input((16, 16, 4))
        left = shared(frozen(inner(image)))
        right = shared(layers.DepthwiseConv2D(3, padding="same")(image))
        joined = layers.Concatenate()([layers.Add()([left, image]), right])
        model = keras.Model(image, layers.GlobalAveragePooling2D()(joined))
        trace = self.check(model)
        assert trace.shape == (8,)
        assert sum(step.layer.name == "Conv2D" for step in trace.steps) == 3

    @pytest.mark.parametrize("name", ["MobileNetV2", "InceptionV3"])
    def test_a_real_network(self, name: str) -> None:
        with keras.StatelessScope():
            model = getattr(keras.applications, name)(
                weights=None, include_top=False, input_shape=(96, 96, 3), pooling="avg"
            )
            trace = self.check(model)
        outputs = {layer.name: tuple(layer.output.shape[1:]) for layer in model.layers}
        assert {step.shape for step in trace.steps} <= set(outputs.values())
        assert len(trace.steps) == len(model.layers) - 1
        field = next(s.receptive_field for s in reversed(trace.steps) if s.receptive_field)
        assert field.stride == (32, 32)

    def test_open_sizes_need_numbers(self) -> None:
        model = keras.Sequential([keras.Input((None, None, 3)), self.layers.Conv2D(8, 3)])
        with pytest.raises(ShapeError, match="give from_keras an input_shape"):
            from_keras(model)
        assert from_keras(model, (10, 9, 3)).shape == (8, 7, 8)

    def test_what_has_no_rule_is_named(self) -> None:
        model = keras.Sequential([keras.Input((8, 8, 3)), self.layers.Cropping2D(1)])
        with pytest.raises(TypeError, match=r"no rule for Cropping2D \(.*\); there are rules for"):
            from_keras(model)
        two = [keras.Input((8, 8, 3)), keras.Input((8, 8, 3))]
        with pytest.raises(TypeError, match="2 inputs"):
            from_keras(keras.Model(two, self.layers.Add()(two)))
        with pytest.raises(TypeError, match="not built"):
            from_keras(keras.Sequential([self.layers.Flatten()]), (8, 8, 3))


class TestExplanations:
    trace = output_shape(
        (29, 28, 4),
        [
            Conv2D(32, (3, 2), (2, 1), "same"),
            BatchNormalization(),
            SeparableConv2D(16, 3, dilation_rate=2),
            MaxPooling2D(2),
            UpSampling2D(2),
            ZeroPadding2D(1),
            Conv2DTranspose(8, 3, 2, output_padding=1),
            Concatenate([[Conv2D(1, 1)], [DepthwiseConv2D(1)]]),
            GlobalAveragePooling2D(),
            Dense(1000),
        ],
    )

    def test_persian_has_persian_digits_and_code_keeps_its_own(self) -> None:
        text = self.trace.explain("fa")
        names = {step.layer.name for step in self.trace.steps}
        assert all(name in text for name in names)
        for name in sorted(names, key=len, reverse=True):
            text = text.replace(name, "")
        assert not re.search(r"[0-9]", text)
        assert "۱٬۰۰۰" in text or "۱۰۰۰" in text
        assert text.count("\u2066") == text.count("\u2069") > 0

    def test_both_languages_say_the_same(self) -> None:
        persian, english = self.trace.explain("fa"), self.trace.explain("en")
        assert len(persian.splitlines()) == len(english.splitlines())
        latin = persian.translate(str.maketrans("۰۱۲۳۴۵۶۷۸۹٬", "0123456789,"))
        for line, twin in zip(latin.splitlines(), english.splitlines(), strict=True):
            assert sorted(re.findall(r"\d+(?:,\d+)*", line)) == sorted(
                re.findall(r"\d+(?:,\d+)*", twin)
            )

    def test_every_word_has_its_twin(self) -> None:
        fields = {
            language: {key: set(re.findall(r"{(\w+)}", line)) for key, line in lines.items()}
            for language, lines in WORDS.items()
        }
        assert fields["fa"] == fields["en"]

    def test_latex_has_the_numbers(self) -> None:
        latex = self.trace.latex()
        assert latex.count(r"\begin{aligned}") == latex.count(r"\end{aligned}")
        assert r"\left\lceil \tfrac{29}{2} \right\rceil = 15" in latex
        assert r"3 \cdot 2 \cdot 4 \cdot 32 + 32 = 800" in latex
        assert latex.count("{") == latex.count("}")


class TestErrors:
    @pytest.mark.parametrize(
        ("stack", "message"),
        [
            ([Conv2D(8, 29)], r"layer 1, Conv2D on \(28, 28, 1\): the kernel does not fit"),
            ([Flatten(), Conv2D(8, 3)], r"layer 2, Conv2D on \(784,\): .*height, width"),
            ([Conv2D(8, 3, padding="SAME")], "'valid' or 'same', got 'SAME'"),
            ([Conv2D(0, 3)], "filters must be a whole number of at least 1"),
            ([Dense(2.5)], "units must be a whole number"),
            ([Conv2D(8, 3, groups=2)], "groups=2 must divide 1 channels"),
            ([Reshape((5, 5))], "784 numbers do not fit"),
            ([Conv2DTranspose(1, 3, 2, output_padding=2)], "below strides"),
            ([Add([[Conv2D(2, 1)], []])], "equal shapes"),
            ([Concatenate([[Conv2D(2, 2)], []])], "equal up to the last axis"),
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
