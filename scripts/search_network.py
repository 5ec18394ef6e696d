"""Search for the best network for the drawn cars: chosen on validation, tested once.

    python scripts/search_network.py

trains every candidate below on the same pictures, at most as long, with the callbacks of the
package; takes the one with the lowest validation loss, and only that one sees the test pictures.
It writes book/data/search.json. Each training is a finished run in _build/runs, so an interrupted
search goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers

from cnnbook import __version__, cars, models, training
from cnnbook.files import write_atomically
from cnnbook.models.building import Seeds, compiled

ROOT = Path(__file__).parent.parent
OUT = ROOT / "book" / "data" / "search.json"
TRAIN, VALIDATION, TEST = 0, 900_001, 900_002  # seeds of drawing
PIECE = 500  # pictures drawn and tested at a time

Data = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Candidate:
    """One network, and how it is trained."""

    name: str
    blocks: int = 3  # of convolution, ReLU and pooling; 0 is the body of MobileNetV2
    norm: bool = False  # BatchNorm after each convolution
    head: str = "flatten"
    augmentation: str = "gentle"
    tuning_rate: float = 0.0  # of a second stage; 0: none


A = Candidate("A")
B = Candidate("B, frozen", blocks=0, head="gap")
CANDIDATES = (
    A,
    replace(A, name="A, no augmentation", augmentation="none"),
    replace(A, name="A, four blocks", blocks=4),
    replace(A, name="A, GAP", head="gap"),
    replace(A, name="A, BatchNorm", norm=True),
    replace(A, name="A, BatchNorm, no augmentation", norm=True, augmentation="none"),
    replace(A, name="A, BatchNorm, GAP", norm=True, head="gap"),
    B,
    replace(B, name="B, frozen, Flatten", head="flatten"),
    replace(B, name="B, then 1e-4", tuning_rate=1e-4),
    replace(B, name="B, then 3e-4", tuning_rate=3e-4),
    replace(B, name="B, then 3e-4, no augmentation", tuning_rate=3e-4, augmentation="none"),
)


@dataclass(frozen=True)
class Budget:
    """How much a candidate may have, the same for all."""

    size: int = 96
    train: int = 1200
    validation: int = 400
    test: int = 5000
    epochs: int = 8  # of both stages together; the first of two takes a quarter
    batch_size: int = 16
    seed: int = 0


def main() -> None:
    """Search with the whole budget and write what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.parse_args()
    result = search(CANDIDATES, Budget(), ROOT / "_build" / "runs")
    with write_atomically(OUT) as temporary:
        temporary.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


def search(candidates: tuple[Candidate, ...], budget: Budget, runs: Path) -> dict[str, Any]:
    """Train every candidate, choose by validation loss, and test the chosen one."""
    train = pictures(budget.train, TRAIN, budget.size)
    validation = pictures(budget.validation, VALIDATION, budget.size)
    rows, best, chosen = [], float("inf"), None
    for candidate in candidates:
        started = time.monotonic()
        model = build(candidate, budget)
        history = trained(model, candidate, budget, train, validation, runs)
        loss, accuracy = model.evaluate(*validation, verbose=0)
        row = asdict(candidate) | {
            "parameters": model.count_params(),
            "epochs": len(history["loss"]),
            "validation_loss": round(loss, 4),
            "validation_right": round(accuracy * budget.validation),
        }
        rows.append(row)
        print(row, f"{time.monotonic() - started:.0f} s", flush=True)
        if loss < best:
            best, chosen, name = loss, model, candidate.name
    return {
        "command": "python scripts/search_network.py",
        "versions": versions(),
        "budget": asdict(budget),
        "seeds": {"train": TRAIN, "validation": VALIDATION, "test": TEST},
        "candidates": rows,
        "chosen": name,
        "test_right": right(chosen, budget),
    }


def build(candidate: Candidate, budget: Budget) -> keras.Model:
    """Build a candidate, compiled: (n, size, size, 3) in 0..255 -> (n, 5)."""
    augmentation = models.augmentation_named(candidate.augmentation, budget.seed)
    if not candidate.blocks:
        options = {"head": candidate.head, "seed": budget.seed, "augmentation": augmentation}
        return models.mobilenet_v2(size=budget.size, weights="drawn", **options)
    seeds = Seeds(budget.seed)
    stack = [keras.Input((budget.size, budget.size, 3)), augmentation, layers.Rescaling(1 / 255)]
    for filters in (32, 64, 64, 64)[: candidate.blocks]:
        stack.append(layers.Conv2D(filters, 3, padding="same", kernel_initializer=seeds.glorot()))
        stack += [layers.BatchNormalization()] if candidate.norm else []
        stack += [layers.ReLU(), layers.MaxPooling2D(2)]
    flat = layers.Flatten() if candidate.head == "flatten" else layers.GlobalAveragePooling2D()
    stack += [flat, layers.Dense(128, "relu", kernel_initializer=seeds.glorot())]
    stack.append(layers.Dense(5, "softmax", kernel_initializer=seeds.glorot()))
    return compiled(keras.Sequential(stack))


def trained(
    model: keras.Model,
    candidate: Candidate,
    budget: Budget,
    train: Data,
    validation: Data,
    runs: Path,
) -> training.History:
    """Train a candidate in one stage, or in two, and return both histories as one."""
    step = partial(
        training.fit,
        batch_size=budget.batch_size,
        seed=budget.seed,
        run_dir=training.FinishedRuns(runs),
    )
    if not candidate.tuning_rate:
        return step(model, train, validation, budget.epochs)
    first = max(1, budget.epochs // 4)
    history = step(model, train, validation, first)
    tuned = training.fine_tune(
        model,
        train,
        validation,
        budget.epochs - first,
        learning_rate=candidate.tuning_rate,
        **step.keywords,
    )
    return {name: values + tuned[name] for name, values in history.items()}


def pictures(n: int, seed: int, size: int) -> Data:
    """Draw n cars."""
    drawn = cars.draw(n, seed, size)
    return drawn.images, drawn.labels


def right(model: keras.Model, budget: Budget) -> int:
    """Count the test pictures that a model tells right; they are drawn a piece at a time."""
    count = 0
    for start in range(0, budget.test, PIECE):
        n = min(PIECE, budget.test - start)
        drawn = cars.draw(n, TEST, budget.size, start=start)
        said = model.predict(drawn.images, verbose=0).argmax(axis=-1)
        count += int((said == drawn.labels).sum())
    return count


def versions() -> dict[str, str]:
    """Say with what the search was made."""
    backend = keras.backend.backend()
    return {
        "cnnbook": __version__,
        "keras": f"{keras.__version__} on {backend}",
        "numpy": np.__version__,
        "python": platform.python_version(),
    }


if __name__ == "__main__":
    main()
