"""Grad-CAM on one page: TensorFlow, one input, one output; `cnnbook.gradcam` does the rest."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import keras
import tensorflow as tf


@contextlib.contextmanager
def listening(layer: keras.Layer, heard: Callable[[Any], None]) -> Iterator[None]:
    """While active, ``heard(output)`` is told what a layer returns.

    >>> relu = keras.layers.ReLU()
    >>> with listening(relu, lambda output: print(float(output))):
    ...     _ = relu(tf.constant(3.0))
    3.0
    """
    call = layer.call

    def call_and_tell(*args: Any, **kwargs: Any) -> Any:
        output = call(*args, **kwargs)
        heard(output)
        return output

    layer.__dict__["call"] = call_and_tell  # found before the class's own method
    try:
        yield
    finally:
        del layer.__dict__["call"]


def grad_cam(model: keras.Model, images: Any, class_index: int, layer: keras.Layer) -> Any:
    """Weigh the channels of a layer's feature map by their mean gradients: maps (n, h, w).

    >>> model = keras.Sequential([
    ...     keras.layers.Conv2D(4, 3, name="conv"),
    ...     keras.layers.GlobalAveragePooling2D(),
    ...     keras.layers.Dense(5, activation="softmax"),
    ... ])
    >>> grad_cam(model, tf.ones((2, 8, 8, 3)), class_index=3, layer=model.layers[0]).shape
    (2, 6, 6)
    """
    feature = []
    with tf.GradientTape(watch_accessed_variables=False) as tape:

        def heard(output: Any) -> None:
            tape.watch(output)
            feature.append(output)

        with listening(layer, heard):
            output = model(images, training=False)
        logits = getattr(output, "_keras_logits", output)  # what the softmax was given
        score = logits[:, class_index]
    (a,) = feature
    weights = tf.reduce_mean(tape.gradient(score, a), axis=(1, 2), keepdims=True)
    return tf.nn.relu(tf.reduce_sum(weights * a, axis=-1)).numpy()
