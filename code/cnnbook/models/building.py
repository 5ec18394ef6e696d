"""What every model here is built with: seeded weights, checked sizes, one way to compile."""

from __future__ import annotations

import keras

__all__ = ["Seeds", "check_sizes", "compiled"]


class Seeds:
    """Hand each layer an initializer of its own, all from one seed.

    Examples
    --------
    >>> seeds = Seeds(2)
    >>> [seeds.glorot().get_config()["seed"] for _ in range(2)]
    [2001, 2002]
    """

    def __init__(self, seed: int) -> None:
        self._next = 1000 * seed

    def glorot(self) -> keras.initializers.Initializer:
        """Return the next initializer."""
        self._next += 1
        return keras.initializers.GlorotUniform(seed=self._next)


def check_sizes(classes: int, size: int, smallest: int) -> None:
    """Refuse fewer than two classes, and pictures too small for a network.

    Raises
    ------
    ValueError
        If one is too small.

    Examples
    --------
    >>> check_sizes(classes=5, size=16, smallest=32)
    Traceback (most recent call last):
    ValueError: size must be at least 32; got 16
    """
    if size < smallest:
        raise ValueError(f"size must be at least {smallest}; got {size}")
    if classes < 2:
        raise ValueError(f"classes must be at least 2; got {classes}")


def compiled(model: keras.Model, learning_rate: float = 1e-3) -> keras.Model:
    """Compile a classifier for integer labels (sparse cross-entropy) with Adam, and return it.

    Examples
    --------
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, "softmax")])
    >>> round(float(compiled(model).optimizer.learning_rate), 6)
    0.001
    """
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate),
        loss=keras.losses.SparseCategoricalCrossentropy(),
        metrics=["accuracy"],
    )
    return model
