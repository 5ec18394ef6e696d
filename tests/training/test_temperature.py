"""Temperature scaling, against a grid and cases that can be solved by hand."""

import json
import math
import shutil

import numpy as np
import pytest

from cnnbook import models
from cnnbook.photos import read_manifest
from cnnbook.settings import RunConfig
from cnnbook.training import fit_temperature, log_loss, tempered
from cnnbook.training.results import inference_model
from cnnbook.training.run_folder import read_notes
from cnnbook.training.runs import build, open_run, train_run


def softmax(logits):
    exponentials = np.exp(logits)
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def overconfident(times, seed=0, n=400, classes=4):
    """Labels drawn from softmax(z), and the probabilities of a model that says softmax(times z)."""
    rng = np.random.default_rng(seed)
    z = rng.normal(0, 1.5, (n, classes))
    labels = (softmax(z).cumsum(axis=1) < rng.random((n, 1))).sum(axis=1)
    return labels, z * times


@pytest.mark.parametrize("temperature", [0.3, 1.0, 4.0])
def test_probabilities_are_those_of_divided_logits(temperature):
    _, z = overconfident(3.0)
    np.testing.assert_allclose(
        tempered(softmax(z), temperature), softmax(z / temperature), atol=1e-9
    )


@pytest.mark.parametrize("times", [0.4, 1.0, 3.0])
def test_the_fit_is_the_best_of_a_grid(times):
    labels, z = overconfident(times)
    grid = np.exp(np.linspace(math.log(0.1), math.log(10), 4001))
    losses = [-np.log(softmax(z / t)[np.arange(len(z)), labels]).mean() for t in grid]
    found = fit_temperature(labels, softmax(z))
    assert found == pytest.approx(grid[np.argmin(losses)], rel=1.3e-3)  # a step of the grid
    assert found == pytest.approx(times, rel=0.15)  # and what the logits were multiplied by
    assert log_loss(labels, tempered(softmax(z), found)) <= min(losses) + 1e-9


@pytest.mark.parametrize(("sure", "right", "of"), [(0.99, 3, 4), (0.6, 9, 10), (0.8, 4, 5)])
def test_two_classes_by_hand(sure, right, of):
    """Always p, right in r of n: then p^(1/T) / (p^(1/T) + q^(1/T)) is r / n."""
    labels = np.array([0] * right + [1] * (of - right))
    by_hand = math.log(sure / (1 - sure)) / math.log(right / (of - right))
    found = fit_temperature(labels, [[sure, 1 - sure]] * of)
    assert found == pytest.approx(by_hand, rel=1e-4)


def test_where_all_are_right_or_none_could_be():
    assert fit_temperature([0, 1], [[0.6, 0.4], [0.2, 0.8]]) == 1.0  # else it would go to 0
    assert fit_temperature([1, 1, 0], [[0.9, 0.1]] * 3) == pytest.approx(20, rel=1e-3)
    rounded_to_zero = np.array([[1.0, 0.0], [1.0, 0.0], [0.5, 0.5]], np.float32)
    assert 1 < fit_temperature([0, 1, 0], rounded_to_zero) <= 20  # finite, and no warning


@pytest.mark.parametrize("temperature", [0, -1.0, math.inf, math.nan])
def test_what_is_no_temperature_is_refused(temperature):
    with pytest.raises(ValueError, match="a temperature must be above 0"):
        tempered([[0.5, 0.5]], temperature)


def test_the_model_that_is_shipped_says_what_its_metrics_tell(two_epochs):
    """The oracle predicts anew: the file, and the best weights of training, on the test photos."""
    metrics = json.loads((two_epochs / "metrics.json").read_text())
    photos, parts = read_manifest(two_epochs / "manifest.csv", read_notes(two_epochs).config.data)
    shipped = open_run(two_epochs)
    trained = build(read_notes(two_epochs).config, 5)
    trained.optimizer.build(trained.trainable_variables)
    trained.load_weights(two_epochs / "stage-1" / "best.weights.h5")
    test = [photos.records[i].path for i in parts.test]
    labels = photos.labels[parts.test]
    for model, told in ((shipped.model, metrics), (trained, metrics["uncalibrated"])):
        own = model.predict(shipped.read(test), verbose=0)[np.arange(len(test)), labels]
        assert -np.log(own).mean() == pytest.approx(told["log_loss"], abs=1e-5)
    rows = [p["probabilities"] for p in json.loads((two_epochs / "predictions.json").read_text())]
    np.testing.assert_allclose(
        rows, shipped.model.predict(shipped.read(test), verbose=0), atol=1e-5
    )
    validation = shipped.read([photos.records[i].path for i in parts.validation])
    assert metrics["temperature"] == pytest.approx(
        fit_temperature(photos.labels[parts.validation], trained.predict(validation, verbose=0))
    )


def test_a_temperature_divides_the_logits_of_the_last_layer():
    model = models.baseline_cnn(3, size=8)
    x = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 3))
    divided = inference_model(model, 2.5).predict(x, verbose=0)
    np.testing.assert_allclose(divided, tempered(model.predict(x, verbose=0), 2.5), atol=1e-6)


def test_a_run_is_named_by_its_weights_and_its_data_by_their_contents(two_epochs, tree, tmp_path):
    told = json.loads((two_epochs / "metrics.json").read_text())
    again = train_run(
        RunConfig(str(shutil.copytree(tree, tmp_path / "x")), size=8, epochs=2, batch_size=8),
        tmp_path / "run",
    )
    assert again == told  # the same training elsewhere, to the last digit
    assert told["balanced_accuracy"] == pytest.approx(
        np.mean([row[i] / sum(row) for i, row in enumerate(told["confusion"])])
    )
    other = train_run(
        RunConfig(str(tmp_path / "x"), size=8, epochs=2, batch_size=8, seed=1), tmp_path / "other"
    )
    assert other["run_id"] != told["run_id"] and other["data_digest"] != told["data_digest"]
