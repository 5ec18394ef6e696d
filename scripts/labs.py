"""Train the small network of the two labs, with three kinds of border.

    python scripts/labs.py

writes book/data/labs/network.npz, the weights of the run with zeros and seed 0 as float16, and
book/data/labs/borders.json: what every trained network says of the test pictures under every
border, a digit a picture. A network is rounded to float16 before it is asked, so the pages, which
compute it in NumPy, must find the same digits. A run that is in the file is not run again.
"""

from __future__ import annotations

import json
import platform
from functools import cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers

from cnnbook import __version__, cars
from cnnbook.files import write_atomically

OUT = Path(__file__).parent.parent / "book" / "data" / "labs"
BORDERS = {"zeros": "constant", "edge": "symmetric", "reflect": "reflect"}  # ours, Keras' name
SEEDS = (0, 1)
PICTURES, VALIDATION, TEST = 2000, 900_011, 900_012  # seeds of drawing; no run has the last two
TESTED, VALIDATED, EPOCHS, BATCH = 2000, 500, 15, 32
DRAWN = 128  # side; the network sees the mean of every 2x2

Weights = list[np.ndarray]


def main() -> None:
    """Train what is not there yet."""
    path = OUT / "borders.json"
    found = json.loads(path.read_text("utf-8")) if path.exists() else {"runs": []}
    test = shrunk(TESTED, TEST)[0]
    for seed in SEEDS:
        for border in BORDERS:
            if any((run["border"], run["seed"]) == (border, seed) for run in found["runs"]):
                continue
            weights, history = trained(border, seed)
            said = {other: digits(built(other, weights), test) for other in BORDERS}
            found["runs"].append(
                {"border": border, "seed": seed, "val_accuracy": history, "said": said}
            )
            if (border, seed) == ("zeros", 0):
                names = (f"{i:02d}" for i in range(len(weights)))
                np.savez_compressed(OUT / "network.npz", **dict(zip(names, weights, strict=True)))
            with write_atomically(path) as temporary:
                temporary.write_text(json.dumps(about() | found, indent=1), "utf-8")
            print(border, seed, history[-1], flush=True)


@cache
def shrunk(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw n cars at twice the side and average every 2x2: (n, 64, 64, 3) float32, (n,)."""
    images, labels = [], []
    for start in range(0, n, 500):
        drawn = cars.draw(min(500, n - start), seed, DRAWN, start=start)
        half = drawn.images.reshape(-1, DRAWN // 2, 2, DRAWN // 2, 2, 3).mean((2, 4))
        images.append(half.astype("float32"))
        labels.append(drawn.labels)
    return np.concatenate(images), np.concatenate(labels)


def trained(border: str, seed: int) -> tuple[Weights, list[float]]:
    """Train one network to its end and return its weights, rounded, and its validation accuracy."""
    keras.utils.set_random_seed(seed)
    model = network(border)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    images, labels = shrunk(PICTURES, seed)
    past = model.fit(
        images, labels, BATCH, EPOCHS, validation_data=shrunk(VALIDATED, VALIDATION), verbose=0
    )
    rounded = [w.astype("float16") for w in model.get_weights()]
    return rounded, [float(f"{v:.3f}") for v in past.history["val_accuracy"]]


def network(border: str) -> keras.Model:
    """Build the network: (n, 64, 64, 3) in 0..255 -> (n, 5)."""
    stack: list[Any] = [keras.Input((DRAWN // 2, DRAWN // 2, 3)), layers.Rescaling(1 / 255)]
    for filters, stride in ((8, 2), (16, 1), (32, 1)):
        stack += [
            Border(border, before=stride % 2),
            layers.Conv2D(filters, 3, strides=stride, use_bias=False),
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
        ]
        stack += [layers.MaxPooling2D(2)] * (stride == 1)
    stack += [layers.Flatten(), layers.Dense(32, "relu"), layers.Dense(5, "softmax")]
    return keras.Sequential(stack)


class Border(layers.Layer):  # type: ignore[misc]
    """One more row and column on each side; with before=0 below and to the right alone.

    With zeros that is Keras' "same" of a 3x3 kernel: of stride 1, and of stride 2 on even sides.
    """

    def __init__(self, border: str, before: int) -> None:
        super().__init__()
        self.mode, self.width = BORDERS[border], [[0, 0], [before, 1], [before, 1], [0, 0]]

    def call(self, images: Any) -> Any:
        """Pad: (n, h, w, c) -> (n, h + before + 1, w + before + 1, c)."""
        return keras.ops.pad(images, self.width, mode=self.mode)


def built(border: str, weights: Weights) -> keras.Model:
    """Build a network with known weights."""
    model = network(border)
    model.set_weights([w.astype("float32") for w in weights])
    return model


def digits(model: keras.Model, images: np.ndarray) -> str:
    """Return the class that a network gives each picture, a digit each."""
    said = model.predict(images, verbose=0).argmax(axis=-1)
    return "".join(map(str, said.tolist()))


def about() -> dict[str, Any]:
    """Say how the file came about."""
    return {
        "command": "python scripts/labs.py",
        "versions": {
            "cnnbook": __version__,
            "keras": f"{keras.__version__} on {keras.backend.backend()}",
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
        "seeds": {"validation": VALIDATION, "test": TEST},
        "budget": {"pictures": PICTURES, "epochs": EPOCHS, "batch_size": BATCH, "test": TESTED},
    }


if __name__ == "__main__":
    main()
