"""Everything a training run needs to go on after a kill, in one file."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from cnnbook.files import write_atomically

# What the callbacks of `training.callbacks` remember from epoch to epoch; Keras saves none of it.
_REMEMBERED = ("wait", "best", "best_epoch", "stopped_epoch", "cooldown_counter")


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
    ...     killed = Snapshot(model, [], Path(folder), writes=True)
    ...     _ = model.fit(np.ones((4, 2)), np.ones(4), epochs=2, verbose=0, callbacks=[killed])
    ...     resumed = Snapshot(model, [], Path(folder), writes=True)
    ...     resumed.load()
    >>> resumed.epoch, resumed.history == killed.history
    (2, True)
    """

    def __init__(
        self,
        model: keras.Model,
        others: Sequence[keras.callbacks.Callback],
        run_dir: Path | None,
        writes: bool,
    ) -> None:
        super().__init__()
        self._writes = writes
        self._model_to_save, self._others, self._run_dir = model, others, run_dir
        self.epoch = 0
        self.finished = False
        self.stopped = False
        self.history: dict[str, list[float]] = {}
        self._restored: list[dict[str, Any]] = []

    @property
    def _path(self) -> Path | None:
        return None if self._run_dir is None else self._run_dir / "snapshot.npz"

    def load(self) -> None:
        """Bring model and history to the last finished epoch, if there is one on disk."""
        if self._path is None or not self._path.exists():
            return
        with np.load(self._path) as archive:
            notes = json.loads(str(archive["notes"]))
            variables = self._variables()
            if notes["shapes"] != [list(v.shape) for v in variables]:
                raise ValueError(
                    f"{self._path} belongs to another model; give this run a folder of its own"
                )
            for i, variable in enumerate(variables):
                variable.assign(archive[f"variable_{i}"])
            for i, remembered in enumerate(notes["callbacks"]):
                best = [archive[k] for k in sorted(archive.files) if k.startswith(f"best_{i}_")]
                self._restored.append(remembered | ({"best_weights": best} if best else {}))
        self.epoch, self.finished, self.stopped = (
            notes["epoch"],
            notes["finished"],
            notes["stopped"],
        )
        self.history = notes["history"]

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

    def finish(self) -> None:
        """Save the state after training, with the best weights put back."""
        self.finished = True
        self._save()

    def _variables(self) -> list[Any]:
        self._model_to_save.optimizer.build(self._model_to_save.trainable_variables)
        return [*self._model_to_save.variables, *self._model_to_save.optimizer.variables]

    def _save(self) -> None:
        if self._path is None or self._run_dir is None or not self._writes:
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
            "finished": self.finished,
            "stopped": self.stopped,
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
