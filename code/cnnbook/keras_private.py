"""Every private name of Keras that this package uses, each behind one small function.

A release of Keras may rename them without notice; `tests/test_keras_private.py` says which is gone.
This package was tried with Keras 3.15.
"""

from __future__ import annotations

from typing import Any, Protocol


class Node(Protocol):
    """One call of one operation within a functional model (keras.src.ops.node.Node).

    Attributes
    ----------
    operation : keras.Operation
        A layer, a model, or an operator as that of ``x + y``.
    is_input : bool
        Whether it is a `keras.Input`.
    input_tensors, outputs : list of KerasTensor
        All of them, flat.
    arguments : object
        ``args``, ``kwargs`` as called, and ``fill_in(tensors by id)``, both with other tensors.

    Examples
    --------
    >>> import keras
    >>> x = keras.Input((8,))
    >>> nodes = nodes_in_running_order(keras.Model(x, keras.layers.Dense(4)(x)))
    >>> [(node.is_input, len(node.input_tensors)) for node in nodes]
    [(True, 0), (False, 1)]
    """

    operation: Any
    is_input: bool
    input_tensors: list[Any]
    outputs: list[Any]
    arguments: Any


def functional_graph(model: Any) -> Any | None:
    """Return the functional model that a functional or sequential model runs, if it has one.

    Examples
    --------
    >>> import keras
    >>> model = keras.Sequential([keras.layers.Dense(4)])
    >>> functional_graph(model) is None
    True
    >>> model.build((None, 8))
    >>> functional_graph(model).count_params()
    36
    """
    import keras
    from keras.src.models.functional import Functional

    if isinstance(model, keras.Sequential):
        return model._functional
    return model if isinstance(model, Functional) else None


def runs_its_graph(model: Any) -> bool:
    """Tell whether calling a functional or sequential model is Keras' own `call`, not a user's.

    Examples
    --------
    >>> import keras
    >>> class Doubled(keras.Sequential):
    ...     def call(self, x):
    ...         return 2 * super().call(x)
    >>> runs_its_graph(keras.Sequential()), runs_its_graph(Doubled())
    (True, False)
    """
    import keras
    from keras.src.models.functional import Functional

    return type(model).call in (keras.Sequential.call, Functional.call)


def nodes_in_running_order(graph: Any) -> list[Node]:
    """List the nodes of a functional model in the order in which Keras runs them.

    Source: ``keras.src.ops.function.Function``, which goes down the depths itself.

    Examples
    --------
    >>> import keras
    >>> x = keras.Input((8,))
    >>> nodes = nodes_in_running_order(keras.Model(x, x + x))
    >>> [type(node.operation).__name__ for node in nodes]
    ['InputLayer', 'Add']
    """
    by_depth = sorted(graph._nodes_by_depth.items(), reverse=True)
    return [node for _, level in by_depth for node in level]


def operator_name(operation: Any) -> str | None:
    """Name the operator of two tensors that an operation is, as "Add" for ``x + y``, or none.

    Examples
    --------
    >>> import keras
    >>> x = keras.Input((8,))
    >>> [operator_name(n.operation) for n in nodes_in_running_order(keras.Model(x, x - 1))]
    [None, 'Subtract']
    """
    from keras.src.ops import numpy as operators

    names = ("Add", "Subtract", "Multiply", "Divide", "TrueDivide", "Maximum", "Minimum")
    return next((name for name in names if type(operation) is getattr(operators, name)), None)


def sublayers(layer: Any) -> list[Any]:
    """List the layers that a layer holds directly, in the order in which it got them.

    Examples
    --------
    >>> import keras
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
    >>> import keras
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
    >>> import keras
    >>> x = keras.Input((3,), name="x")
    >>> dense = keras.layers.Dense(2, name="dense")
    >>> relu = keras.layers.ReLU()
    >>> y = relu(dense(x))
    >>> [parent.name for parent in graph_parents(relu)], graph_parents(keras.layers.ReLU())
    (['dense'], [])
    """
    from keras import tree

    tensors = [x for node in operation._inbound_nodes for x in tree.flatten(node.input_tensors)]
    parents = [tensor._keras_history.operation for tensor in tensors]
    return list({id(parent): parent for parent in parents}.values())


def softmax_operations() -> tuple[type, ...]:
    """Give the classes of ``keras.ops.softmax`` and its logarithm as nodes of a graph.

    Examples
    --------
    >>> import keras
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
    >>> import keras
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
    >>> import keras
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
