"""Weights of a network that was never trained."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["fresh_values"]


def fresh_values(variable: Any, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw a weight as in a network that was never trained: kernels as He et al. 2015 do.

    Examples
    --------
    >>> import keras
    >>> layer = keras.layers.BatchNormalization()
    >>> layer.build((None, 2))
    >>> rng = np.random.default_rng(0)
    >>> {weight.name: fresh_values(weight, rng).tolist() for weight in (layer.gamma, layer.beta)}
    {'gamma': [1.0, 1.0], 'beta': [0.0, 0.0]}
    """
    shape = tuple(variable.shape)
    if len(shape) > 1:
        return rng.normal(0, np.sqrt(2 / np.prod(shape[:-1])), shape)
    scales = variable.name.endswith(("gamma", "variance"))
    return np.ones(shape) if scales else np.zeros(shape)
