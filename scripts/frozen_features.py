"""Train a head on what a frozen body says of the pictures, which is worked out only once.

A frozen body says the same of the same picture in every epoch, and nearly all of the time is the
body's. With augmentation no picture comes twice; here each has a number of augmented versions,
met in turn, an epoch each. Whoever quotes such a run says how many.
"""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from numpy.typing import NDArray

from cnnbook import models, training
from cnnbook.models.building import compiled

PIECE = 100  # pictures that pass the body at a time

Features = NDArray[np.float32]  # (n, h, w, c)


def features_of(model: keras.Model, images: NDArray[np.uint8], augmented: bool) -> Features:
    """Return what the body says of pictures, changed at random or not, (n, h, w, c)."""
    body = keras.Model(model.input, _head_layers(model)[0].input)
    pieces = [images[start : start + PIECE] for start in range(0, len(images), PIECE)]
    return np.concatenate([np.asarray(body(piece, training=augmented)) for piece in pieces])


def head_of(model: keras.Model) -> keras.Model:
    """Return the layers after the body as a model of its own, compiled; it shares their weights."""
    inputs = x = keras.Input(models.backbone_of(model).output_shape[1:])
    for layer in _head_layers(model):
        x = layer(x)
    return compiled(keras.Model(inputs, x))


def in_turn(
    versions: Sequence[Features], labels: NDArray[np.int64], batch_size: int, seed: int
) -> training.Batches:
    """Return batches of one version of every picture, the next version in the next epoch."""
    batches = training.Batches(
        lambda chosen: versions[batches.epoch % len(versions)][chosen], labels, batch_size, seed
    )
    return batches


def _head_layers(model: keras.Model) -> list[keras.layers.Layer]:
    return model.layers[model.layers.index(models.backbone_of(model)) + 1 :]
