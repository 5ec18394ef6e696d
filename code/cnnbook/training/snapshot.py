"""Everything a training run needs to go on after a kill, in one file."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from cnnbook.files import printable, write_atomically
from cnnbook.training.identity import differences, learning_rate_of

__all__ = ["Snapshot"]

_NOTED = ("epoch", "stopped", "identity", "rate", "history", "callbacks", "shapes")
_WAY_OUT = "give a folder of its own"

# What the callbacks of `training.rules` remember from epoch to epoch; Keras saves none of it.
_REMEMBERED = (
    "wait",
    "best",
    "best_accuracy",
    "best_epoch",
    "stopped_epoch",
    "cooldown_counter",
)


class Snapshot(keras.callbacks.Callback):  # type: ignore[misc]
    """Save model, optimizer, random state, callbacks and history after each epoch.

    ``keras.callbacks.BackupAndRestore`` forgets what the other callbacks remember (so early
    stopping starts to wait anew) and the state of the random layers. It must come last in the list,
    so that the others have acted on the epoch that it saves.

    Examples
    --------
    >>> import tempfile
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     killed = Snapshot(model, [], Path(folder), {"seed": "1"}, writes=True)
    ...     _ = model.fit(np.ones((4, 2)), np.ones(4), epochs=2, verbose=0, callbacks=[killed])
    ...     resumed = Snapshot(model, [], Path(folder), {"seed": "1"}, writes=True)
    ...     resumed.load(epochs=2)
    >>> resumed.epoch, resumed.history == killed.history
    (2, True)
    """

    def __init__(
        self,
        model: keras.Model,
        others: Sequence[keras.callbacks.Callback],
        run_dir: Path,
        identity: dict[str, str],
        writes: bool,
    ) -> None:
        super().__init__()
        self._writes, self._identity = writes, identity
        self._model_to_save, self._others, self._run_dir = model, others, run_dir
        self.epoch = 0
        self.stopped = False
        self.history: dict[str, list[float]] = {}
        self._restored: list[dict[str, Any]] = []

    @property
    def _path(self) -> Path:
        return self._run_dir / "snapshot.npz"

    def load(self, epochs: int) -> None:
        """Bring model and history to the last finished epoch, if there is one on disk.

        Raises
        ------
        ValueError
            If the file is damaged, or belongs to another run, or to one of more epochs.
        """
        if not self._path.exists():
            return
        arrays, notes = self._read()
        self._require_same_run(notes, epochs)
        variables = self._variables()
        if notes["shapes"] != [list(v.shape) for v in variables]:
            raise ValueError(f"{printable(self._path)} belongs to another model; {_WAY_OUT}")
        for i, variable in enumerate(variables):
            variable.assign(arrays[f"variable_{i}"])
        for i, remembered in enumerate(notes["callbacks"]):
            best = [arrays[k] for k in sorted(arrays) if k.startswith(f"best_{i}_")]
            self._restored.append(remembered | ({"best_weights": best} if best else {}))
        self.epoch, self.stopped, self.history = notes["epoch"], notes["stopped"], notes["history"]

    def _read(self) -> tuple[dict[str, Any], dict[str, Any]]:
        try:
            with self._path.open("rb") as file, np.load(file) as archive:
                arrays = {name: archive[name] for name in archive.files}
            notes = json.loads(str(arrays["notes"]))
            return arrays, {name: notes[name] for name in _NOTED}
        except PermissionError:
            raise
        except Exception as error:  # a damaged archive raises anything
            raise ValueError(
                f"{printable(self._path)} is damaged ({error}); delete it to begin anew"
            ) from error

    def _require_same_run(self, notes: Mapping[str, Any], epochs: int) -> None:
        asked = dict(self._identity)
        if asked.get("learning rate") == notes["rate"]:  # the same model, trained on
            asked["learning rate"] = notes["identity"]["learning rate"]
        if named := differences(notes["identity"], asked):
            raise ValueError(
                f"{printable(self._run_dir)} belongs to another run ({', '.join(named)}); "
                f"{_WAY_OUT}"
            )
        if epochs < notes["epoch"]:
            raise ValueError(
                f"{printable(self._run_dir)} has had {notes['epoch']} epochs, {epochs} are asked "
                f"for; {_WAY_OUT}"
            )

    def on_train_begin(self, logs: Any = None) -> None:
        """Give the callbacks back what they knew; they have just forgotten it."""
        for other, remembered in zip(self._others, self._restored, strict=False):
            for name, value in remembered.items():
                setattr(other, name, value)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Save the state after this epoch."""
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(float(value))
        self.epoch = epoch + 1
        self.stopped = bool(self.model.stop_training)
        self._save()

    def _variables(self) -> list[Any]:
        self._model_to_save.optimizer.build(self._model_to_save.trainable_variables)
        return [*self._model_to_save.variables, *self._model_to_save.optimizer.variables]

    def _save(self) -> None:
        if not self._writes:
            return
        variables = self._variables()
        arrays = {f"variable_{i}": np.asarray(v) for i, v in enumerate(variables)}
        remembered = []
        for i, other in enumerate(self._others):
            remembered.append(
                {n: getattr(other, n) for n in _REMEMBERED if getattr(other, n, None) is not None}
            )
            for j, weight in enumerate(getattr(other, "best_weights", None) or []):
                arrays[f"best_{i}_{j:04d}"] = weight
        notes = {
            "epoch": self.epoch,
            "stopped": self.stopped,
            "identity": self._identity,
            "rate": learning_rate_of(self._model_to_save),
            "history": self.history,
            "callbacks": remembered,
            "shapes": [list(v.shape) for v in variables],
        }
        with write_atomically(self._path) as temporary:
            arrays["notes"] = np.array(json.dumps(notes, default=float))
            np.savez(temporary, allow_pickle=False, **arrays)
        with write_atomically(self._run_dir / "log.csv") as temporary:
            self._write_log(temporary)

    def _write_log(self, path: Path) -> None:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["epoch", *self.history])
            for epoch, row in enumerate(zip(*self.history.values(), strict=True), start=1):
                writer.writerow([epoch, *row])
