"""A training run as a folder: what was asked, what happened, and the model that came out.

``config.json``, ``manifest.csv`` and ``problems.json`` are written before training;
``stage-1/`` and ``stage-2/`` hold the logs, best weights and snapshots of training and fine-tuning;
``model.keras``, ``metrics.json``, ``curves.png``, ``confusion.png`` and ``report.html`` are written
after it. Started again with the same arguments, a run goes on where it was killed; with more
epochs, where it ended.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from cnnbook import models
from cnnbook.files import printable
from cnnbook.models.building import compiled
from cnnbook.photos import Photos, Split, read_image
from cnnbook.settings import RunConfig
from cnnbook.training.batches import Batches
from cnnbook.training.evaluation import Evaluation, evaluate
from cnnbook.training.fitting import History, class_weights, fine_tune, fit
from cnnbook.training.machines import is_first_machine
from cnnbook.training.pictures import read_once
from cnnbook.training.results import read_results, write_results
from cnnbook.training.rules import callbacks
from cnnbook.training.run_folder import RunPhotos, photos_of_run, read_notes, take_up, write_notes

__all__ = ["Run", "build", "open_run", "train_run"]

# Classes are weighted when the largest has this many times the photos of the smallest.
_UNBALANCED = 1.5
_FINE_TUNING = 0.1  # of the first stage's learning rate

Tell = Callable[[object], None]


@dataclass(frozen=True)
class Run:
    """A finished run.

    Examples
    --------
    >>> Run.__annotations__["class_names"]
    'tuple[str, ...]'
    """

    model: keras.Model
    class_names: tuple[str, ...]
    size: int

    def read(self, paths: Sequence[str | Path]) -> NDArray[np.uint8]:
        """Read pictures as this run's model wants them: (n, size, size, 3) uint8."""
        return np.stack([read_image(path, size=(self.size, self.size)) for path in paths])


def open_run(run_dir: str | Path) -> Run:
    """Load the model of a finished run.

    Raises
    ------
    FileNotFoundError
        If the folder holds no finished run.
    ValueError
        If one of its files is damaged, or they are of two runs.

    Examples
    --------
    >>> open_run("nowhere")
    Traceback (most recent call last):
    FileNotFoundError: nowhere holds no finished run (no model.keras); make one with `cnnbook train`
    """
    folder = Path(run_dir)
    path = folder / "model.keras"
    if not path.exists():
        raise FileNotFoundError(
            f"{printable(folder)} holds no finished run (no model.keras); "
            "make one with `cnnbook train`"
        )
    notes = read_notes(folder)
    if notes is None:
        raise FileNotFoundError(f"{printable(folder)} has no config.json beside its model.keras")
    try:
        model = keras.saving.load_model(path, compile=False)
    except Exception as error:  # zip, HDF5 and Keras each raise their own
        reason = str(error).partition("\n")[0]
        raise ValueError(f"{printable(path)} is damaged, or no model: {reason}") from error
    if model.output_shape[-1] != len(notes.class_names):
        raise ValueError(
            f"{printable(folder)} is of two runs: its model tells {model.output_shape[-1]} "
            f"classes, its config.json names {len(notes.class_names)}"
        )
    return Run(model, notes.class_names, notes.config.size)


def build(config: RunConfig, classes: int) -> keras.Model:
    """Build the model that a run asks for, compiled; its weights must be settled.

    Examples
    --------
    >>> build(RunConfig("photos", size=16), classes=3).output_shape
    (None, 3)
    """
    augmentation = models.augmentation_named(config.augment, config.seed)
    if config.model == "baseline":
        model = models.baseline_cnn(classes, config.size, config.seed, augmentation)
    else:
        make = getattr(models, config.model)
        weights = None if config.weights == "scratch" else config.weights
        model = make(classes, config.size, weights, config.head, config.seed, augmentation)
    return compiled(model, config.learning_rate)


