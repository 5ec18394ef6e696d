"""The small network against Keras: each layer's gradient, and ten steps of training."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from cnnbook import network
from cnnbook.gradients import check_gradient
from cnnbook.network import SGD, Adam, Layer, Sequential, cross_entropy, cross_entropy_backward

RNG = np.random.default_rng(0)
K = keras.layers


def pairs() -> list[tuple[str, Layer, keras.Layer, tuple[int, ...]]]:
    """Return layers of ours beside Keras', and the shape of a batch for both."""
    image = (4, 9, 8, 3)
    return [
        ("same", network.Conv2D(3, 5, 3, RNG), K.Conv2D(5, 3, padding="same"), image),
        ("valid", network.Conv2D(3, 5, 4, RNG, "valid"), K.Conv2D(5, 4), image),
        ("dense", network.Dense(7, 5, RNG), K.Dense(5), (4, 7)),
        ("relu", network.ReLU(), K.ReLU(), image),
        ("pool", network.MaxPooling2D(), K.MaxPooling2D(), image),
        ("mean", network.GlobalAveragePooling2D(), K.GlobalAveragePooling2D(), image),
        ("flat", network.Flatten(), K.Flatten(), image),
        ("norm", network.BatchNormalization(3), K.BatchNormalization(), image),
        ("norm of a row", network.BatchNormalization(7), K.BatchNormalization(), (4, 7)),
    ]


def share_weights(ours: Layer, theirs: keras.Layer) -> None:
    """Draw weights anew, not zeros and ones, and give Keras the same."""
    for weight in ours.weights.values():
        weight[...] = RNG.normal(1, 0.5, weight.shape)
    for variable, weight in zip(theirs.trainable_variables, ours.weights.values(), strict=True):
        variable.assign(weight)


@pytest.mark.parametrize(("name", "ours", "theirs", "shape"), pairs(), ids=lambda x: str(x)[:12])
def test_a_layer_and_its_gradients_are_keras(
    name: str, ours: Layer, theirs: keras.Layer, shape: tuple[int, ...]
) -> None:
    theirs.build(shape)
    share_weights(ours, theirs)
    x = RNG.normal(2, 3, shape).astype(np.float32)
    y = ours.forward(x, training=True)
    g = RNG.normal(size=y.shape).astype(np.float32)
    with tf.GradientTape() as tape:
        tensor = tf.convert_to_tensor(x)
        tape.watch(tensor)
        output = theirs(tensor, training=True)
        loss = tf.reduce_sum(output * g)
    dx, *weights = tape.gradient(loss, [tensor, *theirs.trainable_variables])
    np.testing.assert_allclose(y, output, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(ours.backward(g), dx, rtol=1e-5, atol=1e-5)
    for own, their in zip(ours.gradients.values(), weights, strict=True):
        np.testing.assert_allclose(own, their, rtol=1e-5, atol=1e-4)
    np.testing.assert_allclose(ours.forward(x), theirs(x, training=False), rtol=1e-5, atol=1e-5)


def test_ten_steps_of_training_are_keras() -> None:
    ours = Sequential(
        [
            network.Conv2D(3, 6, 3, RNG),
            network.BatchNormalization(6),
            network.ReLU(),
            network.MaxPooling2D(),
            network.Conv2D(6, 8, 3, RNG),
            network.ReLU(),
            network.GlobalAveragePooling2D(),
            network.Dense(8, 5, RNG),
        ]
    )
    theirs = keras.Sequential(
        [
            keras.Input((16, 16, 3)),
            K.Conv2D(6, 3, padding="same"),
            K.BatchNormalization(),
            K.ReLU(),
            K.MaxPooling2D(),
            K.Conv2D(8, 3, padding="same"),
            K.ReLU(),
            K.GlobalAveragePooling2D(),
            K.Dense(5),
        ]
    )
    theirs.compile(
        keras.optimizers.SGD(0.05, momentum=0.9),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    own = [weight for layer in ours.layers for weight in layer.weights.values()]
    for variable, weight in zip(theirs.trainable_variables, own, strict=True):
        variable.assign(weight)
    optimizer = SGD(0.05, momentum=0.9)
    for _ in range(10):
        x = RNG.normal(size=(12, 16, 16, 3)).astype(np.float32)
        labels = RNG.integers(0, 5, 12)
        loss = ours.train_step(x, labels, optimizer)
        assert loss == pytest.approx(float(theirs.train_on_batch(x, labels)), abs=1e-5)
    for variable, weight in zip(theirs.trainable_variables, own, strict=True):
        np.testing.assert_allclose(weight, variable, atol=1e-5)
    x = RNG.normal(size=(3, 16, 16, 3)).astype(np.float32)
    np.testing.assert_allclose(ours.predict(x), theirs(x, training=False), atol=1e-5)


@pytest.mark.parametrize(
    ("optimizer", "of_keras"),
    [
        (SGD(0.05, 0.9), keras.optimizers.SGD(0.05, momentum=0.9)),
        (Adam(0.01), keras.optimizers.Adam(0.01)),
        (Adam(0.02, 0.8, 0.9, 1e-3), keras.optimizers.Adam(0.02, 0.8, 0.9, 1e-3)),
    ],
)
def test_steps_are_keras_steps(optimizer: SGD | Adam, of_keras: keras.optimizers.Optimizer) -> None:
    layer = network.Dense(7, 3, RNG)
    variables = [keras.Variable(weight, dtype="float64") for weight in layer.weights.values()]
    layer.weights = {name: weight.astype(float) for name, weight in layer.weights.items()}
    for scale in 10.0 ** RNG.uniform(-6, 6, 20):
        layer.gradients = {
            name: RNG.normal(0, scale, weight.shape) for name, weight in layer.weights.items()
        }
        optimizer.step([layer])
        of_keras.apply(list(map(keras.ops.convert_to_tensor, layer.gradients.values())), variables)
    for variable, weight in zip(variables, layer.weights.values(), strict=True):
        np.testing.assert_allclose(weight, variable, rtol=1e-6, atol=1e-6)


def test_cross_entropy_and_its_gradient_are_keras_even_where_exp_overflows() -> None:
    logits = RNG.normal(0, 200, (50, 5))
    labels = RNG.integers(0, 5, 50)
    tensor = tf.Variable(logits)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, tensor))
    assert cross_entropy(logits, labels) == pytest.approx(float(loss))
    gradient = cross_entropy_backward(logits, labels)
    np.testing.assert_allclose(gradient, tape.gradient(loss, tensor), atol=1e-12)


