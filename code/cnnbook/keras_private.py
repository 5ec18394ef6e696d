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
