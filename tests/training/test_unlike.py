"""The score for unlike pictures, against its definition and what is promised of its threshold."""

import json
import shutil

import keras
import numpy as np
import pytest

from cnnbook import models
from cnnbook.intervals import share
from cnnbook.training.runs import open_run
from cnnbook.training.unlike import (
    Familiar,
    chosen_to_remember,
    likeness,
    read_familiar,
    threshold,
    with_features,
    write_familiar,
)


def test_likeness_is_the_largest_cosine():
    rng = np.random.default_rng(0)
    asked, remembered = rng.normal(size=(5, 7)), rng.normal(size=(9, 7))
    by_definition = [
        max(np.dot(a, b) / (np.sqrt(np.dot(a, a)) * np.sqrt(np.dot(b, b))) for b in remembered)
        for a in asked
    ]
    np.testing.assert_allclose(likeness(asked, remembered), by_definition)
    assert likeness([[0.0, 0.0]], [[1.0, 0.0]]).tolist() == [0.0]  # a map that is nowhere active


@pytest.mark.parametrize("n", [19, 20, 60, 400])
def test_no_more_false_alarms_than_promised(n):
    """A further score lies below the threshold in at most 5 % of draws of all n + 1 scores."""
    draws = np.random.default_rng(n).random((4000, n + 1))
    alarms = share([row[-1] < threshold(row[:-1]) for row in draws])
    assert alarms.low <= 0.05
    assert alarms.high >= 0.05 * n / (n + 1) * 0.6  # nor far fewer
    assert threshold(draws[0][:18]) is None


def test_features_are_channel_means_of_the_last_feature_map():
    for model in (
        models.baseline_cnn(3, size=8),
        models.mobilenet_v2(3, size=32, weights=None, augmentation=keras.layers.Identity()),
    ):
        x = np.random.default_rng(0).integers(0, 256, (2, *model.input_shape[1:]))
        answers, features = with_features(model).predict(x, verbose=0)
        y = keras.ops.convert_to_tensor(x, "float32")
        for layer in model.layers[isinstance(model.layers[0], keras.layers.InputLayer) :]:
            before, y = y, layer(y)
            if len(y.shape) == 2 and len(before.shape) == 4:
                break
        np.testing.assert_allclose(features, np.asarray(before).mean(axis=(1, 2)), rtol=1e-4)
        np.testing.assert_allclose(answers, model.predict(x, verbose=0), atol=1e-6)


def test_what_is_remembered_is_drawn_once_and_comes_back(tmp_path):
    assert chosen_to_remember(np.arange(7), 0).tolist() == list(range(7))
    drawn = chosen_to_remember(np.arange(9000), 1)
    assert (
        len(set(drawn)) == 2000
        and drawn.tolist() == chosen_to_remember(np.arange(9000), 1).tolist()
    )
    features = np.random.default_rng(0).random((6, 5))
    write_familiar(tmp_path / "f.npz", Familiar(features, 0.25))
    back = read_familiar(tmp_path / "f.npz")
    assert back.below == 0.25
    np.testing.assert_allclose(likeness(features, back.features), np.ones(6), atol=1e-3)


def test_a_run_knows_its_own_photos(two_epochs, tree, tmp_path):
    run = open_run(two_epochs)
    told = json.loads((two_epochs / "metrics.json").read_text())["unlike"]
    manifest = (two_epochs / "manifest.csv").read_text().splitlines()
    own = [line.split(",") for line in manifest if line.startswith("train,")]
    paths = [next(part for part in line if part.endswith(".jpg")) for line in own]
    said = run.ask(run.read([tree / path for path in paths]))
    np.testing.assert_allclose(said.likeness, 1, atol=1e-3)
    assert said.unlike is None and told["below"] is None  # 5 photos cannot promise 5 %
    spoiled = shutil.copytree(two_epochs, tmp_path / "run")
    (spoiled / "features.npz").write_bytes(b"PK")
    with pytest.raises(ValueError, match=r"features\.npz is missing or damaged"):
        open_run(spoiled)


def test_a_model_from_a_file_may_have_the_names_that_keras_counts_up_again(tmp_path):
    """A new process begins to count anew: `clear_session` does that here."""
    keras.utils.clear_session()
    backbone = keras.Sequential(
        [keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3)], name="backbone"
    )
    model = models.transfer_model(backbone, classes=2, head="gap")
    model.save(tmp_path / "model.keras")
    keras.utils.clear_session()
    opened = keras.saving.load_model(tmp_path / "model.keras", compile=False)
    pictures = np.random.default_rng(0).uniform(0, 255, (3, 8, 8, 3))
    outputs, features = with_features(opened).predict(pictures, verbose=0)
    np.testing.assert_array_equal(outputs, opened.predict(pictures, verbose=0))
    assert features.shape == (3, 4)
