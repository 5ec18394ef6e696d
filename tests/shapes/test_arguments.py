"""What Keras refuses as an argument is refused; what it takes is taken, with the same result."""

from __future__ import annotations

import random
from typing import Any

import keras
import numpy as np
import pytest

from cnnbook import shapes
from cnnbook.shapes.layers.in_place import ACTIVATIONS
from shapes.random_graphs import undrawn_weights

CASES = 1500
WHOLE = ([1, 2, 3, 4, 6], [0, -4, np.int64(2), np.int64(-4), 2.5, 4.0, "5", None])
PAIR = (
    [1, 2, 3, (2, 1), (1, 3), [2, 2], (np.int64(2), 1)],
    [0, -1, (2,), (1, 2, 3), (0, 1), (1, -2), "33", "3", 1.0, None, np.int64(2), np.int64(-2)],
)
BORDER = (["valid", "same"], ["SAME", "Valid", "smae", "full", None, 1])
SIDES = (
    [0, 1, 2, (1, 2), ((1, 0), (0, 2)), [[1, 1], [0, 1]], (1, (2, 0))],
    [(1, 2, 3), ((1, -1), (0, 0)), "2", None, 1.5, ((1, 2, 3), (1, 2))],
)
WINDOW = {"kernel_size": PAIR, "strides": PAIR, "padding": BORDER, "dilation_rate": PAIR}
# Sensible and odd values of each argument.
ARGUMENTS: dict[str, dict[str, tuple[list, list]]] = {
    "Conv2D": {"filters": WHOLE, "groups": ([1, 1, 2], [0, -2, 2.0, 5]), **WINDOW},
    "DepthwiseConv2D": {"depth_multiplier": WHOLE, **WINDOW},
    "SeparableConv2D": {"filters": WHOLE, "depth_multiplier": ([1, 2], [0, -1, 1.5]), **WINDOW},
    "Conv2DTranspose": {
        "filters": WHOLE,
        "output_padding": ([None, None, 0, 1], [-1, 5, (1,), "a"]),
        **WINDOW,
    },
    "MaxPooling2D": {"pool_size": PAIR, "strides": PAIR, "padding": BORDER},
    "AveragePooling2D": {"pool_size": PAIR, "strides": ([None, 1, 2], [0]), "padding": BORDER},
    "ZeroPadding2D": {"padding": SIDES},
    "Cropping2D": {"cropping": SIDES},
    "UpSampling2D": {"size": PAIR},
    "Dense": {"units": (WHOLE[0], [*WHOLE[1], True])},
    "Reshape": {
        "target_shape": (
            [(-1,), (2, -1), (8, 8, 2), [16, -1], (np.int64(4), -1)],
            [(-7, -4), (-1, -1), (0, -1), (-2, 8), 8, (np.int64(-7), -4), ("8", 8)],
        )
    },
    "Permute": {
        "dims": ([(1, 2, 3), (3, 1, 2), [2, 1, 3]], [(1, 1, 2), (0, 1, 2), (2, 1), 3, (1, 2, 4)])
    },
    "BatchNormalization": {"axis": ([-1, 1, 2, 3, -2], [0, 4, -4, -5, [1, 2], None, "a"])},
    "Dropout": {"rate": ([0, 0.5, 1.0, np.float32(0.5)], [1.5, -0.1, "a", None])},
    "Activation": {"activation": (["relu", "linear", "tanh"], ["reluu", "RELU", 3])},
    "GlobalAveragePooling2D": {"keepdims": ([True, False], [])},
}
SHAPE = (8, 8, 2)


def as_python(value: Any) -> Any:
    """NumPy's whole numbers by their value: Keras takes them in some places only."""
    if isinstance(value, np.integer):
        return int(value)
    return type(value)(map(as_python, value)) if isinstance(value, tuple | list) else value


def in_keras(name: str, arguments: dict) -> tuple | None:
    try:
        layer = getattr(keras.layers, name)(**{k: as_python(v) for k, v in arguments.items()})
        shape = tuple(layer(keras.Input(SHAPE)).shape[1:])
    except Exception:
        return None
    weights = tuple(tuple(weight.shape) for weight in layer.weights)
    return (shape, weights) if all(n is not None and n > 0 for n in shape) else None


