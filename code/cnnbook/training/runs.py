"""A training run as a folder: what was asked, what happened, and the model that came out.

``config.json``, ``manifest.csv`` and ``problems.json`` are written before training;
``stage-1/`` and ``stage-2/`` hold the logs and best weights of training and fine-tuning;
``model.keras``, ``metrics.json``, ``curves.png``, ``confusion.png`` and ``report.html`` are written
after it. Started again with the same arguments, a run goes on where it was killed.
"""

from __future__ import annotations

import json
import platform
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import keras
import numpy as np
from numpy.typing import NDArray

from cnnbook import models, plotting, training
from cnnbook.files import write_atomically
from cnnbook.photos import Photos, Problem, Split, check, load, read_manifest, split, write_manifest
from cnnbook.training import reports

__all__ = ["Run", "RunConfig", "open_run", "train_run"]

# Classes are weighted when the largest has this many times the photos of the smallest.
_UNBALANCED = 1.5


@dataclass(frozen=True)
class RunConfig:
    """What to train, and on what.

    Attributes
    ----------
    data : str
        A folder with one sub-folder of photos a class.
    model : {"baseline", "mobilenet_v2"}
    weights : str
        "imagenet", "drawn" or a file; of MobileNetV2 only.
    head : {"flatten", "gap"}
    size : int
        Side to which photos are resized.
    epochs, fine_tune_epochs : int
        Of the first and of the second stage (0: no second stage).
    batch_size, seed : int

    Examples
    --------
    >>> RunConfig(data="photos", model="baseline").size
    150
    """

    data: str
    model: Literal["baseline", "mobilenet_v2"] = "baseline"
    weights: str = "drawn"
    head: models.Head = "gap"
    size: int = 150
    epochs: int = 50
    fine_tune_epochs: int = 0
    batch_size: int = 32
    seed: int = 0

    def build(self, classes: int) -> keras.Model:
        """Build the model, compiled."""
        if self.model == "baseline":
            return models.baseline_cnn(classes, self.size, self.seed)
        return models.mobilenet_v2(classes, self.size, self.weights, self.head, self.seed)


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
        from cnnbook.photos.reading import read_image

        return np.stack([read_image(path, size=(self.size, self.size)) for path in paths])


def open_run(run_dir: str | Path) -> Run:
    """Load the model of a finished run.

    Raises
    ------
    FileNotFoundError
        If the folder holds no finished run.

    Examples
    --------
    >>> open_run("nowhere")
    Traceback (most recent call last):
    ...
    FileNotFoundError: nowhere holds no finished run (no model.keras); make one with `cnnbook train`
    """
    folder = Path(run_dir)
    if not (folder / "model.keras").exists():
        raise FileNotFoundError(
            f"{folder} holds no finished run (no model.keras); make one with `cnnbook train`"
        )
    notes = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    model = keras.saving.load_model(folder / "model.keras", compile=False)
    return Run(model, tuple(notes["class_names"]), notes["config"]["size"])


def train_run(
    config: RunConfig,
    run_dir: str | Path,
    strict: bool = False,
    on_problem: Callable[[Problem], None] | None = None,
) -> dict[str, Any]:
    """Check the photos, split them, train, test, and write the run folder; return the metrics.

    Parameters
    ----------
    config : RunConfig
    run_dir : path
        A new folder, or the folder of the same run, which is then resumed.
    strict : bool
        Refuse to train when a file has a problem, instead of leaving it out.
    on_problem : callable, optional
        Told of each problem before training begins.

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
    _require_own_folder(folder, config)
    metrics_file = folder / "metrics.json"
    if metrics_file.exists() and (folder / "model.keras").exists():
        finished: dict[str, Any] = json.loads(metrics_file.read_text(encoding="utf-8"))
        return finished
    photos, parts = _photos(config, folder, strict, on_problem)
    model = config.build(len(photos.class_names))
    history = _train(model, config, folder, photos, parts)
    writes = training.is_first_machine()
    model = _alone(model, config)
    test = _batches(photos, parts.test, config, None)
    result = training.evaluate(model, test)
    metrics = {
        "photos": {name: len(part) for name, part in zip(Split._fields, parts, strict=True)},
        "epochs": len(history["loss"]),
        "parameters": model.count_params(),
        "test_accuracy": result.accuracy,
        "calibration_error": result.calibration_error,
        "calibration": result.calibration,
        "confusion": result.confusion.tolist(),
        "class_names": list(photos.class_names),
    }
    if writes:
        _write_results(folder, model, history, metrics)
    return metrics


def _alone(model: keras.Model, config: RunConfig) -> keras.Model:
    """Leave the other machines, if there are any, with a copy of the model they trained."""
    if keras.distribution.distribution() is None:
        return model
    weights = model.get_weights()
    keras.distribution.set_distribution(None)
    copy = config.build(model.output_shape[-1])
    copy.set_weights(weights)
    return copy


def _require_own_folder(folder: Path, config: RunConfig) -> None:
    """Make sure that the folder is new, or this run's."""
    notes = folder / "config.json"
    asked = asdict(config)
    if notes.exists():
        before = json.loads(notes.read_text(encoding="utf-8"))["config"]
        differing = [f"{k} was {before.get(k)!r}" for k, v in asked.items() if before.get(k) != v]
        if differing:
            raise ValueError(f"{folder} belongs to another run ({', '.join(differing)})")
    elif folder.exists() and any(not p.name.startswith(".") for p in folder.iterdir()):
        raise ValueError(f"{folder} is not empty and holds no run; give a new folder")


