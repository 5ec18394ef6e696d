"""Which private name of Keras is gone, when a new release took one away."""

from __future__ import annotations

import keras
import pytest

from cnnbook import keras_private


@pytest.fixture(scope="module")
def model() -> keras.Model:
    x = keras.Input((4,))
    return keras.Model(x, keras.layers.Dense(3)(x) + 1)


@pytest.mark.parametrize("name", ["operation", "is_input", "input_tensors", "outputs", "arguments"])
def test_nodes_in_running_order(model: keras.Model, name: str) -> None:
    assert hasattr(model, "_nodes_by_depth"), "Functional._nodes_by_depth is gone"
    nodes = keras_private.nodes_in_running_order(model)
    assert all(hasattr(node, name) for node in nodes), f"Node.{name} is gone"
    assert [type(node.operation).__name__ for node in nodes] == ["InputLayer", "Dense", "Add"]


def test_arguments_of_a_node(model: keras.Model) -> None:
    node = keras_private.nodes_in_running_order(model)[-1]
    for name in ("args", "kwargs", "fill_in"):
        assert hasattr(node.arguments, name), f"SymbolicArguments.{name} is gone"
    other = keras.KerasTensor((None, 3))
    (tensor, one), _ = node.arguments.fill_in({id(node.input_tensors[0]): other})
    assert tensor is other
    assert one == 1


def test_functional_graph(model: keras.Model) -> None:
    assert keras_private.functional_graph(model) is model
    sequential = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    assert hasattr(sequential, "_functional"), "Sequential._functional is gone"
    assert keras_private.functional_graph(sequential).count_params() == 15
    assert keras_private.functional_graph(keras.Sequential()) is None
    assert keras_private.functional_graph(keras.layers.Dense(3)) is None


def test_runs_its_graph(model: keras.Model) -> None:
    class Doubled(keras.Model):
        def call(self, x):
            return 2 * super().call(x)

    assert keras_private.runs_its_graph(model)
    assert not keras_private.runs_its_graph(Doubled(model.inputs, model.outputs))


@pytest.mark.parametrize("name", ["add", "subtract", "multiply", "divide", "maximum", "minimum"])
def test_operator_name(name: str) -> None:
    x = keras.Input((4,))
    node = keras_private.nodes_in_running_order(keras.Model(x, getattr(keras.ops, name)(x, x)))[-1]
    told = keras_private.operator_name(node.operation)
    assert told is not None, f"keras.src.ops.numpy has another class for {name}"
    assert told.lower() == name
