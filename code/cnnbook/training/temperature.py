"""One number that makes a classifier as sure as it is right: the temperature of its softmax."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnbook.training.evaluation import class_probabilities

__all__ = ["fit_temperature", "log_loss", "tempered"]

_TINY = np.finfo(np.float32).tiny  # a softmax in float32 may round a probability to 0
_BOUNDS = (math.log(1 / 20), math.log(20))


def tempered(probabilities: ArrayLike, temperature: float) -> NDArray[np.float64]:
    """Divide the logits behind probabilities by a temperature: (n, classes) -> (n, classes).

    softmax(z / T) is softmax(log(p) / T), because log(p) is z less one number a picture. The
    likeliest class stays; above 1 the answers become less sure, below 1 surer.

    Raises
    ------
    ValueError
        If the temperature is not above 0, or these are no probabilities.

    References
    ----------
    Guo et al., *On Calibration of Modern Neural Networks*, ICML 2017.

    Examples
    --------
    >>> tempered([[0.9, 0.1]], 2.0).round(2).tolist()
    [[0.75, 0.25]]
    """
    if not 0 < temperature < math.inf:
        raise ValueError(f"a temperature must be above 0; got {temperature}")
    logits = _log(probabilities) / temperature
    scaled = np.exp(logits - logits.max(axis=1, keepdims=True))
    divided: NDArray[np.float64] = scaled / scaled.sum(axis=1, keepdims=True)
    return divided


def log_loss(labels: ArrayLike, probabilities: ArrayLike) -> float:
    """Return the mean of -log p of the true class, in nats: (n,), (n, classes) -> number.

    Raises
    ------
    ValueError
        If these are no probabilities.

    Examples
    --------
    >>> round(log_loss([0, 1], [[0.5, 0.5], [0.75, 0.25]]), 4)  # log(2) and log(4)
    1.0397
    """
    own = _log(probabilities)[np.arange(len(np.asarray(labels))), np.asarray(labels)]
    return float(-own.mean())


def fit_temperature(labels: ArrayLike, probabilities: ArrayLike) -> float:
    """Find the temperature, 1/20 to 20, of the least `log_loss`: (n,), (n, classes) -> number.

    Give pictures on which the model was not trained. Where it is right on all of them the loss
    falls for ever as the temperature goes to 0; nothing can be learnt there, and 1 is returned.

    Raises
    ------
    ValueError
        If these are no probabilities.

    References
    ----------
    Guo et al., *On Calibration of Modern Neural Networks*, ICML 2017, section 4.2.

    Examples
    --------
    >>> sure = [[0.9, 0.1]] * 4   # and right in three of four: 0.75 would be honest
    >>> round(fit_temperature([0, 0, 0, 1], sure), 3)
    2.0
    """
    from scipy.optimize import minimize_scalar

    distribution = class_probabilities(probabilities)
    if (distribution.argmax(axis=1) == np.asarray(labels)).all():
        return 1.0

    def loss(log_temperature: float) -> float:
        return log_loss(labels, tempered(distribution, math.exp(log_temperature)))

    found: Any = minimize_scalar(loss, bounds=_BOUNDS, method="bounded", options={"xatol": 1e-6})
    return math.exp(found.x)


def _log(probabilities: ArrayLike) -> NDArray[np.float64]:
    distribution = class_probabilities(probabilities).astype(np.float64)
    return np.log(np.maximum(distribution, _TINY))
