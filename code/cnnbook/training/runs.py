"""A training run as a folder: what was asked, what happened, and the model that came out.

``config.json``, ``manifest.csv`` and ``problems.json`` are written before training;
``stage-1/`` and ``stage-2/`` hold the logs, best weights and snapshots of training and fine-tuning;
``model.keras`` (calibrated), ``features.npz`` (what the training looked like), ``metrics.json``,
``predictions.json`` (of the test photos), ``curves.png`` and ``confusion.png`` are written after
it. Started again with the same arguments, a run goes on where it was killed; with
more epochs, where it ended.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import is_zipfile

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnbook import models
from cnnbook.files import printable
from cnnbook.models.building import compiled
from cnnbook.photos import Photos, read_image
from cnnbook.settings import RunConfig
from cnnbook.training.batches import Batches
from cnnbook.training.evaluation import Evaluation, class_probabilities, evaluated
from cnnbook.training.fitting import History, class_weights, fine_tune, fit
from cnnbook.training.machines import is_first_machine
from cnnbook.training.metrics import metrics_of, predictions_of
from cnnbook.training.pictures import read_once
from cnnbook.training.results import Results, inference_model, read_results, write_results
from cnnbook.training.rules import rules_of_run
from cnnbook.training.run_folder import RunPhotos, photos_of_run, read_notes, take_up, write_notes
from cnnbook.training.temperature import fit_temperature, tempered
from cnnbook.training.told import EpochLines, TensorBoardLogs
from cnnbook.training.unlike import (
    Familiar,
    chosen_to_remember,
    likeness,
    read_familiar,
    threshold,
    told_of,
    with_features,
)

__all__ = ["Run", "Said", "build", "open_run", "said_of", "train_run"]

# Classes are weighted when the largest has this many times the photos of the smallest.
_UNBALANCED = 1.5
_FINE_TUNING = 0.1  # of the first stage's learning rate

Tell = Callable[[object], None]


class Said(NamedTuple):
    """What a run says of n pictures.

    Attributes
    ----------
    probabilities : (n, classes)
        Calibrated.
    likeness : (n,)
        To the photos of the training, at most 1; see :func:`cnnbook.training.unlike.likeness`.
    unlike : (n,) of bool, optional
        Whether a picture is unlike those; None if too few photos could tell.

    Examples
    --------
    >>> Said(np.ones((1, 1)), np.ones(1), None).unlike is None
    True
    """

    probabilities: NDArray[np.floating[Any]]
    likeness: NDArray[np.float64]
    unlike: NDArray[np.bool_] | None


@dataclass(frozen=True)
class Run:
    """A finished run.

    Attributes
    ----------
    model : keras.Model
        Calibrated: what it answers are probabilities.
    class_names : tuple of str
    size : int
        Side of its pictures, in pixels.
    metrics : dict
        As ``metrics.json`` holds them.
    familiar : Familiar
        What the training looked like to the model.

    Examples
    --------
    >>> Run.__annotations__["class_names"]
    'tuple[str, ...]'
    """

    model: keras.Model
    class_names: tuple[str, ...]
    size: int
    metrics: dict[str, Any]
    familiar: Familiar

    def read(self, paths: Sequence[str | Path]) -> NDArray[np.uint8]:
        """Read pictures as this run's model wants them: (n, size, size, 3) uint8."""
        return np.stack([read_image(path, size=(self.size, self.size)) for path in paths])

    def ask(self, pictures: NDArray[np.uint8]) -> Said:
        """Ask the model about pictures (n, size, size, 3)."""
        outputs, features = self._both.predict(pictures, verbose=0)
        return said_of(outputs, features, self.familiar)

    @cached_property
    def _both(self) -> keras.Model:
        return with_features(self.model)


def said_of(outputs: ArrayLike, features: ArrayLike, familiar: Familiar) -> Said:
    """Tell what a model's outputs and features (n, classes), (n, channels) say of n pictures.

    Examples
    --------
    >>> said = said_of([[0.5, 0.5]], [[0.0, 2.0]], Familiar(np.array([[3.0, 4.0]]), 0.9))
    >>> said.likeness.tolist(), said.unlike.tolist()
    ([0.8], [True])
    """
    probabilities = class_probabilities(outputs)  # refuses what a damaged model answers
    near = likeness(features, familiar.features)
    unlike = None if familiar.below is None else near < familiar.below
    return Said(probabilities, near, unlike)


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
    if not is_zipfile(path):  # of which Keras says that it is not there
        raise ValueError(f"{printable(path)} is damaged, or no model: it is no whole .keras file")
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
    metrics = read_results(folder)
    if metrics is None:
        raise FileNotFoundError(f"{printable(folder)} has no metrics.json beside its model.keras")
    familiar = read_familiar(folder / "features.npz")
    return Run(model, notes.class_names, notes.config.size, metrics, familiar)


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
    tensorboard: str | Path | None = None,
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
    tensorboard : path, optional
        A folder for TensorBoard's logs, which change nothing of the run.

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
    ['config.json', 'confusion.png', 'curves.png', 'features.npz']
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
    writes = is_first_machine()

    def told(stage: str) -> list[keras.callbacks.Callback]:
        logs = None if tensorboard is None or not writes else Path(tensorboard, stage)
        return [EpochLines(tell), TensorBoardLogs(logs)]

    history = _train(model, asked, folder, of_run, pictures, told)
    results = _tested(_alone(model, asked), asked, of_run, pictures, history)
    if writes:
        write_results(folder, results)
    return results.metrics


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


def _tested(
    model: keras.Model,
    config: RunConfig,
    of_run: RunPhotos,
    pictures: NDArray[np.uint8],
    history: History,
) -> Results:
    """Calibrate a model on the photos of validation, and test it as it is shipped."""
    photos, parts, _ = of_run
    both = with_features(inference_model(model))

    def asked(part: NDArray[np.int64]) -> tuple[Evaluation, NDArray[np.float32]]:
        batches = _batches(photos, pictures, part, config, None)
        outputs, features = both.predict(batches, verbose=0)
        return evaluated(batches.labels, outputs), features

    (validation, own), (before, new) = asked(parts.validation), asked(parts.test)
    temperature = fit_temperature(validation.labels, validation.probabilities)
    after = evaluated(before.labels, tempered(before.probabilities, temperature))
    shipped = inference_model(model, temperature)
    remembered = asked(chosen_to_remember(parts.train, config.seed))[1]
    familiar = Familiar(remembered, threshold(likeness(own, remembered)))
    metrics = metrics_of(shipped, history, photos, parts, before, after, temperature)
    metrics["unlike"] = told_of(familiar, likeness(new, remembered))
    predictions = predictions_of(photos, parts.test, after.probabilities)
    return Results(shipped, familiar, history, metrics, predictions)


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
    told: Callable[[str], list[keras.callbacks.Callback]],
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
            "rules": [*rules_of_run(own, config.patience), *told(stage)],
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