def test_a_whole_network_passes_finite_differences() -> None:
    layers = [
        network.Conv2D(1, 2, 3, RNG),
        network.BatchNormalization(2),
        network.ReLU(),
        network.Flatten(),
        network.Dense(32, 3, RNG),
    ]
    for layer in layers:
        layer.weights = {name: weight.astype(float) for name, weight in layer.weights.items()}
    whole = Sequential(layers)
    labels = np.array([0, 2, 1])

    def loss_and_gradient(x: np.ndarray) -> tuple[float, np.ndarray]:
        logits = whole.forward(x, training=True)
        return cross_entropy(logits, labels), whole.backward(cross_entropy_backward(logits, labels))

    assert check_gradient(loss_and_gradient, RNG.normal(size=(3, 4, 4, 1)))


@pytest.mark.parametrize(
    ("logits", "labels", "message"),
    [
        ([[0.0, 1.0]], [2], r"labels must be in 0\.\.1, got 2\.\.2"),
        ([[0.0, 1.0]], [-1], r"labels must be in 0\.\.1"),
        ([[0.0, 1.0]], [0, 1], r"shapes \(1, 2\) and \(2,\)"),
        ([0.0, 1.0], [0, 1], r"logits must be \(n, classes\)"),
        ([[0.0, 1.0]], [0.0], "whole numbers"),
    ],
)
def test_labels_that_fit_no_class_are_refused(logits, labels, message) -> None:
    with pytest.raises(ValueError, match=message):
        cross_entropy(logits, labels)


def test_a_rate_that_is_too_high_is_said() -> None:
    line = Sequential([network.Dense(1, 2, RNG)])
    with (
        np.errstate(all="ignore"),
        pytest.raises(ValueError, match="lower the learning rate"),
    ):
        list(line.fit([[1.0], [-1.0]], [0, 0], SGD(1e39), epochs=5))


def test_inputs_and_labels_must_pair() -> None:
    with pytest.raises(ValueError, match="2 inputs but 1 labels"):
        list(Sequential([]).fit(np.zeros((2, 3)), [0], SGD()))
