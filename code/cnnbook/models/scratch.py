"""The assignment's small CNN, trained from scratch."""

from __future__ import annotations

import keras
from keras import layers

from cnnbook.models.augmentation import RandomAffine
from cnnbook.models.building import Seeds, check_sizes, compiled

__all__ = ["baseline_cnn"]


def baseline_cnn(
    classes: int = 5,
    size: int = 150,
    seed: int = 0,
    augmentation: layers.Layer | None = None,
) -> keras.Model:
    """Build the homework's CNN, compiled: (n, size, size, 3) in 0..255 -> (n, classes).

    Three 3x3 convolutions of 32, 64 and 64 channels, each halved by max pooling, then
    Flatten, Dense(128), Dense(classes). Nearly all of its parameters sit between Flatten and
    Dense(128)::

        896 + 18,496 + 36,928 + ((size // 8)**2 * 64 + 1) * 128 + 129 * classes

    Labels are integers (sparse cross-entropy, the same loss as one-hot labels give).

    Parameters
    ----------
    classes : int
    size : int
        Side of the square pictures, at least 8.
    seed : int
        Of the first weights and of the augmentation.
    augmentation : layer, optional
        Default: the homework's, ``RandomAffine()``. It turns cars by 40 degrees, which no photo
        of a parked car does; a milder one learns faster.

    Raises
    ------
    ValueError
        If ``size`` is below 8 or ``classes`` below 2.

    Examples
    --------
    >>> baseline_cnn().count_params()
    2711301
    >>> import numpy as np
    >>> baseline_cnn(size=32).predict(np.zeros((2, 32, 32, 3)), verbose=0).shape
    (2, 5)
    """
    check_sizes(classes, size, smallest=8)
    keras_seed = Seeds(seed)

    def conv(filters: int) -> layers.Layer:
        return layers.Conv2D(
            filters, 3, padding="same", activation="relu", kernel_initializer=keras_seed.glorot()
        )

    model = keras.Sequential(
        [
            keras.Input((size, size, 3)),
            augmentation or RandomAffine(seed=seed, name="augmentation"),
            layers.Rescaling(1 / 255, name="preprocessing"),
            conv(32),
            layers.MaxPooling2D(2),
            conv(64),
            layers.MaxPooling2D(2),
            conv(64),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(128, activation="relu", kernel_initializer=keras_seed.glorot()),
            layers.Dense(classes, activation="softmax", kernel_initializer=keras_seed.glorot()),
        ],
        name="baseline_cnn",
    )
    return compiled(model)
