"""Train the small network that runs in the page of the counterfactual car.

    python scripts/train_page_network.py

writes network.npz (float16) into book/_ext/widgets/car and, beside it, network.json with seed,
pictures, accuracy and versions. It flattens, as model A of the chapter does, so that Grad-CAM and
HiResCAM differ.
"""

from __future__ import annotations

import json
import platform
from pathlib import Path

import keras
import numpy as np
from keras import layers

from cnnbook import cars
from cnnbook.files import write_atomically
from cnnbook.models import RandomAffine

TARGET = Path(__file__).parent.parent / "book" / "_ext" / "widgets" / "car"
SIZE, SEED, IMAGES, EPOCHS, TESTED = 96, 0, 5000, 14, 2000


def network() -> keras.Model:
    """Return the network without its augmentation: 96×96×3 in 0..255 to five logits."""
    return keras.Sequential(
        [
            keras.Input((SIZE, SIZE, 3)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(16, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2D(24, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(48, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(len(cars.CLASS_NAMES)),
        ]
    )


def main() -> None:
    """Draw, train, test with the weights as they are written, and write them."""
    keras.utils.set_random_seed(SEED)
    drawn, tested = (cars.draw(n, seed=seed, size=SIZE) for n, seed in ((IMAGES, 50), (TESTED, 51)))
    small = network()
    inputs = keras.Input((SIZE, SIZE, 3))
    augmented = RandomAffine(rotation=5, shift=0.05, zoom=0.08, seed=SEED)(inputs)
    training = keras.Model(inputs, small(layers.Dropout(0.1, seed=SEED)(augmented)))
    rate = keras.optimizers.schedules.CosineDecay(2e-3, EPOCHS * -(-IMAGES // 32))
    training.compile(
        keras.optimizers.Adam(rate),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    training.fit(drawn.images.astype("float32"), drawn.labels, 32, EPOCHS, verbose=2)
    weights = [w.astype(np.float16) for w in small.get_weights()]
    small.set_weights(weights)
    logits = small.predict(tested.images.astype("float32"), batch_size=100, verbose=0)
    accuracy = float((logits.argmax(1) == tested.labels).mean())
    told = {
        **{"seed": SEED, "images": IMAGES, "epochs": EPOCHS, "tested": TESTED},
        **{"accuracy": accuracy, "keras": keras.version(), "python": platform.python_version()},
    }
    with write_atomically(TARGET / "network.npz") as path:
        np.savez_compressed(path, *weights)
    with write_atomically(TARGET / "network.json") as path:
        path.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    print(told)


if __name__ == "__main__":
    main()
