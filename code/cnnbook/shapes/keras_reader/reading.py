"""One operation of Keras as a layer of `cnnbook.shapes`, if there is a rule for it.

A layer is known by its class, not by the class' name: a user's own `Dense` is no `Dense` of Keras.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from cnnbook.keras_private import Node, operator_name
from cnnbook.shapes.layers import (
    NAMED_AS_IN_KERAS,
    Activation,
    Add,
    Maximum,
    Minimum,
    Multiply,
    Subtract,
)
from cnnbook.shapes.layers.in_place import Unchanged
from cnnbook.shapes.layers.merging import Merge
from cnnbook.shapes.steps import Layer, Shape, Step

# Keras' layers that, outside training, work on every number by itself or do nothing at all.
UNCHANGED = [
    "ActivityRegularization",
    "AlphaDropout",
    "ELU",
    "GaussianDropout",
    "GaussianNoise",
    "Identity",
    "LeakyReLU",
    "Normalization",
    "PReLU",
    "RandomBrightness",
    "RandomColorDegeneration",
    "RandomColorJitter",
    "RandomContrast",
    "RandomElasticTransform",
    "RandomErasing",
    "RandomFlip",
    "RandomGaussianBlur",
    "RandomGrayscale",
    "RandomHue",
    "RandomInvert",
    "RandomPerspective",
    "RandomPosterization",
    "RandomRotation",
    "RandomSaturation",
    "RandomSharpness",
    "RandomShear",
    "RandomTranslation",
    "RandomZoom",
    "ReLU",
    "Rescaling",
    "SpatialDropout2D",
]
OPERATORS: dict[str, type[Merge]] = {
    kind.__name__: kind for kind in (Add, Maximum, Minimum, Multiply, Subtract)
}


@dataclass(frozen=True)
class Told(Layer):
    """An operation without a rule here: Keras is asked for its shape and its weights.

    Examples
    --------
    >>> Told("LSTM").name
    'LSTM'
    """

    layer_name: str

    @property
    def name(self) -> str:
        """Name of the operation's class."""
        return self.layer_name

    def step(self, shape: Shape) -> Step:
        """Refuse: only Keras can tell."""
        raise TypeError(f"there is no rule for {self.name}; from_keras asks Keras")


def read_layer(node: Node) -> Layer:
    """Copy the arguments of the layer that a node calls; `Told` when there is no rule for it.

    Examples
    --------
    >>> import keras
    >>> from cnnbook.keras_private import nodes_in_running_order
    >>> x = keras.Input((8, 8, 3))
    >>> model = keras.Model(x, keras.layers.MaxPooling2D(2)(x))
    >>> read_layer(nodes_in_running_order(model)[1])
    MaxPooling2D(pool_size=(2, 2), strides=(2, 2), padding='valid')
    """
    operation = node.operation
    known = _kinds().get(type(operation))
    told = Told(type(operation).__name__)
    if known is None:
        return _read_operator(node) or told
    if getattr(operation, "data_format", "channels_last") != "channels_last":
        return told
    if known is Activation:
        return _read_activation(operation) or told
    if known is Unchanged:
        return Unchanged(type(operation).__name__)
    names = [field.name for field in fields(known) if field.name != "branches"]
    try:
        layer: Layer = known(**{name: getattr(operation, name) for name in names})
    except (TypeError, ValueError):  # Keras takes more than the rule does, as a size of None
        return told
    return layer


@cache
def _kinds() -> dict[type, type[Any]]:
    """Our layer for each class of Keras."""
    from keras import layers

    kinds: dict[type, type[Any]] = {
        getattr(layers, kind.__name__): kind for kind in NAMED_AS_IN_KERAS
    }
    there = (getattr(layers, name) for name in UNCHANGED if hasattr(layers, name))
    return kinds | dict.fromkeys(there, Unchanged)


def _read_activation(keras_layer: Any) -> Layer | None:
    import keras

    name = getattr(keras_layer.activation, "__name__", "")
    try:
        layer = Activation(name)
    except ValueError:
        return None
    return layer if keras_layer.activation is getattr(keras.activations, name) else None


def _read_operator(node: Node) -> Layer | None:
    """Read ``x + y`` as `Add` and ``x + 1`` as a function of each number."""
    name = operator_name(node.operation)
    if name is None:
        return None
    others = [value for value in node.arguments.args if isinstance(value, int | float)]
    tensors = len(node.input_tensors)
    if (tensors, len(others)) == (1, 1):
        return Unchanged(name)
    ranks = {len(tensor.shape) for tensor in node.input_tensors}
    if tensors == 2 and len(ranks) == 1 and name in OPERATORS:
        return OPERATORS[name]()
    return None