def _photos(
    config: RunConfig,
    folder: Path,
    strict: bool,
    on_problem: Callable[[Problem], None] | None,
) -> tuple[Photos, Split]:
    """Check and split the photos, or replay the split of this run."""
    manifest = folder / "manifest.csv"
    if manifest.exists():
        photos, parts = read_manifest(manifest, config.data)
    else:
        found = load(config.data)
        problems = check(found)
        if on_problem:
            for problem in problems:
                on_problem(problem)
        if strict and problems:
            raise ValueError(f"refused, because {len(problems)} files have problems")
        photos = found.without(problems)
        parts = split(photos, seed=config.seed)
        _write_config(config, folder, photos)
        noted = [{"path": str(p.path), "kind": p.kind, "detail": p.detail} for p in problems]
        _write_json(folder / "problems.json", noted)
        write_manifest(manifest, photos, parts)
    return photos, parts


def _write_config(config: RunConfig, folder: Path, photos: Photos) -> None:
    versions = {"keras": keras.__version__, "numpy": np.__version__}
    _write_json(
        folder / "config.json",
        {
            "config": asdict(config),
            "class_names": list(photos.class_names),
            "versions": versions | {"python": platform.python_version()},
        },
    )


def _batches(
    photos: Photos, part: NDArray[np.int64], config: RunConfig, seed: int | None
) -> training.Batches:
    def read(positions: NDArray[np.int64]) -> NDArray[np.uint8]:
        return photos.read(part[positions], config.size)

    return training.Batches(read, photos.labels[part], config.batch_size, seed, workers=2)


def _train(
    model: keras.Model, config: RunConfig, folder: Path, photos: Photos, parts: Split
) -> training.History:
    train = _batches(photos, parts.train, config, config.seed)
    validation = _batches(photos, parts.validation, config, None)
    counts = Counter(train.labels.tolist())
    unbalanced = max(counts.values()) > _UNBALANCED * min(counts.values())
    weights = training.class_weights(train.labels) if unbalanced else None
    history = training.fit(
        model,
        train,
        validation,
        config.epochs,
        run_dir=folder / "stage-1",
        class_weight=weights,
    )
    if config.fine_tune_epochs:
        second = training.fine_tune(
            model,
            train,
            validation,
            config.fine_tune_epochs,
            run_dir=folder / "stage-2",
            class_weight=weights,
        )
        history = {name: history[name] + second[name] for name in history}
    return history


def _write_results(
    folder: Path, model: keras.Model, history: training.History, metrics: dict[str, Any]
) -> None:
    curves = plotting.show_curves(history)
    confusion = plotting.show_confusion(metrics["confusion"], metrics["class_names"])
    for name, figure in (("curves.png", curves), ("confusion.png", confusion)):
        with write_atomically(folder / name) as temporary:
            figure.savefig(temporary, dpi=120)
    page = reports.train_report(
        metrics,
        json.loads((folder / "problems.json").read_text("utf-8")),
        {"Curves": curves, "Confusion": confusion},
    )
    with write_atomically(folder / "report.html") as temporary:
        temporary.write_text(page, encoding="utf-8")
    with write_atomically(folder / "model.keras") as temporary:
        model.save(temporary)
    _write_json(folder / "metrics.json", metrics)
    for stage in ("stage-1", "stage-2"):
        (folder / stage / "snapshot.npz").unlink(missing_ok=True)


def _write_json(path: Path, value: Any) -> None:
    with write_atomically(path) as temporary:
        temporary.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", "utf-8")
