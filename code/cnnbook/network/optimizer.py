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


class Adam:
    """Steps of about one size whatever the gradient's (Kingma and Ba 2015), as Keras writes them.

    mean += (1 - beta_1) (gradient - mean);  square += (1 - beta_2) (gradient^2 - square)
    weight -= learning_rate start mean / (sqrt(square) + epsilon)

    in which start = sqrt(1 - beta_2^t) / (1 - beta_1^t) makes up, in step t, for both having begun
    at zero.

    Parameters
    ----------
    learning_rate : float
    beta_1, beta_2 : float
        The share of the running mean, and of the running square, that stays at each step.
    epsilon : float
        Keeps a weight without a gradient where it is.

    Examples
    --------
    Gradients of 200 and of 0.002 move their weights equally far.

    >>> from cnnbook.network import Dense
    >>> layer = Dense(2, 1, np.random.default_rng(0))
    >>> layer.weights["kernel"][...] = 1
    >>> layer.gradients = {"kernel": np.array([[200.0], [0.002]]), "bias": np.zeros(1)}
    >>> Adam(learning_rate=0.25).step([layer])
    >>> layer.weights["kernel"].round(2).ravel().tolist()
    [0.75, 0.75]
    """

    def __init__(
        self,
        learning_rate: float = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
    ) -> None:
        self.learning_rate, self.epsilon = learning_rate, epsilon
        self.beta_1, self.beta_2 = beta_1, beta_2
        self._moments: dict[tuple[int, str], tuple[Array, Array]] = {}
        self._steps = 0

    def step(self, layers: Sequence[Layer]) -> None:
        """Change the weights of all layers by the gradients that ``backward`` left there."""
        self._steps += 1
        start = (1 - self.beta_2**self._steps) ** 0.5 / (1 - self.beta_1**self._steps)
        for position, layer in enumerate(layers):
            for name, weight in layer.weights.items():
                key, gradient = (position, name), layer.gradients[name]
                if key not in self._moments:
                    self._moments[key] = np.zeros_like(weight), np.zeros_like(weight)
                mean, square = self._moments[key]
                mean += (1 - self.beta_1) * (gradient - mean)
                square += (1 - self.beta_2) * (gradient**2 - square)
                weight -= self.learning_rate * start * mean / (np.sqrt(square) + self.epsilon)