def in_ours(name: str, arguments: dict) -> tuple | None:
    try:
        layer = getattr(shapes, name)(**arguments)
        step = layer.step(SHAPE)
    except (TypeError, ValueError):
        return None
    assert all(type(n) is int for n in step.shape)
    return step.shape, step.weight_shapes


@pytest.mark.parametrize("name", ARGUMENTS)
def test_random_arguments_agree_with_keras(name: str) -> None:
    generator = random.Random(name)
    agreed = refused = 0
    with undrawn_weights():
        for _ in range(CASES // len(ARGUMENTS)):
            arguments = {
                argument: generator.choice(odd if odd and generator.random() < 0.15 else good)
                for argument, (good, odd) in ARGUMENTS[name].items()
            }
            ours, theirs = in_ours(name, arguments), in_keras(name, arguments)
            assert ours == theirs, arguments
            agreed += ours is not None
            refused += ours is None
    assert agreed > 5
    assert refused > 2 or not any(odd for _, odd in ARGUMENTS[name].values())


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("Conv2D", {"filters": np.int64(-4), "kernel_size": 3}, "filters must be .* at least 1"),
        ("Conv2D", {"filters": 2.5, "kernel_size": 3}, "filters must be a whole number"),
        ("Conv2D", {"filters": 4, "kernel_size": 3, "padding": "smae"}, "or 'same', got 'smae'"),
        ("Conv2D", {"filters": 4, "kernel_size": 0}, "kernel_size must be at least 1"),
        ("Conv2D", {"filters": 4, "kernel_size": 3, "groups": 3}, "groups=3 must divide 4 filters"),
        ("Conv2D", {"filters": 4, "kernel_size": 3, "groups": 0}, "groups must be"),
        (
            "Conv2D",
            {"filters": 8, "kernel_size": 3, "strides": 2, "dilation_rate": 2},
            "no strides",
        ),
        (
            "Conv2DTranspose",
            {"filters": 8, "kernel_size": 3, "strides": 2, "output_padding": 2},
            r"below strides=\(2, 2\)",
        ),
        ("MaxPooling2D", {"pool_size": 2, "padding": "SAME"}, "'valid' or 'same', got 'SAME'"),
        ("Dense", {"units": 2.5}, "units must be a whole number"),
        ("Reshape", {"target_shape": (-7, -224)}, "at most one -1"),
        ("Reshape", {"target_shape": (np.int64(-7), 4)}, "at most one -1"),
        ("Reshape", {"target_shape": 5}, "sequence of whole numbers"),
        ("Permute", {"dims": (0, 1)}, "1, 2, 3"),
        ("Cropping2D", {"cropping": -1}, "cropping must be at least 0"),
        ("ZeroPadding2D", {"padding": "ab"}, "padding must be one number"),
        ("Dropout", {"rate": 2}, "between 0 and 1"),
        ("Activation", {"activation": "reluu"}, "activation must be one of"),
        ("BatchNormalization", {"axis": 1.5}, "axis must be a whole number"),
        ("Add", {"branches": [shapes.Dense(3)]}, "joins lists of layers"),
    ],
)
def test_a_bad_argument_is_refused_when_the_layer_is_made(
    name: str, arguments: dict, message: str
) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        getattr(shapes, name)(**arguments)


def test_strides_with_dilation_follow_keras_layer_by_layer() -> None:
    """Its depthwise convolution has both, its other two refuse them."""
    both = {"kernel_size": 3, "strides": 2, "dilation_rate": 2}
    for name, more in (("Conv2D", 4), ("Conv2DTranspose", 4), ("DepthwiseConv2D", None)):
        arguments = both | ({"filters": more} if more else {})
        assert in_ours(name, arguments) == in_keras(name, arguments)
        assert (in_ours(name, arguments) is None) == bool(more)


def test_activations_are_those_of_keras_that_keep_the_shape() -> None:
    x = np.full((2, 3, 4), 0.5, "float32")
    keeps = set()
    for name in set(dir(keras.activations)) - {"get", "serialize", "deserialize"}:
        if name.startswith("_"):
            continue
        try:
            y = keras.layers.Activation(name)(x)
        except (TypeError, ValueError):
            continue  # threshold wants more than the numbers
        if tuple(y.shape) == x.shape:
            keeps.add(name)
    assert set(ACTIVATIONS) == keeps
