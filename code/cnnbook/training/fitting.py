"""Train a classifier so that it stops at the right time and can be resumed.

A *data source* is either a pair ``(images, labels)`` of arrays or a :class:`Batches`, which reads
photos from disk while the model trains.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnbook.models import backbone_of
from cnnbook.models.building import compiled
from cnnbook.training.batches import Arrays, Batches, batches_of
from cnnbook.training.finished import FinishedRuns
from cnnbook.training.identity import identity
from cnnbook.training.machines import is_first_machine
from cnnbook.training.rules import BestWeights, EpochOrder, StopWhenLost, callbacks
from cnnbook.training.snapshot import Snapshot

__all__ = ["History", "class_weights", "fine_tune", "fit"]

History = dict[str, list[float]]


def class_weights(labels: ArrayLike) -> dict[int, float]:
    """Weigh classes against their number: (n,) labels -> {class: n / (classes * its number)}.

    Examples
    --------
    >>> class_weights([0, 0, 0, 1, 1, 1, 1, 1])
    {0: 1.3333333333333333, 1: 0.8}
    """
    values, counts = np.unique(np.asarray(labels), return_counts=True)
    total = counts.sum()
    return {int(v): float(total / (len(values) * c)) for v, c in zip(values, counts, strict=True)}


def fit(
    model: keras.Model,
    train: Arrays | Batches,
    validation: Arrays | Batches,
    epochs: int = 50,
    *,
    batch_size: int = 32,
    seed: int = 0,
    run_dir: str | Path | FinishedRuns | None = None,
    rules: Sequence[keras.callbacks.Callback] | None = None,
    class_weight: Mapping[int, float] | None = None,
) -> History:
    """Train a compiled model and return its history, {name: value of each epoch}.

    A progress bar is shown on a terminal and none in a page. With ``run_dir``, everything that the
    run needs to go on is saved after each epoch (weights, optimizer, random state, callbacks,
    history). Called again with the same arguments, after a kill or to train for more epochs, it
    ends where an uninterrupted run ends, with the same weights. Called with other data, another
    model, seed or rule, it refuses and names what differs (of a ``Batches``, three pictures and
    the labels are compared).

    Parameters
    ----------
    model : keras.Model
        Compiled; images 0..255 in.
    train, validation : (images, labels) or Batches
    epochs : int
        Counted from the run's first epoch, also when it is resumed.
    batch_size, seed : int
        Of the shuffled batches made from arrays; a ``Batches`` has its own.
    run_dir : path or FinishedRuns, optional
        Receives ``log.csv``, ``best.weights.h5`` and ``snapshot.npz``. Of ``FinishedRuns``, the
        folder that belongs to this very run.
    rules : callbacks, optional
        Default: :func:`callbacks`.
    class_weight : mapping, optional
        See :func:`class_weights`.

    Returns
    -------
    dict
        As in ``keras.callbacks.History.history``; ``show_curves`` draws it.

    Raises
    ------
    ValueError
        If the data, a label, a class weight or a number does not fit, or ``run_dir`` belongs to
        another run.
    FloatingPointError
        If a loss becomes nan or inf; the snapshot before it is kept.

    Examples
    --------
    >>> layers = [keras.Input((8, 8, 3)), keras.layers.Flatten(), keras.layers.Dense(2, "softmax")]
    >>> model = compiled(keras.Sequential(layers))
    >>> pictures, labels = np.zeros((6, 8, 8, 3)), np.array([0, 1, 0, 1, 0, 1])
    >>> history = fit(model, (pictures, labels), (pictures[:2], labels[:2]), epochs=2)
    >>> sorted(history)
    ['accuracy', 'learning_rate', 'loss', 'val_accuracy', 'val_loss']
    >>> len(history["loss"])
    2
    """
    if epochs < 1:
        raise ValueError(f"epochs must be at least 1; got {epochs}")
    train_batches = batches_of(train, batch_size, seed, "training")
    validation_batches = batches_of(validation, batch_size, None, "validation")
    for batches in (train_batches, validation_batches):
        _check_labels(model, batches.labels)
    weights = _checked_weights(class_weight, train_batches.labels)
    own = None if isinstance(run_dir, FinishedRuns) else run_dir
    chosen = list(callbacks(own) if rules is None else rules)
    snapshot = None
    if run_dir is not None:
        asked = identity(model, (train, train_batches), (validation, validation_batches), chosen)
        asked["class weights"] = str(weights)
        if isinstance(run_dir, FinishedRuns):
            run_dir = run_dir.place(asked, model, epochs)
            chosen += [BestWeights(run_dir / "best.weights.h5")] if rules is None else []
        snapshot = Snapshot(model, chosen, Path(run_dir), asked, writes=is_first_machine())
        snapshot.load(epochs)
    done = model.fit(
        train_batches,
        validation_data=validation_batches,
        initial_epoch=snapshot.epoch if snapshot else 0,
        epochs=snapshot.epoch if snapshot and snapshot.stopped else epochs,
        callbacks=[
            *(EpochOrder(train_batches), StopWhenLost(), *chosen),
            *([snapshot] if snapshot else []),
        ],
        class_weight=weights,
        shuffle=False,  # or Keras reorders the batches by a random state that nobody saves
        verbose=1 if sys.stdout.isatty() else 0,
    )
    return snapshot.history if snapshot else done.history


def fine_tune(
    model: keras.Model,
    train: Arrays | Batches,
    validation: Arrays | Batches,
    epochs: int = 10,
    *,
    learning_rate: float = 1e-4,
    **options: Any,
) -> History:
    """Second stage of transfer: unfreeze the backbone and train on with a small step.

    ``trainable = False`` alone is feature extraction; fine-tuning is what comes after it. The
    head must have been trained before (:func:`fit`), otherwise its first, random gradients
    destroy what the backbone knows. BatchNorm stays in inference mode: its averages over a batch
    of a small data set would be worse than those it came with.

    Parameters
    ----------
    model : keras.Model
        Made by :func:`cnnbook.models.mobilenet_v2` or its like.
    train, validation : (images, labels) or Batches
    epochs : int
    learning_rate : float
        A tenth of the first stage's, or less.
    **options
        Of :func:`fit`; give the second stage a ``run_dir`` of its own.

    Raises
    ------
    ValueError
        If the model has no backbone.

    Examples
    --------
    >>> from cnnbook.models import transfer_model
    >>> convolution = keras.layers.Conv2D(4, 3, strides=2)
    >>> backbone = keras.Sequential([keras.Input((8, 8, 3)), convolution], name="backbone")
    >>> backbone.trainable = False
    >>> model = transfer_model(backbone, classes=2)
    >>> frozen = len(model.trainable_weights)
    >>> data = np.zeros((4, 8, 8, 3)), np.array([0, 1, 0, 1])
    >>> history = fine_tune(model, data, data, epochs=1)
    >>> frozen, len(model.trainable_weights)
    (4, 6)
    """
    backbone = backbone_of(model)
    backbone.trainable = True
    for layer in backbone.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False
    compiled(model, learning_rate)
    return fit(model, train, validation, epochs, **options)


def _check_labels(model: keras.Model, labels: NDArray[np.int64]) -> None:
    """Refuse a class number that the model has no output for (one unit tells two classes)."""
    units = model.output_shape[-1] if isinstance(model.output_shape, tuple) else None
    classes = 2 if units == 1 else units
    if isinstance(classes, int) and labels.max() >= classes:
        raise ValueError(f"label {labels.max()} is none of the model's {classes} classes")


def _checked_weights(
    given: Mapping[int, float] | None, labels: NDArray[np.int64]
) -> dict[int, float] | None:
    if not given:
        return None
    present = np.unique(labels).tolist()
    for label, weight in given.items():
        if label not in present:
            raise ValueError(f"class_weight names {label!r}, which is no label; they are {present}")
        if not 0 <= weight < float("inf"):
            raise ValueError(f"class_weight of {label} must be 0 or more; got {weight}")
    return {int(label): float(given[label]) for label in sorted(given)}
