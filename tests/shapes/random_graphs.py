"""Random functional models of Keras, small and symbolic, of every kind that users build."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras
from keras import layers, ops

Tensor = Any


@contextmanager
def undrawn_weights() -> Iterator[None]:
    """Lay out weights without drawing them; without the last line Keras would draw them later."""
    try:
        with keras.StatelessScope(initialize_variables=False):
            yield
    finally:
        keras.utils.clear_session(free_memory=False)


class HalvesRows(layers.Layer):
    """A user's layer that shrinks the image and does not say so."""

    def call(self, x: Tensor) -> Tensor:
        return x[:, ::2]


class Dense(layers.Layer):
    """A user's layer that happens to be called as one of Keras'."""

    def build(self, shape: tuple) -> None:
        self.extra = self.add_weight(shape=(shape[-1], 3, 2), name="extra")
        self.kept = self.add_weight(shape=(shape[-1],), trainable=False, name="kept")

    def call(self, x: Tensor) -> Tensor:
        return x + self.kept


class OwnConv2D(layers.Conv2D):
    """A user's convolution that doubles its channels."""

    def call(self, x: Tensor) -> Tensor:
        y = super().call(x)
        return ops.concatenate([y, y], axis=-1)

    def compute_output_shape(self, shape: tuple) -> tuple:
        *rest, channels = super().compute_output_shape(shape)
        return (*rest, 2 * channels)


