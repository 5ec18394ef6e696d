"""Pretrain the small MobileNetV2 that the package ships, on drawn vehicles that are no cars.

    python scripts/pretrain_backbone.py

writes mobilenet_v2_drawn.npz (float16) into code/cnnbook/models/weights and, beside it, a JSON file
with the seed, versions and accuracy that the model card quotes.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from pathlib import Path

import keras
import numpy as np
from keras import layers
from other_vehicles import CLASSES, vehicle

from cnnbook.cars.drawing import Scene, compose, dice
from cnnbook.cars.film import develop, make_grain
from cnnbook.files import write_atomically
from cnnbook.models import RandomAffine

WEIGHTS = Path(__file__).parent.parent / "code" / "cnnbook" / "models" / "weights"
SIZE = 96
ALPHA = 0.35


def draw(n: int, seed: int, difficulty: float = 0.15) -> tuple[np.ndarray, np.ndarray]:
    """Draw n pictures of the vehicles in turn: (n, 96, 96, 3) uint8 and labels (n,)."""
    meshes = [vehicle(label) for label in range(len(CLASSES))]
    labels = np.arange(n) % len(CLASSES)
    images = np.empty((n, SIZE, SIZE, 3), np.uint8)
    grain = make_grain(SIZE)
    for i, label in enumerate(labels):
        rng = dice(seed, i)
        _, canvas = compose(Scene(meshes[label]), SIZE, difficulty, rng)
        images[i] = develop(canvas, grain, difficulty, rng)
    return images, labels


def classifier(backbone: keras.Model) -> keras.Model:
    """Put a linear head on the backbone."""
    inputs = keras.Input((SIZE, SIZE, 3))
    x = RandomAffine(rotation=8, shift=0.08, zoom=0.12, seed=0)(inputs)
    x = layers.Rescaling(1 / 127.5, offset=-1)(x)
    x = layers.GlobalAveragePooling2D()(backbone(x))
    x = layers.Dropout(0.2, seed=0)(x)
    return keras.Model(inputs, layers.Dense(len(CLASSES))(x))


def main() -> None:
    """Draw, train, test and save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=5000)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    keras.utils.set_random_seed(given.seed)
    started = time.time()
    x, y = draw(given.images, seed=given.seed)
    x_test, y_test = draw(600, seed=given.seed + 1)
    print(f"drawn in {time.time() - started:.0f} s", flush=True)
    backbone = keras.applications.MobileNetV2(
        input_shape=(SIZE, SIZE, 3), alpha=ALPHA, include_top=False, weights=None
    )
    # Keras' 0.999 needs thousands of steps before the averages mean anything.
    for layer in backbone.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.momentum = 0.9
    model = classifier(backbone)
    steps = -(-given.images // 32) * given.epochs
    rate = keras.optimizers.schedules.CosineDecay(
        1e-4, steps, warmup_target=3e-3, warmup_steps=steps // 10, alpha=0.01
    )
    model.compile(
        keras.optimizers.Adam(rate),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    model.fit(x, y, batch_size=32, epochs=given.epochs, verbose=2)
    _, accuracy = model.evaluate(x_test, y_test, verbose=0)
    facts = {
        "test_accuracy": round(accuracy, 4),
        "classes": list(CLASSES),
        "images": given.images,
        "epochs": given.epochs,
        "size": SIZE,
        "alpha": ALPHA,
        "seed": given.seed,
        "seconds": round(time.time() - started),
        "keras": keras.__version__,
        "python": platform.python_version(),
    }
    print(facts)
    arrays = {f"{i:03d}": w.astype("float16") for i, w in enumerate(backbone.get_weights())}
    if not all(np.isfinite(a).all() for a in arrays.values()):
        raise ValueError("a weight does not fit into float16")
    with write_atomically(WEIGHTS / "mobilenet_v2_drawn.npz") as temporary:
        np.savez_compressed(temporary, **arrays)
    with write_atomically(WEIGHTS / "mobilenet_v2_drawn.json") as temporary:
        temporary.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
