"""The private names of Keras that the package leans on: each is still there and means the same."""

import keras
import pytest
from keras import layers, ops

from cnnbook import keras_private


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
    for room in ("gradcam", "faithfulness"):
        for path in (root / "code" / "cnnbook" / room).rglob("*.py"):
            text = path.read_text("utf-8")
            for private in ("keras.src", "._flatten_layers", "._keras_history", "._inbound_nodes"):
                assert private not in text, path
