"""One step downhill."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnnbook.network.layers import Array, Layer


class SGD:
    """Stochastic gradient descent with momentum, as Keras writes it.

    velocity = momentum velocity - learning_rate gradient;  weight = weight + velocity

    Parameters
    ----------
    learning_rate : float
    momentum : float
        0 is plain gradient descent.

    Examples
    --------
    >>> from cnnbook.network import Dense
    >>> layer = Dense(1, 1, np.random.default_rng(0))
    >>> layer.weights["kernel"][...] = 1
    >>> layer.gradients = {"kernel": np.full((1, 1), 2.0), "bias": np.zeros(1)}
    >>> SGD(learning_rate=0.25).step([layer])
    >>> layer.weights["kernel"].tolist()
    [[0.5]]
    """

    def __init__(self, learning_rate: float = 0.01, momentum: float = 0.0) -> None:
        self.learning_rate, self.momentum = learning_rate, momentum
        self._velocities: dict[tuple[int, str], Array] = {}

    def step(self, layers: Sequence[Layer]) -> None:
        """Change the weights of all layers by the gradients that ``backward`` left there."""
        for position, layer in enumerate(layers):
            for name, weight in layer.weights.items():
                velocity = self._velocities.setdefault((position, name), np.zeros_like(weight))
                velocity *= self.momentum
                velocity -= self.learning_rate * layer.gradients[name]
                weight += velocity
