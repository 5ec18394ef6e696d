"""Train a classifier so that it stops at the right time, can be resumed, and can be checked.

A *data source* is either a pair ``(images, labels)`` of arrays or a :class:`Batches`, which reads
photos from disk while the model trains.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnbook.files import write_atomically
from cnnbook.models import backbone_of
from cnnbook.training.snapshot import Snapshot

__all__ = [
    "Batches",
    "BestWeights",
    "Evaluation",
    "calibration",
    "callbacks",
    "class_weights",
    "confusion_matrix",
    "evaluate",
    "fine_tune",
    "fit",
    "is_first_machine",
    "join_machines",
]

History = dict[str, list[float]]
Arrays = tuple[NDArray[Any], NDArray[Any]]

# Keras' own name for the number of processes that train together.
MACHINES = "KERAS_DISTRIBUTION_NUM_PROCESSES"


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """Shuffled batches (b, h, w, c), (b,) whose order depends on the seed and the epoch alone.

    So an epoch can be repeated exactly: this is what makes a killed run resumable. ``read`` is
    called with an array of positions and returns their pictures. When several machines train
    together (:func:`join_machines`), each reads its share of every batch; a last batch that cannot
    be shared out evenly loses the pictures that are left over.

    Parameters
    ----------
    read : callable
        Positions (b,) -> pictures (b, h, w, c).
    labels : (n,) integers
    batch_size : int
    seed : int or None
        None keeps the order, as for validation.
    workers : int
        Threads that read ahead; 1 reads in the main thread.

    Examples
    --------
    >>> pictures = np.arange(20).reshape(20, 1, 1, 1)
    >>> batches = Batches(pictures.__getitem__, np.zeros(20, int), batch_size=8, seed=0)
    >>> len(batches)
    3
    >>> batches.epoch = 7
    >>> first = batches[0][0].ravel()
    >>> batches.epoch = 8
    >>> bool(np.array_equal(batches[0][0].ravel(), first))
    False
    >>> batches.epoch = 7
    >>> bool(np.array_equal(batches[0][0].ravel(), first))
    True
    """

    def __init__(
        self,
        read: Callable[[NDArray[np.int64]], NDArray[Any]],
        labels: ArrayLike,
        batch_size: int = 32,
        seed: int | None = None,
        workers: int = 1,
    ) -> None:
        super().__init__(workers=workers, max_queue_size=8)
        self.read, self.labels = read, np.asarray(labels, np.int64)
        self.batch_size, self.seed, self.epoch = batch_size, seed, 0
        # Asked here, because Keras keeps it for each thread and others do the reading.
        self._place = _place_among_machines()

    def __len__(self) -> int:
        return -(-len(self.labels) // self.batch_size)

    def __getitem__(self, index: int) -> Arrays:
        order = np.arange(len(self.labels))
        if self.seed is not None:
            np.random.default_rng([self.seed, self.epoch]).shuffle(order)
        chosen = order[index * self.batch_size : (index + 1) * self.batch_size]
        machine, machines = self._place
        share = len(chosen) // machines
        if machines > 1:
            chosen = chosen[machine * share : (machine + 1) * share]
        return self.read(chosen), self.labels[chosen]


class _EpochOrder(keras.callbacks.Callback):  # type: ignore[misc]
    """Tell the batches which epoch it is."""

    def __init__(self, batches: Batches) -> None:
        super().__init__()
        self.batches = batches

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.batches.epoch = epoch


class BestWeights(keras.callbacks.Callback):  # type: ignore[misc]
    """Save the weights with the lowest validation loss so far, never half a file.

    Keras' ``ModelCheckpoint`` writes in place, so that a kill in that moment destroys the best
    weights; here a finished file takes the old one's name.

    Parameters
    ----------
    path : path
        Must end in ``.weights.h5``, as Keras demands.

    Raises
    ------
    ValueError
        If the file's name has another ending.

    Examples
    --------
    >>> BestWeights("checkpoint")
    Traceback (most recent call last):
    ...
    ValueError: 'checkpoint' must end in .weights.h5
    """

    def __init__(self, path: str | Path) -> None:
        super().__init__()
        if not str(path).endswith(".weights.h5"):
            raise ValueError(f"{str(path)!r} must end in .weights.h5")
        self.path = Path(path)
        self.best = float("inf")

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Save when this epoch's validation loss is the lowest."""
        loss = float((logs or {}).get("val_loss", float("inf")))
        if loss < self.best:
            self.best = loss
            # Saving is a step that all machines must take together, though one file is enough.
            with TemporaryDirectory() as scratch:
                own = self.path if is_first_machine() else Path(scratch) / self.path.name
                with write_atomically(own) as temporary:
                    self.model.save_weights(temporary)


