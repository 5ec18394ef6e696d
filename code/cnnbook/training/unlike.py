"""A score for pictures unlike those of the training, for which no probability means anything."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnbook.files import printable, write_atomically
from cnnbook.intervals import share

__all__ = [
    "FALSE_ALARMS",
    "Familiar",
    "chosen_to_remember",
    "likeness",
    "read_familiar",
    "threshold",
    "told_of",
    "with_features",
    "write_familiar",
]

FALSE_ALARMS = 0.05  # the share of pictures like the training's that may be called unlike
_REMEMBERED = 2000  # photos; of more, so many are drawn
_AT_ONCE = 1000  # pictures compared with these: 16 MB, however many there are


class Familiar(NamedTuple):
    """What the training looked like to the model, and where the unlike begins.

    Attributes
    ----------
    features : (n, channels)
        Of photos of the training.
    below : float, optional
        The `likeness` below which a picture is unlike them; None if too few photos could tell.

    Examples
    --------
    >>> Familiar(np.eye(2), 0.9).below
    0.9
    """

    features: NDArray[np.floating[Any]]
    below: float | None


def with_features(model: keras.Model) -> keras.Model:
    """Let a chain of layers also tell its features: (n, h, w, 3) -> [(n, classes), (n, channels)].

    They are the means of the channels of its last feature map.

    Examples
    --------
    >>> from cnnbook.models import baseline_cnn
    >>> [output.shape for output in with_features(baseline_cnn(size=8)).outputs]
    [(None, 5), (None, 64)]
    """
    x = inputs = keras.Input(model.input_shape[1:])
    maps = x
    for layer in model.layers:
        if not isinstance(layer, keras.layers.InputLayer):
            x = layer(x)
            maps = x if len(x.shape) == 4 else maps
    # A model that was read from a file brings the names that Keras would count up here again.
    means = keras.layers.GlobalAveragePooling2D(name="means_of_the_last_maps")
    return keras.Model(inputs, [x, means(maps)])


def told_of(familiar: Familiar, scores: ArrayLike) -> dict[str, Any]:
    """Tell of a threshold what it does on the (n,) scores of new photos, with their interval.

    Examples
    --------
    >>> told_of(Familiar(np.eye(2), 0.9), [0.8, 0.95])["false_alarms"]["on_test"]
    0.5
    """
    found: dict[str, Any] = {"promised": FALSE_ALARMS}
    if familiar.below is not None:
        value, low, high = share(np.asarray(scores) < familiar.below)
        found |= {"on_test": value, "low": low, "high": high}
    return {
        "score": "cosine to the nearest photo of the training (Sun et al. 2022)",
        "remembered": len(familiar.features),
        "below": familiar.below,
        "false_alarms": found,
    }


def likeness(features: ArrayLike, remembered: ArrayLike) -> NDArray[np.float64]:
    """Return the cosine to the nearest remembered one: (m, channels), (n, channels) -> (m,).

    References
    ----------
    Sun et al., *Out-of-Distribution Detection with Deep Nearest Neighbors*, ICML 2022, with one
    neighbour.

    Examples
    --------
    >>> likeness([[3.0, 4.0]], [[1.0, 0.0], [0.0, 2.0]]).tolist()
    [0.8]
    """
    known, new = _unit(remembered).T, np.asarray(features)
    cosines = np.empty(len(new))
    for start in range(0, len(new), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        cosines[some] = (_unit(new[some]) @ known).max(axis=1)
    return cosines


def threshold(scores: ArrayLike, false_alarms: float = FALSE_ALARMS) -> float | None:
    """Return the score below which a share of pictures lies, from (n,) scores of new pictures.

    It is the k-th smallest score, k = floor(share * (n + 1)): a further picture of the same kind
    lies below it with a probability of at most that share. None if there are too few scores for
    that (below 19 for 5 %).

    References
    ----------
    Vovk, Gammerman, Shafer, *Algorithmic Learning in a Random World*, Springer 2005: conformal
    prediction.

    Examples
    --------
    >>> threshold(np.arange(100) / 100), threshold([0.9] * 18)
    (0.04, None)
    """
    values = np.sort(np.asarray(scores, float))
    k = int(false_alarms * (len(values) + 1) + 1e-9)
    return float(values[k - 1]) if k else None


def chosen_to_remember(part: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Draw at most 2,000 photos of a part, the same ones every time: (n,) -> (m,).

    Examples
    --------
    >>> len(chosen_to_remember(np.arange(5000), seed=0))
    2000
    """
    if len(part) <= _REMEMBERED:
        return part
    return np.sort(np.random.default_rng(seed).choice(part, _REMEMBERED, replace=False))


def write_familiar(path: Path, familiar: Familiar) -> None:
    """Write it beside a model, whole or not at all; the features as float16.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "features.npz")
    ...     write_familiar(path, Familiar(np.eye(2), None))
    ...     read_familiar(path)
    Familiar(features=array([[1., 0.],
           [0., 1.]], dtype=float32), below=None)
    """
    below = np.nan if familiar.below is None else familiar.below
    with write_atomically(path) as temporary, temporary.open("wb") as file:
        np.savez(file, features=_unit(familiar.features).astype(np.float16), below=below)


def read_familiar(path: Path) -> Familiar:
    """Read what `write_familiar` has written.

    Raises
    ------
    ValueError
        If the file is missing or damaged.

    Examples
    --------
    >>> read_familiar(Path("nowhere.npz"))
    Traceback (most recent call last):
    ValueError: nowhere.npz is missing or damaged; delete the run's metrics.json and train again
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            features, below = file["features"].astype(np.float32), float(file["below"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(
            f"{printable(path)} is missing or damaged; "
            "delete the run's metrics.json and train again"
        ) from error
    return Familiar(features, None if np.isnan(below) else below)


def _unit(features: ArrayLike) -> NDArray[np.float64]:
    rows = np.asarray(features, np.float64)
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: NDArray[np.float64] = rows / np.maximum(norms, np.finfo(float).tiny)
    return scaled
