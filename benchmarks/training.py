"""Training on a folder of photos, beside `image_dataset_from_directory` and `fit`.

The same network and augmentation, on the same files, each in a process of its own: seconds of wall
and of processor for the first epoch (the one in which ours decodes) and for each later one. Two
kinds of files: as small as CIFAR-10's, and as large as a telephone's.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

EPOCHS, ROUNDS = 4, 3
KINDS = {"32x32": (1000, (32, 32), 32), "1280x960": (160, (1280, 960), 96)}  # files, size, side
CODE = Path(__file__).parents[1] / "code"

MEASURED = """
import json, sys, time
import keras, numpy as np
from cnnbook import models, training
from cnnbook.photos import load
from cnnbook.training.pictures import read_once
whose, folder, side, epochs = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
model = models.baseline_cnn(5, side, augmentation=models.augmentation_named("gentle"))
seconds = []
class Clock(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        now = time.perf_counter(), time.process_time()
        seconds.append([a - b for a, b in zip(now, self.before)])
        self.before = now
clock = Clock()
clock.before = time.perf_counter(), time.process_time()
if whose == "keras":
    data = keras.utils.image_dataset_from_directory(
        folder, image_size=(side, side), batch_size=32, seed=0, verbose=False
    )
    model.fit(data, epochs=epochs, verbose=0, callbacks=[clock])
else:
    photos = load(folder)
    pictures = read_once(photos, side, folder)
    data = training.Batches(pictures.__getitem__, photos.labels, 32, seed=0)
    model.fit(data, epochs=epochs, verbose=0, shuffle=False, callbacks=[clock])
print(json.dumps(seconds))
"""


def report() -> str:
    lines = [f"Training, {EPOCHS} epochs, medians of {ROUNDS} pairs: ours / plain Keras (goal 1.0)"]
    for kind, (files, size, side) in KINDS.items():
        with tempfile.TemporaryDirectory() as folder:
            write_photos(Path(folder), files, size)
            pairs = [
                (seconds("ours", folder, side), seconds("keras", folder, side))
                for _ in range(ROUNDS)
            ]
        for clock, name in enumerate(("wall", "processor")):
            for what, chosen in (("first epoch", slice(0, 1)), ("later epochs", slice(1, None))):
                ratio = statistics.median(
                    sum(row[clock] for row in ours[chosen])
                    / sum(row[clock] for row in plain[chosen])
                    for ours, plain in pairs
                )
                lines.append(f"{files} files of {kind} at {side}: {name:<10}{what:<13}{ratio:6.2f}")
    return "\n".join(lines)


def write_photos(folder: Path, files: int, size: tuple[int, int]) -> None:
    from cnnbook.cars import draw

    cars = draw(files, seed=0, size=150)
    for i, (image, label) in enumerate(zip(cars.images, cars.labels, strict=True)):
        path = folder / f"class {label}" / f"{i}.jpg"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(image).resize(size).save(path, quality=90)


def seconds(whose: str, folder: str, side: int) -> list[list[float]]:
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, whose, folder, str(side), str(EPOCHS)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(CODE)},
    )
    return [[float(value) for value in row] for row in json.loads(done.stdout)]


if __name__ == "__main__":
    print(report())
