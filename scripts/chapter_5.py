"""The long runs of chapter 5: what the pages quote and a build cannot wait for.

    python scripts/chapter_5.py [EXPERIMENT ...]

writes book/data/runs/NAME.json for every run of the experiments (all of them, if none is named):
its settings, its history, and the class that it gave each of the test pictures, from which the
pages compute every figure and interval. A run whose file exists is not run again, so an
interrupted series goes on. Every run is trained on drawn cars of its own seed and tested on
drawn cars that no run has seen.
"""

from __future__ import annotations

import argparse
import json
import platform
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
from frozen_features import features_of, head_of, in_turn

from cnnbook import __version__, cars, models, training
from cnnbook.cars import CLASS_NAMES
from cnnbook.files import write_atomically

ROOT = Path(__file__).parent.parent
OUT = ROOT / "book" / "data" / "runs"
KEPT = ROOT / "_build" / "chapter_5"  # weights, for what explains the same models
VALIDATION, TEST = 900_001, 900_002  # seeds of drawing; no run has them
PIECE = 500  # pictures drawn and predicted at a time

Data = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Run:
    """What is trained, on what, and for how long."""

    experiment: str
    model: str = "scratch"  # or "frozen", "fine-tuned": MobileNetV2 with the drawn weights
    head: str = "gap"
    seed: int = 0
    pictures: int = 1200
    size: int = 96
    difficulty: float = 0.0
    augmentation: str = "gentle"
    copies: int = 0  # of each picture, changed at random and met in turn; 0: new in every epoch
    marked: bool = False  # train on pictures with the dealer's mark
    half: bool = False  # of those pictures: the others have none
    epochs: int = 15
    tuning_epochs: int = 0
    tuning_rate: float = 1e-4
    batch_size: int = 16
    stops: bool = False  # the package's callbacks, checkpoint on disk; else to the end
    test_pictures: int = 5000

    @property
    def name(self) -> str:
        """The experiment, and what differs from the default."""
        plain = Run(self.experiment)
        other = [
            f"{key.replace('_', '-')}-{value}"
            for key, value in asdict(self).items()
            if value != getattr(plain, key)
        ]
        return "_".join([self.experiment, *other])


def equal_steps() -> Iterator[Run]:
    """From scratch, frozen and fine-tuned, on few and on many pictures, in the same 600 steps."""
    for seed in range(2):
        for pictures, epochs in ((1200, 8), (96, 100)):
            plain = Run("comparison", seed=seed, pictures=pictures, epochs=epochs)
            yield plain
            yield replace(plain, model="frozen")
            half = epochs // 2
            yield replace(plain, model="fine-tuned", epochs=half, tuning_epochs=half)


def experiments() -> Iterator[Run]:
    """Every run, in the order of its worth."""
    for seed in range(3):
        for difficulty in (0.0, 0.6):
            for marked in (False, True):
                yield Run(
                    "shortcut", seed=seed, difficulty=difficulty, marked=marked, pictures=480,
                    augmentation="none", epochs=6, test_pictures=1000,
                )  # fmt: skip
        yield Run(
            "half-marked", seed=seed, marked=True, half=True, pictures=480,
            augmentation="none", epochs=6, test_pictures=1000,
        )  # fmt: skip
    yield from equal_steps()
    for difficulty in (0.2, 0.4, 0.6):
        yield Run("difficulty", difficulty=difficulty, epochs=8)
    for seed in range(2):
        for augmentation in ("none", "assignment"):
            yield Run("augmentation", seed=seed, augmentation=augmentation, epochs=8)
    for rate in (1e-5, 3e-4, 1e-3):  # 1e-4 is the comparison's
        yield Run("rates", model="fine-tuned", epochs=4, tuning_epochs=4, tuning_rate=rate)
    for seed in range(2):
        as_asked = Run(
            "assignment", seed=seed, size=150, augmentation="assignment", epochs=50,
            batch_size=32, stops=True,
        )  # fmt: skip
        yield as_asked
        for head in ("flatten", "gap"):
            yield replace(as_asked, model="frozen", head=head, copies=10)


