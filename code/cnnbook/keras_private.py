"""Everything that the package takes from Keras without Keras promising to keep it.

Keras has no public way to these; each stands here once, with what it is good for, so that a
release which drops one breaks one function and one test that names it.
"""

from typing import Any

import keras
from keras import tree

__all__ = [
    "graph_parents",
    "moving_operations",
    "remembered_logits",
    "sigmoid_operations",
    "softmax_operations",
    "sublayers",
]


def sublayers(layer: keras.Layer) -> list[keras.Layer]:
    """List the layers that a layer holds directly, in the order in which it got them.

    Examples
    --------
    >>> block = keras.Sequential([keras.layers.Dense(3, name="dense"), keras.layers.ReLU(name="r")])
    >>> [layer.name for layer in sublayers(block)]
    ['dense', 'r']
    """
    return list(layer._flatten_layers(include_self=False, recursive=False))


def remembered_logits(probabilities: Any) -> Any:
    """Return what a softmax or sigmoid was given, where Keras hung that on its result, else None.

    ``keras.activations`` do so for the losses, on tensors that take attributes: all but those that
    JAX makes while it traces.

    Examples
    --------
    >>> z = keras.ops.array([[3.0, 4.0]])
    >>> remembered_logits(keras.activations.softmax(z)) is z
    True
    >>> remembered_logits(z) is None
    True
    """
    return getattr(probabilities, "_keras_logits", None)


def graph_parents(operation: Any) -> list[Any]:
    """List the operations whose results an operation takes, in all graphs that it is part of.

    It is empty for an operation that was only ever called on arrays.

    Examples
    --------
    >>> x = keras.Input((3,), name="x")
    >>> dense = keras.layers.Dense(2, name="dense")
    >>> relu = keras.layers.ReLU()
    >>> y = relu(dense(x))
    >>> [parent.name for parent in graph_parents(relu)], graph_parents(keras.layers.ReLU())
    (['dense'], [])
    """
    tensors = [x for node in operation._inbound_nodes for x in tree.flatten(node.input_tensors)]
    parents = [tensor._keras_history.operation for tensor in tensors]
    return list({id(parent): parent for parent in parents}.values())


def softmax_operations() -> tuple[type, ...]:
    """Give the classes of ``keras.ops.softmax`` and its logarithm as nodes of a graph.

    Examples
    --------
    >>> y = keras.ops.softmax(keras.Input((3,)))
    >>> y._keras_history.operation.__class__ in softmax_operations()
    True
    """
    from keras.src.ops import nn

    return nn.Softmax, nn.LogSoftmax


def sigmoid_operations() -> tuple[type, ...]:
    """Give the classes of ``keras.ops.sigmoid`` and its logarithm as nodes of a graph.

    Examples
    --------
    >>> y = keras.ops.sigmoid(keras.Input((3,)))
    >>> y._keras_history.operation.__class__ in sigmoid_operations()
    True
    """
    from keras.src.ops import nn

    return nn.Sigmoid, nn.LogSigmoid


def moving_operations() -> tuple[type, ...]:
    """Give the classes of the graph nodes that move or cast numbers and compute nothing.

    Examples
    --------
    >>> y = keras.ops.expand_dims(keras.Input((3,)), -1)
    >>> y._keras_history.operation.__class__ in moving_operations()
    True
    """
    from keras.src.ops import core, numpy

    return (
        core.Cast,
        numpy.ExpandDims,
        numpy.GetItem,
        numpy.Moveaxis,
        numpy.Ravel,
        numpy.Reshape,
        numpy.Squeeze,
        numpy.Swapaxes,
        numpy.Transpose,
    )