def train_run(
    config: RunConfig,
    run_dir: str | Path,
    strict: bool = False,
    tell: Tell = lambda line: None,
) -> dict[str, Any]:
    """Check the photos, split them, train, test, and write the run folder; return the metrics.

    Parameters
    ----------
    config : RunConfig
    run_dir : path
        A new folder, or the folder of the same run: it is then resumed, and trained on if more
        epochs are asked for.
    strict : bool
        Refuse to train when a file has a problem, instead of leaving it out.
    tell : callable
        Told of each problem before training begins, and, where there is no terminal, of each
        epoch.

    Raises
    ------
    ValueError
        If ``strict`` and a file has a problem, or the folder belongs to another run.

    Examples
    --------
    >>> import tempfile
    >>> from cnnbook import cars
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     cars.write_folder(f"{folder}/photos", n=15, seed=1, size=32)
    ...     config = RunConfig(f"{folder}/photos", size=32, epochs=1)
    ...     metrics = train_run(config, f"{folder}/run")
    ...     files = sorted(p.name for p in Path(folder, "run").iterdir())
    >>> metrics["photos"]
    {'train': 5, 'validation': 5, 'test': 5}
    >>> files[:4]
    ['config.json', 'confusion.png', 'curves.png', 'manifest.csv']
    """
    folder = Path(run_dir)
    notes = read_notes(folder)
    asked = config if notes is None else take_up(folder, notes.config, config)
    of_run = photos_of_run(asked, folder, strict, tell)
    same = notes is not None and notes.config == replace(
        asked, data=notes.config.data, manifest=notes.config.manifest
    )
    if same and (finished := read_results(folder)) is not None:
        return finished
    asked, model = _settled(asked, len(of_run.photos.class_names), tell)
    write_notes(folder, asked, of_run)
    pictures = read_once(of_run.photos, asked.size, folder)
    history = _train(model, asked, folder, of_run, pictures, tell)
    writes = is_first_machine()
    model = _alone(model, asked)
    result = evaluate(model, _batches(of_run.photos, pictures, of_run.parts.test, asked, None))
    metrics = _metrics(model, history, of_run, result)
    if writes:
        write_results(folder, model, history, metrics, of_run.problems)
    return metrics


class _EpochLines(keras.callbacks.Callback):  # type: ignore[misc]
    """Tell of each epoch in one line where Keras' bar is not shown."""

    def __init__(self, tell: Tell) -> None:
        super().__init__()
        self._tell = tell

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        if not sys.stdout.isatty():
            shown = ", ".join(f"{name} {value:.4g}" for name, value in (logs or {}).items())
            self._tell(f"epoch {epoch + 1}: {shown}")


def _settled(config: RunConfig, classes: int, tell: Tell) -> tuple[RunConfig, keras.Model]:
    """Build the model, and say which weights it got where none were named."""
    if config.weights is not None and Path(config.weights).is_file():
        config = replace(config, weights=os.path.realpath(config.weights))  # from any folder
    if config.model == "baseline" or config.weights is not None:
        return config, build(config, classes)
    try:
        pretrained = replace(config, weights="imagenet")
        return pretrained, build(pretrained, classes)
    except ConnectionError as error:
        if config.fine_tune_epochs:
            raise
        tell(f"{error}. Training {config.model} from scratch, which needs many more photos.")
        scratch = replace(config, weights="scratch")
        return scratch, build(scratch, classes)


def _metrics(
    model: keras.Model, history: History, of_run: RunPhotos, result: Evaluation
) -> dict[str, Any]:
    counts = np.bincount(result.labels)
    return {
        "photos": dict(zip(Split._fields, map(len, of_run.parts), strict=True)),
        "epochs": len(history["loss"]),
        "parameters": model.count_params(),
        "test_accuracy": result.accuracy,
        "majority_share": float(counts.max() / counts.sum()),
        "calibration_error": result.calibration_error,
        "calibration": result.calibration,
        "confusion": result.confusion.tolist(),
        "class_names": list(of_run.photos.class_names),
    }


def _alone(model: keras.Model, config: RunConfig) -> keras.Model:
    """Leave the other machines, if there are any, with a copy of the model they trained."""
    if keras.distribution.distribution() is None:
        return model
    weights = model.get_weights()
    keras.distribution.set_distribution(None)
    copy = build(config, model.output_shape[-1])
    copy.set_weights(weights)
    return copy


def _batches(
    photos: Photos,
    pictures: NDArray[np.uint8],
    part: NDArray[np.int64],
    config: RunConfig,
    seed: int | None,
) -> Batches:
    def read(positions: NDArray[np.int64]) -> NDArray[np.uint8]:
        return pictures[part[positions]]

    return Batches(read, photos.labels[part], config.batch_size, seed)


def _train(
    model: keras.Model,
    config: RunConfig,
    folder: Path,
    of_run: RunPhotos,
    pictures: NDArray[np.uint8],
    tell: Tell,
) -> History:
    photos, parts, _ = of_run
    train = _batches(photos, pictures, parts.train, config, config.seed)
    validation = _batches(photos, pictures, parts.validation, config, None)
    counts = Counter(train.labels.tolist())
    unbalanced = max(counts.values()) > _UNBALANCED * min(counts.values())

    def options(stage: str) -> dict[str, Any]:
        own = folder / stage
        return {
            "run_dir": own,
            "rules": [*callbacks(own, config.patience), _EpochLines(tell)],
            "class_weight": class_weights(train.labels) if unbalanced else None,
        }

    history = fit(model, train, validation, config.epochs, **options("stage-1"))
    if config.fine_tune_epochs:
        second = fine_tune(
            model,
            train,
            validation,
            config.fine_tune_epochs,
            learning_rate=_FINE_TUNING * config.learning_rate,
            **options("stage-2"),
        )
        history = {name: history[name] + second[name] for name in history}
    return history
