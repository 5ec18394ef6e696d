"""What a trained model does on pictures that it has not seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnbook.training.batches import Arrays, Batches, batches_of

__all__ = [
    "Evaluation",
    "calibration",
    "calibration_error",
    "class_probabilities",
    "confusion_matrix",
    "evaluate",
    "evaluated",
]

_ROUNDING = 1e-2  # of bfloat16, summed over the classes


class Evaluation(NamedTuple):
    """What a model does on pictures that it has not seen.

    Attributes
    ----------
    labels, probabilities : (n,) and (n, classes)
    accuracy : float
    confusion : (classes, classes)
        Rows are true classes, columns predicted ones.
    calibration : list of dict
        See :func:`calibration`.
    calibration_error : float
        Mean distance of confidence and accuracy, weighted by the pictures in each bin.

    Examples
    --------
    >>> Evaluation._fields[2]
    'accuracy'
    """

    labels: NDArray[np.int64]
    probabilities: NDArray[np.floating[Any]]
    accuracy: float
    confusion: NDArray[np.int64]
    calibration: list[dict[str, float]]
    calibration_error: float


def evaluate(model: keras.Model, data: Arrays | Batches, batch_size: int = 32) -> Evaluation:
    """Predict (n, h, w, c) pictures and compare with their labels.

    A single sigmoid unit counts as two classes, as in :func:`class_probabilities`.

    Raises
    ------
    ValueError
        If the model does not answer with probabilities, or a label is none of its classes.

    Examples
    --------
    >>> from cnnbook.cars import draw
    >>> from cnnbook.models import baseline_cnn
    >>> data = draw(10, seed=1, size=32)
    >>> result = evaluate(baseline_cnn(size=32), (data.images, data.labels))
    >>> int(result.confusion.sum()), result.probabilities.shape
    (10, (10, 5))
    """
    batches = batches_of(data, batch_size, None, "test")
    batches = Batches(batches.read, batches.labels, batches.batch_size, None, batches.workers)
    return evaluated(batches.labels, model.predict(batches, verbose=0))


def evaluated(labels: NDArray[np.int64], outputs: ArrayLike) -> Evaluation:
    """Compare what a model has said with the truth: (n,), (n, classes) -> Evaluation.

    Raises
    ------
    ValueError
        As `evaluate`.

    Examples
    --------
    >>> evaluated(np.array([0, 1]), [[0.75, 0.25], [0.5, 0.5]]).accuracy
    0.5
    """
    probabilities = class_probabilities(outputs)
    classes = probabilities.shape[1]
    if labels.max() >= classes:
        raise ValueError(f"label {labels.max()} is none of the model's {classes} classes")
    predicted = probabilities.argmax(axis=1)
    bins = calibration(labels, probabilities)
    return Evaluation(
        labels,
        probabilities,
        float((predicted == labels).mean()),
        confusion_matrix(labels, predicted, classes),
        bins,
        calibration_error(bins),
    )


def calibration_error(bins: Sequence[Mapping[str, float]]) -> float:
    """Return the mean distance of confidence and accuracy, weighted by the pictures of each bin.

    Examples
    --------
    >>> calibration_error(calibration([0, 1], [[0.9375, 0.0625], [1.0, 0.0]]))
    0.46875
    """
    total = sum(b["count"] for b in bins)
    return sum(b["count"] * abs(b["confidence"] - b["accuracy"]) for b in bins) / total


def class_probabilities(outputs: ArrayLike) -> NDArray[np.floating[Any]]:
    """Return a model's outputs as a distribution over its classes: (n, classes) -> (n, classes).

    One sigmoid unit (n, 1) that says p becomes (1 - p, p): (n, 2).

    Raises
    ------
    ValueError
        If they are no probabilities: another shape, not numbers, outside of 0..1 (logits), or
        with a sum other than 1 (one sigmoid a class).

    Examples
    --------
    >>> class_probabilities([[0.25], [1.0]]).tolist()
    [[0.75, 0.25], [0.0, 1.0]]
    >>> class_probabilities([[2.0, -1.0]])
    Traceback (most recent call last):
    ValueError: the model answers with logits (-1 to 2); end it in keras.layers.Softmax()
    """
    answers = np.asarray(outputs)
    if answers.dtype != np.float64:
        answers = answers.astype(np.float32)
    if answers.ndim != 2 or answers.size == 0:
        raise ValueError(f"a classifier answers (n, classes); this one {answers.shape}")
    if not np.isfinite(answers).all():
        raise ValueError("the model answers nan or inf; its weights are lost")
    low, high = answers.min(), answers.max()
    if low < 0 or high > 1 + _ROUNDING:
        ending = "a sigmoid" if answers.shape[1] == 1 else "keras.layers.Softmax()"
        raise ValueError(
            f"the model answers with logits ({low:.4g} to {high:.4g}); end it in {ending}"
        )
    if answers.shape[1] == 1:
        return np.hstack([1 - answers, answers])
    sums = answers.sum(axis=1)
    if np.any(np.abs(sums - 1) > _ROUNDING):
        raise ValueError(
            f"the model's answers for one picture sum to {sums[np.abs(sums - 1).argmax()]:.4g}, "
            "not to 1; end it in keras.layers.Softmax()"
        )
    return answers


def confusion_matrix(labels: ArrayLike, predicted: ArrayLike, classes: int) -> NDArray[np.int64]:
    """Count pairs: (n,), (n,) -> (classes, classes), rows true, columns predicted.

    Examples
    --------
    >>> confusion_matrix([0, 0, 1], [0, 1, 1], classes=2)
    array([[1, 1],
           [0, 1]])
    """
    matrix = np.zeros((classes, classes), np.int64)
    np.add.at(matrix, (np.asarray(labels), np.asarray(predicted)), 1)
    return matrix


def calibration(
    labels: ArrayLike, probabilities: ArrayLike, bins: int = 10
) -> list[dict[str, float]]:
    """Compare confidence with accuracy: (n,), (n, classes) -> one row for each filled bin.

    A calibrated model that says "80 %" is right in 80 % of those cases.

    Raises
    ------
    ValueError
        If these are no probabilities (:func:`class_probabilities`).

    References
    ----------
    Guo et al., *On Calibration of Modern Neural Networks*, ICML 2017.

    Examples
    --------
    >>> (row,) = calibration([0, 1], [[0.9375, 0.0625], [1.0, 0.0]])
    >>> row
    {'from': 0.9, 'to': 1.0, 'count': 2, 'confidence': 0.96875, 'accuracy': 0.5}
    """
    distribution = class_probabilities(probabilities)
    confidence = distribution.max(axis=1).astype(float)
    right = distribution.argmax(axis=1) == np.asarray(labels)
    bin_of = np.minimum((confidence * bins).astype(int), bins - 1)
    return [
        {
            "from": b / bins,
            "to": (b + 1) / bins,
            "count": int((bin_of == b).sum()),
            "confidence": float(confidence[bin_of == b].mean()),
            "accuracy": float(right[bin_of == b].mean()),
        }
        for b in range(bins)
        if (bin_of == b).any()
    ]
