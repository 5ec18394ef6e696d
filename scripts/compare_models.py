"""Compare training from scratch, frozen transfer and fine-tuning, on few and on many photos.

    python scripts/compare_models.py

writes book/data/comparison.csv, one line a run; lines that begin with # say what was run. With few
photos a run gets three times as many epochs; every run trains to its end and keeps the weights of
its best validation loss. All are tested on 300 other drawn cars.
"""

from __future__ import annotations

import argparse
import csv
import platform
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import keras
import numpy as np

from cnnbook import __version__, cars, models, training
from cnnbook.cars.drawing import DEFAULT_DIFFICULTY
from cnnbook.files import write_atomically

OUT = Path(__file__).parent.parent / "book" / "data" / "comparison.csv"
COLUMNS = ("model", "photos_per_class", "seed", "epochs", "test_accuracy")
BATCH = 16

Data = tuple[np.ndarray, np.ndarray]


def main() -> None:
    """Run every combination and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=96)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--per-class", type=int, nargs="+", default=[20, 160])
    parser.add_argument("--epochs", type=int, nargs=3, default=[15, 5, 6],
                        help="with most photos: from scratch, frozen, fine-tuned")  # fmt: skip
    given = parser.parse_args()
    validation = pictures(100, 900_001, given.size)
    test = pictures(300, 900_002, given.size)
    rows = []
    for per_class in given.per_class:
        for seed in range(given.seeds):
            train = pictures(5 * per_class, seed, given.size)
            more = 1 if per_class == max(given.per_class) else 3
            limits = [limit * more for limit in given.epochs]
            for name, epochs, accuracy in runs(train, validation, test, seed, limits):
                rows.append((name, per_class, seed, epochs, f"{accuracy:.4f}"))
                print(*rows[-1], flush=True)
    write(rows, given)


def pictures(n: int, seed: int, size: int) -> Data:
    """Draw n cars."""
    drawn = cars.draw(n, seed, size)
    return drawn.images, drawn.labels


def runs(
    train: Data, validation: Data, test: Data, seed: int, epochs: list[int]
) -> Iterator[tuple[str, int, float]]:
    """Train three ways and yield name, epochs and test accuracy of each."""
    size = train[0].shape[1]

    def augmentation() -> models.RandomAffine:
        return models.RandomAffine(rotation=8, shift=0.08, zoom=0.1, seed=seed, name="augmentation")

    def fit(
        step: Callable[..., training.History], model: keras.Model, limit: int
    ) -> tuple[int, float]:
        best = keras.callbacks.EarlyStopping("val_loss", patience=limit, restore_best_weights=True)
        options = {"batch_size": BATCH, "seed": seed, "rules": [best]}
        history = step(model, train, validation, limit, **options)
        return len(history["loss"]), training.evaluate(model, test).accuracy

    scratch = models.baseline_cnn(size=size, seed=seed, augmentation=augmentation())
    yield "scratch", *fit(training.fit, scratch, epochs[0])
    transfer = models.mobilenet_v2(
        size=size, weights="drawn", head="gap", seed=seed, augmentation=augmentation()
    )
    yield "frozen", *fit(training.fit, transfer, epochs[1])
    yield "fine-tuned", *fit(partial(training.fine_tune, learning_rate=3e-4), transfer, epochs[2])


def write(rows: list[tuple[object, ...]], given: argparse.Namespace) -> None:
    """Write the table, under a header that says how it came about."""
    versions = f"cnnbook {__version__}, keras {keras.__version__}, numpy {np.__version__}"
    header = (
        "# scratch: baseline_cnn; frozen, fine-tuned: mobilenet_v2(weights='drawn', head='gap')\n"
        f"# drawn cars of {given.size}x{given.size}, difficulty {DEFAULT_DIFFICULTY}; "
        f"epochs {given.epochs}, three times that with few photos; batches of {BATCH}\n"
        f"# {versions}, Python {platform.python_version()}; python scripts/compare_models.py\n"
    )
    with (
        write_atomically(OUT) as temporary,
        temporary.open("w", newline="", encoding="utf-8") as file,
    ):
        file.write(header)
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
