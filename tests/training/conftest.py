from collections.abc import Callable, Iterator
from pathlib import Path

import keras
import numpy as np
import pytest

from cnnbook import cars, models
from cnnbook.settings import RunConfig
from cnnbook.training.runs import train_run
from eager import eagerly

SIDE = 8


@pytest.fixture(scope="session", autouse=True)
def eager() -> Iterator[None]:
    """Compile no model."""
    with eagerly():
        yield


@pytest.fixture(scope="session")
def data() -> tuple[np.ndarray, np.ndarray]:
    """40 pictures whose class shows in their brightness, and their five labels."""
    labels = np.arange(40) % 5
    noise = np.random.default_rng(0).integers(0, 30, (40, SIDE, SIDE, 3))
    return (noise + 45 * labels[:, None, None, None]).astype(np.uint8), labels


@pytest.fixture(scope="session")
def tiny() -> Callable[..., keras.Model]:
    """Build all that matters for resuming, small: random layers, a convolution, Adam."""

    def build(seed: int = 3, classes: int = 5, rate: float = 0.01) -> keras.Model:
        glorot = keras.initializers.GlorotUniform
        layers = keras.layers
        model = keras.Sequential(
            [
                keras.Input((SIDE, SIDE, 3)),
                models.RandomAffine(seed=seed),
                layers.Rescaling(1 / 255),
                layers.Conv2D(3, 3, strides=2, kernel_initializer=glorot(seed)),
                layers.Dropout(0.2, seed=seed),
                layers.Flatten(),
                layers.Dense(classes, "softmax", kernel_initializer=glorot(seed + 1)),
            ]
        )
        model.compile(
            keras.optimizers.Adam(rate),
            keras.losses.SparseCategoricalCrossentropy(),
            metrics=["accuracy"],
            run_eagerly=True,  # tracing would take longer than training
        )
        return model

    return build


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tree") / "cars"
    cars.write_folder(folder, n=30, seed=3, size=32)
    return folder


@pytest.fixture(scope="session")
def two_epochs(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train a run of two epochs, for copies of it to go on from."""
    run = tmp_path_factory.mktemp("runs") / "run"
    train_run(RunConfig(str(tree), size=8, epochs=2, batch_size=8), run)
    return run