class RandomGraph:
    """A model with one input and one output; where Keras refuses a node, another is tried."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.built: list[layers.Layer] = []
        self.open = self.random.random() < 0.25
        self.shape = (self.number(4, 9), self.number(4, 9), self.number(1, 4))
        self.model = self.functional(self.shape, self.number(2, 7))
        self.freeze()

    def functional(self, shape: tuple[int, ...], size: int, depth: int = 0) -> keras.Model:
        """Grow a graph whose output is its last node, or two joined."""
        is_open = self.open and depth == 0
        x = keras.Input((None, None, shape[2]) if is_open else shape)
        known = [x]
        for _ in range(size):
            known.append(self.next_node(known, depth))
        return keras.Model(x, known[-1])

    def next_node(self, known: list[Tensor], depth: int) -> Tensor:
        makers = [
            self.own_rule,
            self.own_rule,
            self.own_rule,
            self.merge,
            self.merge,
            self.operator,
            self.operation,
            self.user_layer,
            self.asked,
            self.shared,
            lambda tensors: self.nested(tensors, depth),
        ]
        while True:
            maker = self.random.choice(makers)
            try:
                y = maker(known)
            except (ValueError, TypeError, IndexError, NotImplementedError):
                continue
            # A stack that has grown too long costs time and tests nothing more.
            if y is not None and all(n is None or 1 <= n <= 400 for n in y.shape):
                return y

    def number(self, least: int, most: int) -> int:
        return self.random.randint(least, most)

    def coin(self, heads: float = 0.5) -> bool:
        return self.random.random() < heads

    def layer(self, layer: layers.Layer, x: Tensor) -> Tensor:
        y = layer(x)
        self.built.append(layer)
        return y

    def pick(self, known: list[Tensor]) -> Tensor:
        """Mostly the newest."""
        return known[-1] if self.coin(0.6) else self.random.choice(known)

    def window(self) -> dict:
        strided = self.coin()
        return {
            "kernel_size": (self.number(1, 3), self.number(1, 3)),
            "strides": self.number(1, 2) if strided else 1,
            "dilation_rate": 1 if strided else (self.number(1, 2), self.number(1, 2)),
            "padding": self.random.choice(["valid", "same", "SAME"]),
            "use_bias": self.coin(),
        }

    def own_rule(self, known: list[Tensor]) -> Tensor:
        """A layer that has a rule."""
        x, n = self.pick(known), self.number
        pads = ((n(0, 2), n(0, 2)), (n(0, 2), n(0, 2)))
        makers: list[Callable[[], layers.Layer]] = [
            lambda: layers.Conv2D(n(1, 4), groups=n(1, 2), **self.window()),
            lambda: layers.DepthwiseConv2D(depth_multiplier=n(1, 2), **self.window()),
            lambda: layers.SeparableConv2D(n(1, 4), depth_multiplier=n(1, 2), **self.window()),
            lambda: layers.Conv2DTranspose(n(1, 4), **self.window()),
            lambda: layers.MaxPooling2D(n(1, 3), n(1, 2), self.random.choice(["valid", "same"])),
            lambda: layers.AveragePooling2D(n(1, 2)),
            lambda: layers.GlobalAveragePooling2D(keepdims=self.coin()),
            lambda: layers.GlobalMaxPooling2D(keepdims=self.coin()),
            lambda: layers.ZeroPadding2D(pads),
            lambda: layers.Cropping2D(pads),
            lambda: layers.UpSampling2D((n(1, 2), n(1, 2))),
            lambda: layers.BatchNormalization(
                axis=self.random.choice([-1, -1, 1, 2, 3]), center=self.coin(), scale=self.coin()
            ),
            lambda: layers.Permute(self.random.sample((1, 2, 3), 3)),
            lambda: layers.Reshape((-1, n(1, 4))),
            lambda: layers.Flatten(),
            lambda: layers.Dense(n(1, 5), use_bias=self.coin()),
            lambda: layers.Activation(self.random.choice(["relu", "softmax", "glu"])),
            lambda: layers.Dropout(0.1),
            lambda: layers.RandomFlip(),
            lambda: layers.Rescaling(0.5),
            lambda: layers.PReLU(shared_axes=self.random.choice([[1, 2], [1], None])),
        ]
        return self.layer(self.random.choice(makers)(), x)

    def merge(self, known: list[Tensor]) -> Tensor:
        kinds = [
            layers.Add,
            layers.Subtract,
            layers.Multiply,
            layers.Average,
            layers.Maximum,
            layers.Minimum,
            lambda: layers.Concatenate(axis=self.random.choice([-1, 0, 1, 2, 3, -2])),
            lambda: layers.Dot(axes=-1),
        ]
        tensors = [self.pick(known) for _ in range(self.random.choice([2, 2, 3]))]
        return self.layer(self.random.choice(kinds)(), tensors)

    def operator(self, known: list[Tensor]) -> Tensor:
        x, y = self.pick(known), self.random.choice(known)
        return self.random.choice(
            [
                lambda: x + y,
                lambda: x * y,
                lambda: x - y,
                lambda: x / (y + 1.0),
                lambda: 2 * x,
                lambda: 1 - x,
                lambda: x**2,
                lambda: -x,
                lambda: x[:, ::2],
                lambda: x[..., :1],
                lambda: x[:, 1:, None],
                lambda: x @ ops.swapaxes(y, -1, -2),
            ]
        )()

    def operation(self, known: list[Tensor]) -> Tensor:
        x, y = self.pick(known), self.random.choice(known)
        axis = self.number(1, 3)
        return self.random.choice(
            [
                lambda: ops.relu(x),
                lambda: ops.reshape(x, (-1, self.number(1, 4))),
                lambda: ops.mean(x, axis=axis, keepdims=self.coin()),
                lambda: ops.transpose(x, (0, 2, 1, 3)),
                lambda: ops.concatenate([x, y], axis=axis),
                lambda: ops.maximum(x, y),
                lambda: ops.minimum(x, 0.5),
                lambda: self.random.choice(ops.split(x, 2, axis=axis)),
                lambda: ops.expand_dims(x, axis),
                lambda: ops.image.resize(x, (5, 6)),
                lambda: ops.pad(x, [[0, 0], [1, 0], [0, 2], [0, 0]]),
            ]
        )()

    def user_layer(self, known: list[Tensor]) -> Tensor:
        makers = [
            HalvesRows,
            Dense,
            lambda: OwnConv2D(self.number(1, 3), 2),
            lambda: layers.Lambda(lambda t: t[:, :, ::2]),
            lambda: layers.Lambda(lambda t: t[:, ::-1]),
        ]
        return self.layer(self.random.choice(makers)(), self.pick(known))

    def asked(self, known: list[Tensor]) -> Tensor:
        """A layer of Keras that has no rule, or other weights than its rule says."""
        makers = [
            lambda: layers.LayerNormalization(),
            lambda: layers.GroupNormalization(1),
            lambda: layers.Conv1D(self.number(1, 3), 2),
            lambda: layers.RandomCrop(3, 3),
            lambda: layers.CenterCrop(3, 2),
            lambda: layers.Resizing(3, 4),
            lambda: layers.Softmax(axis=self.number(1, 2)),
            lambda: layers.Activation(layers.LeakyReLU()),
            lambda: layers.Activation(lambda t: t * 2),
            lambda: layers.Dense(self.number(2, 4), lora_rank=1),
            lambda: layers.Conv2D(self.number(2, 4), 2, lora_rank=1),
            lambda: layers.BatchNormalization(renorm=True),
            lambda: layers.MaxPooling2D(2, data_format="channels_first"),
            lambda: layers.Conv2D(2, 1, data_format="channels_first"),
            lambda: layers.TimeDistributed(layers.Dense(2)),
        ]
        return self.layer(self.random.choice(makers)(), self.pick(known))

    def shared(self, known: list[Tensor]) -> Tensor:
        """A layer or model that was used before."""
        if not self.built:
            return None
        layer, x = self.random.choice(self.built), self.pick(known)
        if isinstance(layer, keras.Model):
            # Keras lets a model on 1 channel be called on 2, and then fails when it runs.
            known_sizes = zip(layer.inputs[0].shape, x.shape, strict=True)
            if any(None not in (n, m) and n != m for n, m in known_sizes):
                return None
        return layer(x)

    def nested(self, known: list[Tensor], depth: int) -> Tensor:
        x = self.pick(known)
        if depth > 1 or len(x.shape) != 4:
            return None
        shape = tuple(n or self.number(4, 9) for n in x.shape[1:])
        kind = self.random.choice(["functional", "sequential", "two outputs", "two inputs"])
        if kind == "functional":
            return self.layer(self.functional(shape, self.number(1, 3), depth + 1), x)
        if kind == "sequential":
            stack = [layers.Conv2D(self.number(1, 4), 1), layers.ReLU(), layers.Dense(2)]
            return self.layer(keras.Sequential([keras.Input(x.shape[1:]), *stack]), x)
        inner = keras.Input(x.shape[1:])
        if kind == "two outputs":
            model = keras.Model(inner, [layers.Conv2D(2, 1)(inner), inner * 2])
            return self.random.choice(model(x))
        y = self.pick(known)
        other = keras.Input(y.shape[1:])
        joined = layers.Conv2D(2, 1)(inner) + ops.mean(other)
        return keras.Model([inner, other], joined)([x, y])

    def freeze(self) -> None:
        for layer in self.built:
            if self.coin(0.15):
                layer.trainable = False
        if self.coin(0.05):
            self.model.trainable = False
