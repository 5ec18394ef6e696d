"""What other libraries answer to the problems of `cnnbook.practice`, from their numbers alone."""

from typing import Any

import keras
import numpy as np
import scipy.signal
import tensorflow as tf

from cnnbook.practice import Problem

Answer = Any


def convolution(one: Problem) -> Answer:
    image, kernel = (np.array(one.shown[name]) for name in "IK")
    if one.difficulty == 3:
        whole = scipy.signal.correlate2d(image, kernel, "same")
        return int(whole.astype(np.uint8)[one.facts["place"]])  # a cast wraps
    if one.difficulty == 2:
        way = scipy.signal.convolve2d if one.facts["flips"] else scipy.signal.correlate2d
        return way(image, kernel, "valid")
    return scipy.signal.correlate2d(image, kernel, "valid")[one.facts["place"]]


def pointwise(one: Problem) -> Answer:
    if one.difficulty == 1:
        x, w, b = (np.array(one.shown[name], "float32") for name in "xwb")
        return tf.nn.relu(tf.nn.conv2d(x[None, None], w[None, None], 1, "VALID") + b)[0, 0]
    channels = one.facts["channels"]
    if one.difficulty == 2:
        narrow = one.facts["narrow"]
        sizes = ((narrow, 1), (narrow, 3), (channels, 1))
        layers = [keras.layers.Conv2D(filters, kernel) for filters, kernel in sizes]
        return keras.Sequential([keras.Input((8, 8, channels)), *layers]).count_params()
    # The positive root of 9B² + 2CB = 9C²; the largest whole number below it.
    root = max(np.roots([9, 2 * channels, -9 * channels**2]).real)
    return int(np.ceil(root)) - 1


def shapes(one: Problem) -> Answer:
    facts = one.facts
    if one.difficulty == 1:
        layer = keras.layers.Conv2D(
            facts["filters"], facts["kernel"], strides=facts["stride"], padding=facts["padding"]
        )
        return layer.compute_output_shape((1, *facts["image"]))[1:]
    if one.difficulty == 2:
        return zeros(facts["size"], facts["kernel"], facts["stride"])
    return [parameters(0, **facts), parameters(1, **facts) - parameters(0, **facts)]


def zeros(size: int, kernel: int, stride: int) -> list[int]:
    """Read the zeros off TensorFlow: a window of ones counts the cells that are not zero."""
    places = np.arange(1, size + 1, dtype="float64")[None, :, None]
    taps = np.eye(kernel, dtype="float64")[:, None]  # (kernel, 1, kernel): each tap by itself
    seen = tf.nn.conv1d(places, taps, stride, "SAME")[0].numpy()
    return [int((seen[0] == 0).sum()), int((seen[-1] == 0).sum())]


def parameters(hidden: int, image: tuple[int, ...], filters: int, classes: int) -> int:
    """Count Keras' parameters; no layer has 0 units, so two counts are drawn out to it."""
    counts = []
    for units in (2, 3):
        layers = [
            keras.layers.Conv2D(filters, 3, padding="same"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(units),
            keras.layers.Dense(classes),
        ]
        counts.append(keras.Sequential([keras.Input(image), *layers]).count_params())
    return counts[0] + (hidden - 2) * (counts[1] - counts[0])


def gradients(one: Problem) -> Answer:
    x, f = (tf.Variable(np.array(one.shown[name], "float64")) for name in "XF")
    with tf.GradientTape() as tape:
        out = tf.nn.conv2d(x[None, :, :, None], f[:, :, None, None], 1, "VALID")[0, :, :, 0]
        if one.difficulty == 3:
            loss = tf.reduce_mean(tf.nn.relu(out))
        else:
            loss = tf.reduce_sum(out * np.array(one.shown["G"], "float64"))
    return tape.gradient(loss, x if one.facts["wanted"] == "X" else f)


def bridge(one: Problem) -> Answer:
    facts = one.facts
    if "gradients" in facts:
        weight = keras.Variable(float(facts["weight"]))
        optimizer = keras.optimizers.SGD(0.1, momentum=0.9)
        for gradient in facts["gradients"]:
            optimizer.apply([tf.constant(float(gradient))], [weight])
        return float(weight.numpy())
    if "values" in facts:
        layer = keras.layers.BatchNormalization(epsilon=0.0, dtype="float64")
        layer.build((None, 1))
        layer.gamma.assign([facts["gamma"]])
        layer.beta.assign([facts["beta"]])
        return np.array(layer(np.array(facts["values"], "float64")[:, None], training=True)).T
    logits = np.log(np.array([facts["powers"]], "float64"))
    x = np.array(one.shown.get("x", [[1]]), "float64")
    # Weights that give these logits, of which any will do.
    w = tf.Variable(np.linalg.pinv(x) @ logits)
    with tf.GradientTape() as tape:
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits([facts["label"]], x @ w)
    return tape.gradient(loss, w)


ORACLES = {
    function.__name__: function for function in (convolution, pointwise, shapes, gradients, bridge)
}