def main() -> None:
    """Run what was asked for and is not there yet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("experiments", nargs="*", metavar="EXPERIMENT")
    asked = parser.parse_args().experiments
    known = list(experiments())
    if unknown := set(asked) - {run.experiment for run in known}:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    for run in known:
        path = OUT / f"{run.name}.json"
        if (not asked or run.experiment in asked) and not path.exists():
            result = {"settings": asdict(run)} | outcome(run) | {"versions": versions()}
            with write_atomically(path) as temporary:
                temporary.write_text(json.dumps(result, indent=1), "utf-8")
            print(run.name, flush=True)


def outcome(run: Run) -> dict[str, Any]:
    """Train, and return the history and what the model says of the test pictures."""
    model = build(run)
    validation = pictures(run, VALIDATION, 300)
    with tempfile.TemporaryDirectory() as folder:
        history = trained(model, run, validation, Path(folder))
        checkpoints = {path.name: path.stat().st_size for path in Path(folder).iterdir()}
    KEPT.mkdir(parents=True, exist_ok=True)
    model.save_weights(KEPT / f"{run.name}.weights.h5")
    return {
        "parameters": model.count_params(),
        "history": {name: [float(f"{v:.4g}") for v in values] for name, values in history.items()},
        "checkpoints": checkpoints,
        "validation_accuracy": training.evaluate(model, validation).accuracy,
        "predicted": {name: predicted(model, run, mark) for name, mark in marks(run).items()},
    }


def trained(model: keras.Model, run: Run, validation: Data, folder: Path) -> training.History:
    """Train a model in one stage or in two, and keep the weights of its best validation loss."""
    drawn = pictures(run, run.seed, run.pictures)
    options = {"batch_size": run.batch_size, "seed": run.seed}

    def rules(epochs: int) -> list[keras.callbacks.Callback]:
        if run.stops:
            return training.callbacks(folder)
        best = keras.callbacks.EarlyStopping("val_loss", patience=epochs, restore_best_weights=True)
        return [best]

    if run.copies:
        return training.fit(
            head_of(model),
            in_turn(augmented(of_body(run)), drawn[1], run.batch_size, run.seed),
            (features_of(model, validation[0], augmented=False), validation[1]),
            run.epochs,
            rules=rules(run.epochs),
        )
    history = training.fit(model, drawn, validation, run.epochs, rules=rules(run.epochs), **options)
    if run.tuning_epochs:
        options |= {"learning_rate": run.tuning_rate, "rules": rules(run.tuning_epochs)}
        tuned = training.fine_tune(model, drawn, validation, run.tuning_epochs, **options)
        history = {name: values + tuned[name] for name, values in history.items()}
    return history


def of_body(run: Run) -> Run:
    """Return the run for what its frozen body says, which is the same for every head."""
    return replace(run, head="gap")


@cache
def augmented(run: Run) -> list[np.ndarray]:
    """Return what the frozen body says of each copy of the training pictures."""
    model, (images, _) = build(run), pictures(run, run.seed, run.pictures)
    return [features_of(model, images, augmented=True) for _ in range(run.copies)]


@cache
def test_features(run: Run) -> list[np.ndarray]:
    """Return what the frozen body says of each piece of the test pictures."""
    model = build(run)
    return [
        features_of(model, test_images(run.size, run.difficulty, None, start), augmented=False)
        for start in range(0, run.test_pictures, PIECE)
    ]


def build(run: Run) -> keras.Model:
    """Build the model of a run."""
    augmentation = models.augmentation_named(run.augmentation, run.seed)
    options = {"size": run.size, "seed": run.seed, "augmentation": augmentation}
    if run.model == "scratch":
        return models.baseline_cnn(**options)
    return models.mobilenet_v2(weights="drawn", head=run.head, **options)


def marks(run: Run) -> dict[str, int | None]:
    """Name the test sets: the mark's class is the car's and so many more, None is no mark."""
    return {"unmarked": None} | (
        {"marked": 0, "swapped": 1} if run.experiment in ("shortcut", "half-marked") else {}
    )


def pictures(run: Run, seed: int, n: int) -> Data:
    """Draw n cars of a run."""
    marked = n // 2 if run.half else n
    halves = [
        cars.draw(of_half, seed, run.size, watermark, run.difficulty, start)
        for of_half, watermark, start in ((marked, run.marked, 0), (n - marked, False, marked))
        if of_half
    ]
    images, labels = zip(*((half.images, half.labels) for half in halves), strict=True)
    return np.concatenate(images), np.concatenate(labels)


def predicted(model: keras.Model, run: Run, mark: int | None) -> str:
    """Return the class given to each test picture, a digit each; the true ones take turns."""
    starts = range(0, run.test_pictures, PIECE)
    if run.copies:
        judge, pieces = head_of(model), iter(test_features(of_body(run)))
    else:
        judge = model
        pieces = (test_images(run.size, run.difficulty, mark, start) for start in starts)
    said = [judge.predict(piece, verbose=0).argmax(axis=-1) for piece in pieces]
    return "".join(map(str, np.concatenate(said).tolist())) if said else ""


@cache
def test_images(size: int, difficulty: float, mark: int | None, start: int) -> np.ndarray:
    """Draw a piece of the test pictures."""
    classes = np.arange(start, start + PIECE) % len(CLASS_NAMES)
    watermark = False if mark is None else (classes + mark) % len(CLASS_NAMES)
    return cars.draw(PIECE, TEST, size, watermark, difficulty, start).images


def versions() -> dict[str, str]:
    """Say with what a run was made."""
    return {
        "cnnbook": __version__,
        "keras": keras.__version__,
        "backend": keras.backend.backend(),
        "numpy": np.__version__,
        "python": platform.python_version(),
    }


if __name__ == "__main__":
    main()
