"""What a run is measured by, as ``metrics.json`` holds it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from cnnbook.photos import Photos, Split
from cnnbook.training.evaluation import Evaluation
from cnnbook.training.temperature import log_loss

__all__ = ["balanced_accuracy", "data_digest", "metrics_of", "predictions_of", "weights_digest"]

_DIGITS = 12  # of SHA-256 in hexadecimal: enough to tell a person's runs apart


def balanced_accuracy(confusion: NDArray[np.int64]) -> float:
    """Return the mean recall of the classes that were tested: (classes, classes) -> number.

    Always saying one class gets 1 / classes, however frequent it is.

    Examples
    --------
    >>> balanced_accuracy(np.array([[8, 0], [2, 0]]))
    0.5
    """
    tested = confusion.sum(axis=1)
    return float((np.diag(confusion)[tested > 0] / tested[tested > 0]).mean())


def metrics_of(
    model: keras.Model,
    history: Mapping[str, Sequence[float]],
    photos: Photos,
    parts: Split,
    before: Evaluation,
    after: Evaluation,
    temperature: float,
) -> dict[str, Any]:
    """Gather the numbers of a run: of its test set before and after calibration, and of its photos.

    ``model`` is the calibrated one that is shipped.

    Examples
    --------
    >>> from cnnbook.training.evaluation import evaluated
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, "softmax")])
    >>> tested = evaluated(np.array([0, 1]), np.array([[0.9, 0.1], [0.4, 0.6]]))
    >>> from pathlib import Path
    >>> nothing = Photos(Path("photos"), ("a", "b"), ())
    >>> parts = Split(*[np.zeros(0, np.int64)] * 3)
    >>> found = metrics_of(model, {"loss": [1.0]}, nothing, parts, tested, tested, 1.0)
    >>> found["test_accuracy"], found["balanced_accuracy"], found["epochs"]
    (1.0, 1.0, 1)
    """
    counts = np.bincount(after.labels)
    classes = len(photos.class_names)
    return {
        "run_id": weights_digest(model),
        "data_digest": data_digest(photos, parts),
        "photos": dict(zip(Split._fields, map(len, parts), strict=True)),
        "class_counts": {
            name: np.bincount(photos.labels[part], minlength=classes).tolist() if len(part) else []
            for name, part in zip(Split._fields, parts, strict=True)
        },
        "epochs": len(history["loss"]),
        "parameters": model.count_params(),
        "test_accuracy": after.accuracy,
        "majority_share": float(counts.max() / counts.sum()),
        "balanced_accuracy": balanced_accuracy(after.confusion),
        "temperature": temperature,
        "log_loss": log_loss(after.labels, after.probabilities),
        "calibration_error": after.calibration_error,
        "calibration": after.calibration,
        "uncalibrated": {
            "log_loss": log_loss(before.labels, before.probabilities),
            "calibration_error": before.calibration_error,
            "calibration": before.calibration,
        },
        "confusion": after.confusion.tolist(),
        "class_names": list(photos.class_names),
    }


def predictions_of(
    photos: Photos, part: NDArray[np.int64], probabilities: NDArray[np.floating[Any]]
) -> list[dict[str, Any]]:
    """List what the model says of each photo of a part, by its path in the folder of photos.

    Examples
    --------
    >>> from pathlib import Path
    >>> nothing = Photos(Path("photos"), ("a", "b"), ())
    >>> predictions_of(nothing, np.zeros(0, np.int64), np.ones((0, 2)))
    []
    """
    return [
        {
            "path": photos.records[position].path.relative_to(photos.folder).as_posix(),
            "class": photos.class_names[photos.labels[position]],
            "probabilities": [float(value) for value in row],
        }
        for position, row in zip(part, probabilities, strict=True)
    ]


def weights_digest(model: keras.Model) -> str:
    """Name a model by its weights: who trains the same again, gets the same name.

    Examples
    --------
    >>> zeros = [keras.Input((2,)), keras.layers.Dense(2, kernel_initializer="zeros")]
    >>> weights_digest(keras.Sequential(zeros)) == weights_digest(keras.Sequential(zeros))
    True
    """
    digest = hashlib.sha256()
    for weight in model.get_weights():
        digest.update(np.ascontiguousarray(weight).tobytes())
    return digest.hexdigest()[:_DIGITS]


def data_digest(photos: Photos, parts: Split) -> str:
    """Name photos and their split by the files' contents, classes and parts, wherever they lie.

    Examples
    --------
    >>> from pathlib import Path
    >>> nothing = Split(*[np.zeros(0, np.int64)] * 3)
    >>> data_digest(Photos(Path("here"), ("a",), ()), nothing)
    'e3b0c44298fc'
    """
    lines = sorted(
        f"{photo.sha256} {part} {photos.class_names[label]}\n"
        for photo, label, part in zip(photos.records, photos.labels, parts.names(), strict=True)
    )
    digest = hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:_DIGITS]