def callbacks(run_dir: str | Path | None = None) -> list[keras.callbacks.Callback]:
    """Return callbacks that stop at the right time: early stopping, plateau rule, best weights.

    All watch the *validation* loss. The plateau rule divides the learning rate by 5 after 3 epochs
    without progress, down to 1e-6; early stopping waits 8 epochs, so that the plateau rule has
    acted twice before, and puts the best weights back. (The usual answer waits 3 epochs on the
    training loss while the plateau rule waits 5 and may not go below the rate that it starts from:
    it can never act.)

    Parameters
    ----------
    run_dir : path, optional
        Where to save the best weights, as ``best.weights.h5``.

    Examples
    --------
    >>> stop, plateau = callbacks()
    >>> stop.monitor, stop.patience, stop.restore_best_weights
    ('val_loss', 8, True)
    >>> plateau.monitor, plateau.patience, plateau.min_lr
    ('val_loss', 3, 1e-06)
    """
    rules = [
        keras.callbacks.EarlyStopping("val_loss", patience=8, restore_best_weights=True),
        keras.callbacks.ReduceLROnPlateau("val_loss", factor=0.2, patience=3, min_lr=1e-6),
    ]
    if run_dir is not None:
        rules.append(BestWeights(Path(run_dir) / "best.weights.h5"))
    return rules


def class_weights(labels: ArrayLike) -> dict[int, float]:
    """Weigh classes against their number: (n,) labels -> {class: n / (classes * its number)}.

    Examples
    --------
    >>> class_weights([0, 0, 0, 1])
    {0: 0.667, 1: 2.0}
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
    run_dir: str | Path | None = None,
    rules: Sequence[keras.callbacks.Callback] | None = None,
    class_weight: Mapping[int, float] | None = None,
) -> History:
    """Train a compiled model and return its history, {name: value of each epoch}.

    A progress bar is shown on a terminal and none in a page. With ``run_dir``, everything that the
    run needs to go on is saved after each epoch (weights, optimizer, random state, callbacks,
    history): call it again with the same arguments after a kill and it ends where an
    uninterrupted run ends, with the same weights.

    Parameters
    ----------
    model : keras.Model
        Compiled; images 0..255 in.
    train, validation : (images, labels) or Batches
    epochs : int
        Counted from the run's first epoch, also when it is resumed.
    batch_size, seed : int
        Of the shuffled batches made from arrays; a ``Batches`` has its own.
    run_dir : path, optional
        Receives ``log.csv``, ``best.weights.h5`` and, while training, ``snapshot.npz``.
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
        If images and labels differ in number, or the validation data are empty.

    Examples
    --------
    >>> from cnnbook.cars import draw
    >>> from cnnbook.models import baseline_cnn
    >>> data = draw(20, seed=1, size=32)
    >>> history = fit(baseline_cnn(size=32), (data.images, data.labels),
    ...               (data.images[:5], data.labels[:5]), epochs=2)
    >>> sorted(history)
    ['accuracy', 'learning_rate', 'loss', 'val_accuracy', 'val_loss']
    >>> len(history["loss"])
    2
    """
    train_batches = _batches(train, batch_size, seed, "training")
    validation_batches = _batches(validation, batch_size, None, "validation")
    chosen = list(callbacks(run_dir) if rules is None else rules)
    snapshot = Snapshot(
        model, chosen, Path(run_dir) if run_dir is not None else None, writes=is_first_machine()
    )
    snapshot.load()
    if not snapshot.finished:
        model.fit(
            train_batches,
            validation_data=validation_batches,
            initial_epoch=snapshot.epoch,
            epochs=snapshot.epoch if snapshot.stopped else epochs,
            callbacks=[_EpochOrder(train_batches), *chosen, snapshot],
            class_weight=dict(class_weight) if class_weight else None,
            shuffle=False,  # or Keras reorders the batches by a random state that nobody saves
            verbose=1 if sys.stdout.isatty() else 0,
        )
        snapshot.finish()
    return snapshot.history


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
    >>> from cnnbook.cars import draw
    >>> from cnnbook.models import mobilenet_v2
    >>> data = draw(10, seed=1, size=32)
    >>> model = mobilenet_v2(size=32, weights="drawn", head="gap")
    >>> frozen = len(model.trainable_weights)
    >>> history = fine_tune(model, (data.images, data.labels), (data.images, data.labels), epochs=1)
    >>> frozen, len(model.trainable_weights) > frozen
    (4, True)
    """
    backbone = backbone_of(model)
    backbone.trainable = True
    for layer in backbone.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate),
        loss=keras.losses.SparseCategoricalCrossentropy(),
        metrics=["accuracy"],
    )
    return fit(model, train, validation, epochs, **options)


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
    probabilities: NDArray[np.float32]
    accuracy: float
    confusion: NDArray[np.int64]
    calibration: list[dict[str, float]]
    calibration_error: float


