"""Read a Keras model as layers of `cnnbook.shapes`, in the order in which Keras runs them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from cnnbook.shapes import layers
from cnnbook.shapes.layers import Layer

KNOWN = {
    kind.__name__: kind
    for kind in (
        layers.Activation,
        layers.Add,
        layers.AveragePooling2D,
        layers.BatchNormalization,
        layers.Concatenate,
        layers.Conv2D,
        layers.Conv2DTranspose,
        layers.Dense,
        layers.DepthwiseConv2D,
        layers.Dropout,
        layers.Flatten,
        layers.GlobalAveragePooling2D,
        layers.GlobalMaxPooling2D,
        layers.MaxPooling2D,
        layers.Reshape,
        layers.SeparableConv2D,
        layers.UpSampling2D,
        layers.ZeroPadding2D,
    )
}


@dataclass(frozen=True)
class Node:
    """One run of one layer: what it is, where its inputs come from and what its output is called.

    Examples
    --------
    >>> import keras
    >>> model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(4, 3)])
    >>> [node.layer.name for node in nodes(model)]
    ['Conv2D']
    """

    layer: Layer
    keras_layer: Any
    inputs: tuple[str, ...]
    output: str


def nodes(model: Any, source: str = "input") -> Iterator[Node]:
    """Walk over a model; the tensor called `source` is its input, the last node's is its output.

    Examples
    --------
    >>> import keras
    >>> x = keras.Input((8, 8, 4))
    >>> model = keras.Model(x, keras.layers.Add()([x, keras.layers.ReLU()(x)]))
    >>> [len(node.inputs) for node in nodes(model)]
    [1, 2]
    """
    graph = getattr(model, "_functional", model)
    if not hasattr(graph, "_nodes_by_depth"):
        raise TypeError(f"{model.name} is not built, or is neither Sequential nor functional")
    if len(graph.inputs) != 1 or len(graph.outputs) != 1:
        counts = f"{len(graph.inputs)} inputs and {len(graph.outputs)} outputs"
        raise TypeError(f"{model.name} has {counts}; one of each can be explained")
    names = {id(graph.inputs[0]): source}
    # Keras runs its graph in this order itself (keras.src.ops.function.Function).
    for _, level in sorted(graph._nodes_by_depth.items(), reverse=True):
        for node in level:
            if node.is_input:
                continue
            inputs = tuple(names[id(tensor)] for tensor in node.input_tensors)
            output = f"{source}/{len(names)}"
            if hasattr(node.operation, "layers"):
                inner = list(nodes(node.operation, inputs[0]))
                yield from inner
                output = inner[-1].output if inner else inputs[0]
            else:
                yield Node(read_layer(node.operation), node.operation, inputs, output)
            names[id(node.outputs[0])] = output


def read_layer(keras_layer: Any) -> Layer:
    """Copy a Keras layer's arguments to the layer of `cnnbook.shapes.layers` with its name.

    Raises
    ------
    TypeError
        When there is none and the layer has weights or changes the shape.

    Examples
    --------
    >>> import keras
    >>> read_layer(keras.layers.MaxPooling2D(2))
    MaxPooling2D(pool_size=(2, 2), strides=(2, 2), padding='valid')
    """
    if getattr(keras_layer, "data_format", "channels_last") != "channels_last":
        raise TypeError(f"{keras_layer.name} has its channels first; shapes here are (h, w, c)")
    kind = KNOWN.get(type(keras_layer).__name__)
    if kind is layers.Activation:
        return layers.Activation(keras_layer.activation.__name__)
    if kind is layers.Concatenate and keras_layer.axis not in (-1, 3):
        raise TypeError(f"{keras_layer.name} joins axis {keras_layer.axis}, not the channels")
    if kind:
        names = [field.name for field in fields(kind) if field.name != "branches"]
        return kind(**{name: getattr(keras_layer, name) for name in names})
    if _keeps_shape(keras_layer):
        return layers.Unchanged(type(keras_layer).__name__)
    message = f"no rule for {type(keras_layer).__name__} ({keras_layer.name})"
    raise TypeError(f"{message}; there are rules for {', '.join(KNOWN)}")


def _keeps_shape(keras_layer: Any) -> bool:
    shape = keras_layer.input.shape
    return not keras_layer.weights and keras_layer.output.shape == shape
