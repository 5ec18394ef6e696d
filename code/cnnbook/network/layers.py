"""Layers that compute: forward, and beside it the gradient of the same lines.

``forward`` takes a batch and remembers what its gradient will need; ``backward`` takes
dL/d(output), leaves dL/d(weight) in ``gradients`` under the weight's name, and returns dL/d(input).
Batches are (n, h, w, c) or (n, features) in floats; weights begin as float32.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import numpy.typing as npt

from cnnbook.convolution import (
    conv2d,
    conv2d_backward,
    global_average_pool2d,
    global_average_pool2d_backward,
    max_pool2d,
    max_pool2d_backward,
)

Array = npt.NDArray[Any]


class Layer(ABC):
    """A function of a batch whose weights can be trained.

    Attributes
    ----------
    weights, gradients : dict of str to array
        What training changes, and dL/d(weight) of the last ``backward``, under the same names.

    Examples
    --------
    >>> ReLU().weights
    {}
    """

    def __init__(self) -> None:
        self.weights: dict[str, Array] = {}
        self.gradients: dict[str, Array] = {}

    @abstractmethod
    def forward(self, x: Array, training: bool = False) -> Array:
        """Compute the output of a batch; ``training`` matters to batch normalisation alone."""

    @abstractmethod
    def backward(self, g: Array) -> Array:
        """Take dL/d(output) of the batch that ``forward`` saw last, and return dL/d(input)."""


class Conv2D(Layer):
    """Convolution with a bias, stride 1: (n, h, w, c) -> (n, oh, ow, filters).

    The kernel begins as He et al. 2015 draw it: normal, with variance 2 / (inputs of one output).

    Examples
    --------
    >>> layer = Conv2D(3, 8, 3, np.random.default_rng(0))
    >>> layer.forward(np.zeros((2, 32, 32, 3), np.float32)).shape
    (2, 32, 32, 8)
    >>> layer.backward(np.ones((2, 32, 32, 8), np.float32)).shape
    (2, 32, 32, 3)
    >>> layer.gradients["kernel"].shape, layer.gradients["bias"].tolist()[:2]
    ((3, 3, 3, 8), [2048.0, 2048.0])
    """

    def __init__(
        self,
        channels: int,
        filters: int,
        kernel_size: int,
        rng: np.random.Generator,
        padding: str = "same",
    ) -> None:
        super().__init__()
        shape = (kernel_size, kernel_size, channels, filters)
        self.weights = {"kernel": _he_normal(shape, rng), "bias": np.zeros(filters, np.float32)}
        self.padding = padding

    def forward(self, x: Array, training: bool = False) -> Array:
        """Slide the kernel over the batch and add the bias."""
        self.x = x
        return conv2d(x, self.weights["kernel"], padding=self.padding) + self.weights["bias"]

    def backward(self, g: Array) -> Array:
        """dL/db is the sum of g; the rest is chapter 4."""
        dx, dw = conv2d_backward(g, self.x, self.weights["kernel"], padding=self.padding)
        self.gradients = {"kernel": dw, "bias": g.sum(axis=(0, 1, 2))}
        return dx


class Dense(Layer):
    """Every output from every input: x @ kernel + bias, (n, inputs) -> (n, units).

    Examples
    --------
    >>> layer = Dense(64, 5, np.random.default_rng(0))
    >>> layer.forward(np.ones((2, 64), np.float32)).shape
    (2, 5)
    """

    def __init__(self, inputs: int, units: int, rng: np.random.Generator) -> None:
        super().__init__()
        kernel = _he_normal((inputs, units), rng)
        self.weights = {"kernel": kernel, "bias": np.zeros(units, np.float32)}

    def forward(self, x: Array, training: bool = False) -> Array:
        """Multiply and add."""
        self.x = x
        return np.asarray(x @ self.weights["kernel"] + self.weights["bias"])

    def backward(self, g: Array) -> Array:
        """Multiply from the other side, each time by the other factor."""
        self.gradients = {"kernel": self.x.T @ g, "bias": g.sum(axis=0)}
        return np.asarray(g @ self.weights["kernel"].T)


class ReLU(Layer):
    """max(x, 0), whose slope at 0 is taken to be 0, as in Keras.

    Examples
    --------
    >>> layer = ReLU()
    >>> layer.forward(np.array([[-1.0, 0.0, 2.0]])).tolist()
    [[0.0, 0.0, 2.0]]
    >>> layer.backward(np.array([[5.0, 5.0, 5.0]])).tolist()
    [[0.0, 0.0, 5.0]]
    """

    def forward(self, x: Array, training: bool = False) -> Array:
        """Cut off what is negative."""
        self.positive = x > 0
        return np.where(self.positive, x, 0)

    def backward(self, g: Array) -> Array:
        """Let through where the input was positive."""
        return np.where(self.positive, g, 0)


class MaxPooling2D(Layer):
    """Largest number in each 2x2 window: (n, h, w, c) -> (n, h // 2, w // 2, c).

    Examples
    --------
    >>> layer = MaxPooling2D()
    >>> layer.forward(np.arange(4.0).reshape(1, 2, 2, 1)).item()
    3.0
    >>> layer.backward(np.ones((1, 1, 1, 1))).ravel().tolist()
    [0.0, 0.0, 0.0, 1.0]
    """

    def forward(self, x: Array, training: bool = False) -> Array:
        """Take the largest."""
        self.x = x
        return max_pool2d(x)

    def backward(self, g: Array) -> Array:
        """Give all of g to where the largest stood."""
        return max_pool2d_backward(g, self.x)


class GlobalAveragePooling2D(Layer):
    """Mean of each channel: (n, h, w, c) -> (n, c).

    Examples
    --------
    >>> layer = GlobalAveragePooling2D()
    >>> layer.forward(np.full((1, 2, 2, 3), 7.0)).tolist()
    [[7.0, 7.0, 7.0]]
    >>> layer.backward(np.ones((1, 3)))[0, 0, 0].tolist()
    [0.25, 0.25, 0.25]
    """

    def forward(self, x: Array, training: bool = False) -> Array:
        """Average over places."""
        self.x = x
        return global_average_pool2d(x)

    def backward(self, g: Array) -> Array:
        """Share g out evenly."""
        return global_average_pool2d_backward(g, self.x)


class Flatten(Layer):
    """All numbers of an image in one row: (n, h, w, c) -> (n, h w c).

    Examples
    --------
    >>> Flatten().forward(np.zeros((2, 4, 4, 16))).shape
    (2, 256)
    """

    def forward(self, x: Array, training: bool = False) -> Array:
        """Write the axes after the first as one."""
        self.shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, g: Array) -> Array:
        """Write them as they were."""
        return g.reshape(self.shape)


class BatchNormalization(Layer):
    """Each channel shifted and scaled to mean 0 and variance 1 over the batch, then learnt anew.

    In training z = (x - mean) / sqrt(variance + epsilon) with the batch's own mean and variance,
    and the output is gamma z + beta; averages of both are kept for use after training.

    Parameters
    ----------
    channels : int
    momentum : float
        What the kept averages hold on to at each step; Keras' default.

    References
    ----------
    Ioffe and Szegedy, *Batch Normalization: Accelerating Deep Network Training by Reducing Internal
    Covariate Shift*, ICML 2015.

    Examples
    --------
    >>> layer = BatchNormalization(1)
    >>> layer.forward(np.array([[1.0], [3.0]]), training=True).round(2).tolist()
    [[-1.0], [1.0]]
    >>> layer.backward(np.array([[1.0], [1.0]])).tolist()       # what all have in common is lost
    [[0.0], [0.0]]
    """

    def __init__(self, channels: int, momentum: float = 0.99) -> None:
        super().__init__()
        ones, zeros = np.ones(channels, np.float32), np.zeros(channels, np.float32)
        self.weights = {"gamma": ones, "beta": zeros}
        self.mean, self.variance = zeros.copy(), ones.copy()
        self.momentum, self.epsilon = momentum, 1e-3

    def forward(self, x: Array, training: bool = False) -> Array:
        """Normalise by the batch, or after training by the kept averages."""
        mean, variance = self.mean, self.variance
        if training:
            axes = tuple(range(x.ndim - 1))
            mean, variance = x.mean(axis=axes), x.var(axis=axes)
            self.mean = self.momentum * self.mean + (1 - self.momentum) * mean
            self.variance = self.momentum * self.variance + (1 - self.momentum) * variance
        self.deviation = np.sqrt(variance + self.epsilon)
        self.z = (x - mean) / self.deviation
        return np.asarray(self.weights["gamma"] * self.z + self.weights["beta"])

    def backward(self, g: Array) -> Array:
        """Mean and variance depend on x too, which takes two means out of g (in training)."""
        axes = tuple(range(g.ndim - 1))
        self.gradients = {"gamma": (g * self.z).sum(axis=axes), "beta": g.sum(axis=axes)}
        common = g.mean(axis=axes) + self.z * (g * self.z).mean(axis=axes)
        return np.asarray(self.weights["gamma"] / self.deviation * (g - common))


def _he_normal(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    return rng.normal(0, np.sqrt(2 / np.prod(shape[:-1])), shape).astype(np.float32)