def evaluate(model: keras.Model, data: Arrays | Batches, batch_size: int = 32) -> Evaluation:
    """Predict (n, h, w, c) pictures and compare with their labels.

    Examples
    --------
    >>> from cnnbook.cars import draw
    >>> from cnnbook.models import baseline_cnn
    >>> data = draw(10, seed=1, size=32)
    >>> result = evaluate(baseline_cnn(size=32), (data.images, data.labels))
    >>> int(result.confusion.sum()), result.probabilities.shape
    (10, (10, 5))
    """
    batches = _batches(data, batch_size, None, "test")
    batches = Batches(batches.read, batches.labels, batches.batch_size, None, batches.workers)
    probabilities = np.asarray(model.predict(batches, verbose=0))
    predicted = probabilities.argmax(axis=1)
    labels = batches.labels
    bins = calibration(labels, probabilities)
    error = sum(b["count"] * abs(b["confidence"] - b["accuracy"]) for b in bins) / len(labels)
    return Evaluation(
        labels,
        probabilities,
        float((predicted == labels).mean()),
        confusion_matrix(labels, predicted, probabilities.shape[1]),
        bins,
        error,
    )


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

    References
    ----------
    Guo et al., *On Calibration of Modern Neural Networks*, ICML 2017.

    Examples
    --------
    >>> calibration([0, 1], [[0.95, 0.05], [0.92, 0.08]])
    [{'from': 0.9, 'to': 1.0, 'count': 2, 'confidence': 0.935, 'accuracy': 0.5}]
    """
    probabilities = np.asarray(probabilities)
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == np.asarray(labels)
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


def join_machines() -> None:
    """Train on several machines together: each sees its share of every batch, all end alike.

    Call it first, in every process, with the same program, JAX as Keras' backend, and three
    variables set: ``KERAS_DISTRIBUTION_JOB_ADDRESSES`` (address and port of the first machine),
    ``KERAS_DISTRIBUTION_NUM_PROCESSES``, and ``KERAS_DISTRIBUTION_PROCESS_ID`` (0 on the first).

    Raises
    ------
    RuntimeError
        If the backend is not JAX or the variables are not set.

    Examples
    --------
    >>> join_machines()
    Traceback (most recent call last):
    ...
    RuntimeError: several machines need KERAS_BACKEND=jax; the backend is tensorflow
    """
    if keras.backend.backend() != "jax":
        raise RuntimeError(
            f"several machines need KERAS_BACKEND=jax; the backend is {keras.backend.backend()}"
        )
    if MACHINES not in os.environ:
        raise RuntimeError(f"{MACHINES} is not set; see the page on more machines")
    keras.distribution.initialize()
    keras.distribution.set_distribution(keras.distribution.DataParallel(auto_shard_dataset=False))


def is_first_machine() -> bool:
    """Tell whether this process writes files: the only one, or the first of several.

    Examples
    --------
    >>> is_first_machine()
    True
    """
    return _place_among_machines()[0] == 0


def _place_among_machines() -> tuple[int, int]:
    """Return this process's number and how many there are."""
    together = keras.distribution.distribution()
    return (0, 1) if together is None else (together._process_id, together.num_processes)


def _batches(data: Arrays | Batches, batch_size: int, seed: int | None, part: str) -> Batches:
    if isinstance(data, Batches):
        batches = data
    else:
        images, labels = data
        if len(images) != len(labels):
            raise ValueError(f"{len(images)} {part} images but {len(labels)} labels")
        batches = Batches(np.asarray(images).__getitem__, labels, batch_size, seed)
    if len(batches.labels) == 0:
        raise ValueError(f"the {part} data are empty")
    return batches
