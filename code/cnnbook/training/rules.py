"""The rules of a training: when to lower the rate, when to stop, what to keep, what to refuse."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras
from numpy.typing import NDArray

from cnnbook.files import write_atomically
from cnnbook.training.batches import Batches
from cnnbook.training.machines import is_first_machine

__all__ = [
    "BestWeights",
    "EpochOrder",
    "LatestWeights",
    "StopWhenLost",
    "callbacks",
    "rules_of_run",
]


def callbacks(
    run_dir: str | Path | None = None, patience: int = 8
) -> list[keras.callbacks.Callback]:
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
    patience : int
        Epochs without progress before training stops; the plateau rule waits for less than half.

    Examples
    --------
    >>> stop, plateau = callbacks()
    >>> stop.monitor, stop.patience, stop.restore_best_weights
    ('val_loss', 8, True)
    >>> plateau.monitor, plateau.patience, plateau.min_lr
    ('val_loss', 3, 1e-06)
    """
    rules = [
        keras.callbacks.EarlyStopping("val_loss", patience=patience, restore_best_weights=True),
        keras.callbacks.ReduceLROnPlateau(
            "val_loss", factor=0.2, patience=max(1, (patience - 2) // 2), min_lr=1e-6
        ),
    ]
    if run_dir is not None:
        rules.append(BestWeights(Path(run_dir) / "best.weights.h5"))
    return rules


def rules_of_run(run_dir: str | Path, patience: int) -> list[keras.callbacks.Callback]:
    """Return the rules of a run that is calibrated afterwards: as `callbacks`, other weights kept.

    What is kept are the weights of :class:`LatestWeights`; stopping and the plateau rule watch the
    validation loss.

    Examples
    --------
    >>> stop, plateau, kept = rules_of_run("run", patience=20)
    >>> stop.monitor, stop.restore_best_weights, kept.path.name
    ('val_loss', False, 'best.weights.h5')
    """
    stop, plateau = callbacks(patience=patience)
    stop.restore_best_weights = False
    return [stop, plateau, LatestWeights(Path(run_dir) / "best.weights.h5")]


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
            self._save()

    def _save(self) -> None:
        # Saving is a step that all machines must take together, though one file is enough.
        with TemporaryDirectory() as scratch:
            own = self.path if is_first_machine() else Path(scratch) / self.path.name
            with write_atomically(own) as temporary:
                self.model.save_weights(temporary)


class LatestWeights(BestWeights):
    """Save the latest weights as accurate in validation as those of the lowest loss; restore them.

    The loss of a few validation photos is often lowest early, by chance and because it blames a
    network for being sure of what it mistakes, which a temperature mends afterwards.

    Examples
    --------
    >>> LatestWeights("run/best.weights.h5").best
    inf
    """

    def __init__(self, path: str | Path) -> None:
        super().__init__(path)
        self.best_accuracy = 0.0  # of the epoch of the lowest loss
        self.best_weights: list[NDArray[Any]] | None = None

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Save when the loss is the lowest so far, or the accuracy at least that of the lowest."""
        told = logs or {}
        loss = float(told.get("val_loss", float("inf")))
        accuracy = float(told.get("val_accuracy", -1))
        if loss < self.best:
            self.best, self.best_accuracy = loss, accuracy
        elif accuracy < self.best_accuracy:
            return
        self.best_weights = self.model.get_weights()
        self._save()

    def on_train_end(self, logs: Any = None) -> None:
        """Put them back."""
        if self.best_weights is not None:
            self.model.set_weights(self.best_weights)


class EpochOrder(keras.callbacks.Callback):  # type: ignore[misc]
    """Tell batches which epoch it is, on which their order depends.

    Examples
    --------
    >>> import numpy as np
    >>> batches = Batches(np.zeros((4, 1)).__getitem__, [0, 0, 1, 1])
    >>> EpochOrder(batches).on_epoch_begin(3)
    >>> batches.epoch
    3
    """

    def __init__(self, batches: Batches) -> None:
        super().__init__()
        self.batches = batches

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Count (from 0)."""
        self.batches.epoch = epoch


class StopWhenLost(keras.callbacks.Callback):  # type: ignore[misc]
    """Stop with an error when a loss is no number any more: nothing can come of it.

    Examples
    --------
    >>> StopWhenLost().on_epoch_end(4, {"loss": float("nan"), "val_loss": 1.0})
    Traceback (most recent call last):
    FloatingPointError: the loss is nan in epoch 5; lower the learning rate, look at the pictures
    """

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Raise if a loss of this epoch is not finite."""
        for name, value in (logs or {}).items():
            if name.endswith("loss") and not math.isfinite(value):
                raise FloatingPointError(
                    f"the {name} is {float(value)} in epoch {epoch + 1}; "
                    "lower the learning rate, look at the pictures"
                )
