"""The raw scores that a map explains."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnbook.gradcam._arrays import count, pictures_as_tensors, sliced, to_numpy
from cnnbook.gradcam._explaining import BATCH_SIZE
from cnnbook.gradcam._target import settle, warn_of_probabilities

__all__ = ["logits"]


def logits(model: Any, images: Any, *, output: str | int | None = None) -> NDArray[np.float32]:
    """Return the scores before softmax or sigmoid: (n, h, w, c) -> (n, classes).

    They are what `grad_cam` explains, of the model as it is, without a layer taken off. One sigmoid
    unit gives its negative and itself, for classes 0 and 1.

    Parameters
    ----------
    model, images, output
        As in `grad_cam`.

    Raises
    ------
    ValueError
        As `grad_cam`, for a model that it does not explain.

    Examples
    --------
    >>> import keras
    >>> model = keras.Sequential([
    ...     keras.Input((4, 4, 1)), keras.layers.Conv2D(2, 3), keras.layers.Flatten(),
    ...     keras.layers.Dense(3, activation="softmax"),
    ... ])
    >>> z = logits(model, np.ones((2, 4, 4, 1)))
    >>> p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    >>> np.allclose(p, model.predict(np.ones((2, 4, 4, 1)), verbose=0), atol=1e-6)
    True
    """
    inputs = pictures_as_tensors(model, images)
    target = settle(model, sliced(inputs, slice(1)), output=output)
    warn_of_probabilities(target)
    parts = range(0, count(inputs), BATCH_SIZE)
    scores = [target.run(sliced(inputs, slice(i, i + BATCH_SIZE)), 0.0)[1] for i in parts]
    return np.concatenate([to_numpy(each) for each in scores])
