"""Reading, resizing and augmenting photos, beside the homework's `ImageDataGenerator`.

Both read the same JPEG files of 600x450 pixels, resize them to 150x150, and apply the same random
rotation, shift, shear, zoom and flip. Peak memory is measured in a process of its own, which
streams one epoch of 2,000 and then of 20,000 files.
"""

from __future__ import annotations

import importlib.metadata
import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from PIL import Image

SIZE, BATCH, FILES, ROUNDS = 150, 32, 320, 3
CODE = Path(__file__).parents[1] / "code"

STREAM = """
import resource, sys
import numpy as np
from cnnbook import training
from cnnbook.photos import load
photos = load(sys.argv[1])
chosen = np.resize(np.arange(len(photos)), int(sys.argv[2]))
batches = training.Batches(
    lambda p: photos.read(chosen[p], 64), photos.labels[chosen], 32, seed=0, workers=2
)
total = sum(int(batches[i][0][:, 0, 0, 0].sum()) for i in range(len(batches)))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def report() -> str:
    with tempfile.TemporaryDirectory() as folder:
        write_photos(Path(folder))
        speeds = {"cnnbook": [], "ImageDataGenerator": []}  # type: dict[str, list[float]]
        for _ in range(ROUNDS):
            for name, batches in (("cnnbook", ours), ("ImageDataGenerator", legacy)):
                speeds[name].append(images_per_second(batches, folder))
        memory = [peak_megabytes(folder, count) for count in (2_000, 20_000)]
    best = {name: max(values) for name, values in speeds.items()}
    ratio = best["cnnbook"] / best["ImageDataGenerator"]
    versions = ", ".join(f"{p} {importlib.metadata.version(p)}" for p in ("keras", "pillow"))
    return "\n".join(
        [
            f"Input pipeline: {FILES} JPEG files, 600x450 -> {SIZE}x{SIZE}, augmented ({versions})",
            *(f"{name:<22}{value:8.0f} images/s" for name, value in best.items()),
            f"{'ratio':<22}{ratio:8.1f}",
            f"peak memory, one epoch of  2,000 files: {memory[0]} MB",
            f"peak memory, one epoch of 20,000 files: {memory[1]} MB",
        ]
    )


def write_photos(folder: Path) -> None:
    from cnnbook.cars import draw

    cars = draw(FILES, seed=0, size=SIZE)
    for i, (image, label) in enumerate(zip(cars.images, cars.labels, strict=True)):
        path = folder / f"class {label}" / f"{i}.jpg"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(image).resize((600, 450)).save(path, quality=90)


def images_per_second(batches: Callable[[str], Iterator[Any]], folder: str) -> float:
    epoch = batches(folder)
    count = len(next(epoch))  # the first batch also starts threads and traces graphs
    started, count = time.perf_counter(), 0
    for batch in epoch:
        count += len(batch)
    return count / (time.perf_counter() - started)


def ours(folder: str) -> Iterator[Any]:
    """Yield batches as `fit` gets them: two reading threads, then the model's own first layer."""
    import tensorflow as tf
    from keras.src.trainers.data_adapters.py_dataset_adapter import PyDatasetAdapter

    from cnnbook import models, training
    from cnnbook.photos import load

    photos = load(folder)
    batches = training.Batches(
        lambda p: photos.read(p, SIZE), photos.labels, BATCH, seed=0, workers=2
    )
    layer = models.RandomAffine()
    augment = tf.function(lambda x: layer(x, training=True), reduce_retracing=True)
    adapter = PyDatasetAdapter(batches)
    adapter.on_epoch_begin()
    for images, _ in adapter.get_tf_dataset():
        yield augment(images).numpy()
    adapter.on_epoch_end()


def legacy(folder: str) -> Iterator[Any]:
    """Yield one epoch of the homework's iterator."""
    from tensorflow.keras.preprocessing.image import ImageDataGenerator

    generator = ImageDataGenerator(
        rotation_range=40,
        width_shift_range=0.2,
        height_shift_range=0.2,
        rescale=1 / 255,
        shear_range=0.2,
        zoom_range=0.2,
        horizontal_flip=True,
        fill_mode="nearest",
    )
    with redirect_stdout(io.StringIO()):  # it prints how many files it found
        batches = generator.flow_from_directory(folder, (SIZE, SIZE), batch_size=BATCH, seed=42)
    for i in range(len(batches)):
        yield batches[i][0]


def peak_megabytes(folder: str, count: int) -> int:
    done = subprocess.run(
        [sys.executable, "-c", STREAM, folder, str(count)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(CODE)},
    )
    return int(done.stdout)


if __name__ == "__main__":
    print(report())
