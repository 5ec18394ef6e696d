"""Grad-CAM on one page: TensorFlow, one input, one output; `cnnbook.gradcam` does the rest."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import keras
import tensorflow as tf


@contextlib.contextmanager
def listening(layers: list[Any], heard: Callable[[Any, Any], None]) -> Iterator[None]:
    """While active, ``heard(layer, output)`` is told what each of the layers returns.

    >>> relu = keras.layers.ReLU()
    >>> with listening([relu], lambda layer, output: print(float(output))):
    ...     _ = relu(tf.constant(3.0))
    3.0
    """

    def louder(layer: Any, call: Callable[..., Any]) -> Callable[..., Any]:
        def call_and_tell(*args: Any, **kwargs: Any) -> Any:
            output = call(*args, **kwargs)
            heard(layer, output)
            return output

        return call_and_tell

    for layer in layers:
        layer.__dict__["call"] = louder(layer, layer.call)  # found before the class's own method
    try:
        yield
    finally:
        for layer in layers:
            del layer.__dict__["call"]


def last_feature_map(model: keras.Model, images: Any) -> Any:
    """Return the last layer whose map (h, w) is as large as the last convolution's.

    >>> model = keras.Sequential([keras.layers.Conv2D(4, 3), keras.layers.ReLU(name="relu")])
    >>> last_feature_map(model, tf.ones((1, 8, 8, 3))).name
    'relu'
    """
    maps = []

    def heard(layer: Any, output: Any) -> None:
        if len(output.shape) == 4 and min(output.shape[1:3]) > 1 and not layer._layers:
            maps.append((layer, output.shape[1:3]))

    with listening(model._flatten_layers(include_self=False), heard):
        model(images[:1], training=False)
    *_, size = (size for layer, size in maps if hasattr(layer, "kernel_size"))
    *_, last = (layer for layer, other in maps if other == size)
    return last


def grad_cam(model: keras.Model, images: Any, class_index: int, layer: Any = None) -> Any:
    """Weigh the channels of the feature map by their mean gradients: maps (n, h, w).

    >>> model = keras.Sequential([
    ...     keras.layers.Conv2D(4, 3),
    ...     keras.layers.GlobalAveragePooling2D(),
    ...     keras.layers.Dense(5, activation="softmax"),
    ... ])
    >>> grad_cam(model, tf.ones((2, 8, 8, 3)), class_index=3).shape
    (2, 6, 6)
    """
    feature = []
    with tf.GradientTape(watch_accessed_variables=False) as tape:

        def heard(_: Any, output: Any) -> None:
            tape.watch(output)
            feature.append(output)

        with listening([layer or last_feature_map(model, images)], heard):
            output = model(images, training=False)
        logits = getattr(output, "_keras_logits", output)  # what the softmax was given
        score = logits[:, class_index]
    (a,) = feature
    weights = tf.reduce_mean(tape.gradient(score, a), axis=(1, 2), keepdims=True)
    return tf.nn.relu(tf.reduce_sum(weights * a, axis=-1)).numpy()
