"""Which private name of Keras is gone, when a new release took one away."""

from __future__ import annotations

import keras
import pytest
from keras import layers, ops

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


def test_the_parts_of_a_layer():
    block = keras.Sequential([layers.Dense(3, name="a"), keras.Sequential([layers.ReLU(name="b")])])
    assert [layer.name for layer in keras_private.sublayers(block)] == [
        "a",
        block.layers[1].name,
    ]


@pytest.mark.parametrize("squash", [keras.activations.softmax, keras.activations.sigmoid])
def test_a_softmax_remembers_its_logits(squash):
    z = ops.array([[1.0, 2.0]])
    assert keras_private.remembered_logits(squash(z)) is z
    assert keras_private.remembered_logits(z) is None


def test_the_parents_of_an_operation_in_every_graph():
    relu, one, two = layers.ReLU(), layers.Dense(2, name="one"), layers.Dense(2, name="two")
    x = keras.Input((3,))
    relu(one(x)), relu(two(x))
    assert keras_private.graph_parents(relu) == [one, two]
    (root,) = keras_private.graph_parents(one)
    assert isinstance(root, layers.InputLayer)
    y = x + 1.0
    (parent,) = keras_private.graph_parents(y._keras_history.operation)
    assert parent is root


X = keras.Input((3, 4))


@pytest.mark.parametrize(
    ("tensor", "kinds"),
    [
        (ops.softmax(X), keras_private.softmax_operations),
        (ops.log_softmax(X), keras_private.softmax_operations),
        (ops.sigmoid(X), keras_private.sigmoid_operations),
        (ops.log_sigmoid(X), keras_private.sigmoid_operations),
        (ops.cast(X, "float16"), keras_private.moving_operations),
        (ops.expand_dims(X, 1), keras_private.moving_operations),
        (X[:, None], keras_private.moving_operations),
        (ops.moveaxis(X, 1, 2), keras_private.moving_operations),
        (ops.ravel(X), keras_private.moving_operations),
        (ops.reshape(X, (-1, 12)), keras_private.moving_operations),
        (ops.squeeze(X[:, :1], 1), keras_private.moving_operations),
        (ops.swapaxes(X, 1, 2), keras_private.moving_operations),
        (ops.transpose(X, (0, 2, 1)), keras_private.moving_operations),
    ],
)
def test_nodes_of_a_graph_are_told_by_their_class(tensor, kinds):
    assert type(tensor._keras_history.operation) in kinds()


def test_no_other_module_names_what_keras_keeps_private(root):
    package = root / "code" / "cnnbook"
    for path in set(package.rglob("*.py")) - {package / "keras_private.py"}:
        text = path.read_text("utf-8")
        for private in ("keras.src", "._flatten_layers", "._keras_history", "._inbound_nodes"):
            assert private not in text, path
