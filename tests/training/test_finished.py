"""Runs that are shared: taken up when all is the same, trained anew when anything is not."""

from pathlib import Path

import keras
import numpy as np
import pytest

from cnnbook import models, training
from cnnbook.training import finished


@pytest.fixture(scope="module")
def runs(data, tiny, tmp_path_factory):
    """A folder that holds one run, and the model and history that came of it."""
    folder = tmp_path_factory.mktemp("runs")
    model = tiny()
    history = training.fit(model, data, data, epochs=3, run_dir=training.FinishedRuns(folder))
    return folder, model.get_weights(), history


def made(folder: Path) -> int:
    return len(list(folder.iterdir()))


def test_who_asks_again_trains_no_step(data, tiny, runs, monkeypatch):
    folder, weights, history = runs
    plain = tiny()
    training.fit(plain, data, data, epochs=3)
    model = tiny()
    monkeypatch.setattr(model, "train_step", lambda *_: pytest.fail("trained again"))
    again = training.fit(model, data, data, epochs=3, run_dir=training.FinishedRuns(folder))
    assert again == history and made(folder) == 1
    (best,) = folder.glob("*/best.weights.h5")
    plain.load_weights(best)  # early stopping has put the best back too
    for ours, kept, theirs in zip(model.get_weights(), weights, plain.get_weights(), strict=True):
        assert np.array_equal(ours, kept) and np.array_equal(ours, theirs)


@pytest.mark.parametrize("changed", ["pictures", "seed", "first weights", "epochs", "code"])
def test_whatever_differs_is_a_run_of_its_own(data, tiny, runs, changed, monkeypatch):
    folder, _, history = runs
    before, epochs, seed, pictures = made(folder), 3, 0, data[0]
    model = tiny()
    if changed == "pictures":
        pictures = 255 - pictures
    elif changed == "seed":
        seed = 1
    elif changed == "first weights":
        model.set_weights([weight + 0.1 for weight in model.get_weights()])
    elif changed == "epochs":
        epochs = 2
    else:
        monkeypatch.setattr(finished, "_code", lambda: "another version")
    options = {"epochs": epochs, "seed": seed, "run_dir": training.FinishedRuns(folder)}
    other = training.fit(model, (pictures, data[1]), data, **options)
    assert made(folder) == before + 1
    assert len(other["loss"]) == epochs
    assert (other == history) is (changed == "code")


def test_the_second_stage_hangs_on_the_first(data, tmp_path):
    runs = training.FinishedRuns(tmp_path)
    for seed in (0, 0, 1):
        start = keras.initializers.GlorotUniform(seed)
        layers = [
            keras.Input(data[0].shape[1:]),
            keras.layers.Conv2D(3, 3, kernel_initializer=start),
        ]
        backbone = keras.Sequential(layers, name="backbone")
        model = models.transfer_model(backbone, classes=5)
        training.fit(model, data, data, epochs=1, run_dir=runs)
        training.fine_tune(model, data, data, epochs=1, run_dir=runs)
    assert made(tmp_path) == 4
