"""Measure three scores for pictures unlike the training's, at one rate of false alarms.

    python scripts/measure_unlike.py

trains model A on five makes of drawn cars, and on four of them, as `cnnbook train` does, and writes
to book/data/unlike.json how many of other pictures each score finds: noise, soft blots of colour,
streets without a car, and the make that was not learnt. book/your-photos.md quotes it.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import keras
import numpy as np
from PIL import Image

from cnnbook import cars
from cnnbook.cars.camera import look
from cnnbook.cars.canvas import Canvas
from cnnbook.cars.caricature import mesh
from cnnbook.cars.street import street
from cnnbook.files import write_atomically
from cnnbook.gradcam import logits
from cnnbook.photos import read_manifest
from cnnbook.settings import RunConfig
from cnnbook.training.runs import Run, open_run, train_run
from cnnbook.training.unlike import threshold

OUT = Path(__file__).parent.parent / "book" / "data" / "unlike.json"
SIDE, CARS, EPOCHS, OTHERS = 64, 600, 30, 100
UNSEEN = "peugeot_206"


def main() -> None:
    """Train twice, measure, write."""
    keras.utils.disable_interactive_logging()
    with tempfile.TemporaryDirectory() as folder:
        everything, fewer = Path(folder, "five"), Path(folder, "four")
        cars.write_folder(everything, n=CARS, seed=1, size=96)
        shutil.copytree(everything, fewer, ignore=shutil.ignore_patterns(UNSEEN))
        unseen = sorted((everything / UNSEEN).glob("*.jpg"))[:OTHERS]
        found = {}
        for data in (everything, fewer):
            config = RunConfig(str(data), size=SIDE, epochs=EPOCHS)
            train_run(config, data.with_suffix(".run"))
            run = open_run(data.with_suffix(".run"))
            others = pictures(run.size)
            if data == fewer:
                others[f"a make not learnt ({UNSEEN})"] = run.read(unseen)
            found[data.name] = shares(run, data, others)
    with write_atomically(OUT) as temporary:
        temporary.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


def shares(run: Run, data: Path, others: dict[str, np.ndarray]) -> dict[str, dict[str, float]]:
    """Return the share of each kind that each score calls unlike, and of the test photos."""
    photos, parts = read_manifest(data.with_suffix(".run") / "manifest.csv", data)
    own = {
        name: run.read([photos.records[i].path for i in part])
        for name, part in zip(("validation", "test"), parts[1:], strict=True)
    }
    found = {}
    for name, score in scores(run).items():
        below = threshold(score(own["validation"]))
        kinds = {"test photos": own["test"], **others}
        found[name] = {kind: float(np.mean(score(x) < below)) for kind, x in kinds.items()}
    return found


def scores(run: Run) -> dict[str, Callable[[np.ndarray], np.ndarray]]:
    """Return what is compared: each takes pictures and is high for those like the training's."""

    def energy(x: np.ndarray) -> np.ndarray:
        z = logits(run.model, x)
        return z.max(axis=1) + np.log(np.exp(z - z.max(axis=1, keepdims=True)).sum(axis=1))

    return {
        "softmax": lambda x: run.ask(x).probabilities.max(axis=1),
        "energy": energy,
        "neighbour": lambda x: run.ask(x).likeness,
    }


def pictures(side: int) -> dict[str, np.ndarray]:
    """Draw pictures that are no cars, (n, side, side, 3) of each kind."""
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (OTHERS, 4, 4, 3)).astype(np.uint8)
    return {
        "noise": rng.integers(0, 256, (OTHERS, side, side, 3)).astype(np.uint8),
        "soft blots": np.stack([resized(x, side) for x in coarse]),
        "empty streets": np.stack([empty_street(i, side) for i in range(OTHERS)]),
    }


def empty_street(seed: int, side: int) -> np.ndarray:
    """Draw what lies behind a car, without the car."""
    canvas, rng = Canvas(96), Random(seed)
    street(canvas, look(mesh(3, 0.6), 0.0, canvas.side, 0.9, rng), 1.0, rng)
    colours = np.clip(canvas.colours, 0, 255).astype(np.uint8)
    return resized(colours[np.asarray(canvas.picture)], side)


def resized(picture: np.ndarray, side: int) -> np.ndarray:
    """Resize a picture, smoothly."""
    return np.asarray(Image.fromarray(picture).resize((side, side), Image.Resampling.BICUBIC))


if __name__ == "__main__":
    main()
