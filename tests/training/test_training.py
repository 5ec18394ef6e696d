import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
import pytest

from cnnbook import cars, models, training
from cnnbook.files import write_atomically

SIZE = 32


@pytest.fixture(scope="module")
def data():
    drawn = cars.draw(40, seed=5, size=SIZE)
    return drawn.images, drawn.labels


def small_model():
    return models.baseline_cnn(size=SIZE, seed=3)


# ---- callbacks


def test_plateau_rule_acts_before_early_stopping():
    """Feed a loss that never improves: the rate must fall, twice, before training ends."""
    model = small_model()
    rules = training.callbacks()
    for rule in rules:
        rule.set_model(model)
        rule.on_train_begin()
    rates = []
    for epoch in range(50):
        for rule in rules:
            rule.on_epoch_end(epoch, {"val_loss": 1.0, "loss": 0.5**epoch})
        rates.append(float(np.asarray(model.optimizer.learning_rate)))
        if model.stop_training:
            break
    assert model.stop_training
    assert len(rates) == 9  # the first epoch and eight without progress
    assert np.unique(np.float32(rates)).tolist() == pytest.approx([4e-5, 2e-4, 1e-3])


def test_the_usual_answer_never_reduces_its_rate():
    model = small_model()
    rule = keras.callbacks.ReduceLROnPlateau("val_loss", factor=0.2, patience=5, min_lr=0.001)
    rule.set_model(model)
    rule.on_train_begin()
    for epoch in range(30):
        rule.on_epoch_end(epoch, {"val_loss": 1.0})
    assert float(np.asarray(model.optimizer.learning_rate)) == pytest.approx(1e-3)


def test_best_weights_are_restored_and_saved(data, tmp_path):
    x, y = data
    model = small_model()
    history = training.fit(model, (x, y), (x[:10], y[:10]), epochs=4, run_dir=tmp_path)
    best = min(history["val_loss"])
    reloaded = small_model()
    reloaded.optimizer.build(reloaded.trainable_variables)
    reloaded.load_weights(tmp_path / "best.weights.h5")
    for one in (model, reloaded):
        loss = one.evaluate(x[:10], y[:10], verbose=0)[0]
        assert loss == pytest.approx(best, rel=1e-4)


def test_class_weights_equal_the_formula_of_scikit_learn():
    labels = np.repeat([0, 1, 2], [30, 60, 10])
    expected = len(labels) / (3 * np.bincount(labels))
    assert list(training.class_weights(labels).values()) == pytest.approx(expected)


# ---- batches


def test_batches_reach_the_model_in_the_order_of_the_epoch(data):
    x, y = data
    seen = []

    def read(positions):
        seen.append(positions.tolist())
        return x[positions]

    batches = training.Batches(read, y, batch_size=20, seed=1)
    training.fit(small_model(), batches, (x[:5], y[:5]), epochs=2)
    trained = [p for batch in seen for p in batch]
    expected = []
    for epoch in (0, 1):
        order = np.arange(40)
        np.random.default_rng([1, epoch]).shuffle(order)
        expected += order.tolist()
    assert trained[-80:] == expected


def test_threads_that_read_ahead_change_nothing(data):
    x, y = data
    histories = [
        training.fit(
            small_model(),
            training.Batches(x.__getitem__, y, batch_size=8, seed=2, workers=workers),
            training.Batches(x[:10].__getitem__, y[:10], batch_size=8, workers=workers),
            epochs=2,
        )
        for workers in (1, 2)
    ]
    for name, values in histories[0].items():
        assert histories[1][name] == pytest.approx(values, rel=1e-5)


def test_evaluation_keeps_pictures_and_labels_together(data):
    x, y = data
    model = small_model()
    expected = model.predict(x, verbose=0)
    shuffled = training.Batches(x.__getitem__, y, batch_size=8, seed=2)
    result = training.evaluate(model, shuffled)
    np.testing.assert_allclose(result.probabilities, expected, atol=1e-6)
    assert result.accuracy == (expected.argmax(1) == y).mean()


def test_two_runs_of_one_seed_are_equal(data):
    one, two = (
        training.fit(small_model(), data, (data[0][:5], data[1][:5]), epochs=2, batch_size=8)
        for _ in range(2)
    )
    for name in one:
        assert one[name] == pytest.approx(two[name], rel=1e-5)


def test_a_run_killed_after_early_stopping_does_not_train_on(data, tmp_path):
    class StopAtOnce(keras.callbacks.EarlyStopping):
        def on_epoch_end(self, epoch, logs=None):
            super().on_epoch_end(epoch, logs)
            self.model.stop_training = True

    def run():
        rules = [StopAtOnce("val_loss", restore_best_weights=True)]
        return training.fit(
            small_model(), data, (data[0][:5], data[1][:5]), 5, run_dir=tmp_path, rules=rules
        )

    assert len(run()["loss"]) == 1
    unfinish(tmp_path / "snapshot.npz", 1)
    assert len(run()["loss"]) == 1


# ---- resume


def test_a_stopped_run_continues_to_the_same_weights(data, tmp_path):
    x, y = data
    validation = (x[:10], y[:10])
    whole = small_model()
    expected = training.fit(whole, data, validation, epochs=4, run_dir=tmp_path / "whole")
    for last in (1, 3):
        part = small_model()
        history = training.fit(part, data, validation, epochs=last, run_dir=tmp_path / f"to-{last}")
        assert len(history["loss"]) == last
        unfinish(tmp_path / f"to-{last}" / "snapshot.npz", last)
        again = small_model()
        history = training.fit(again, data, validation, epochs=4, run_dir=tmp_path / f"to-{last}")
        for name in expected:
            assert history[name] == pytest.approx(expected[name], rel=1e-5)
        for a, b in zip(whole.get_weights(), again.get_weights(), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def unfinish(path, epoch):
    """Make a finished snapshot look as after a kill between the last epoch and the end."""
    with np.load(path) as archive:
        arrays = {name: archive[name] for name in archive.files}
    notes = json.loads(str(arrays["notes"]))
    assert notes["epoch"] == epoch
    arrays["notes"] = np.array(json.dumps(notes | {"finished": False}))
    with write_atomically(path) as temporary:
        np.savez(temporary, **arrays)


PROGRAM = """
import sys, numpy as np
from cnnbook import cars, models, training
drawn = cars.draw(40, seed=5, size=32)
data = (drawn.images, drawn.labels)
model = models.baseline_cnn(size=32, seed=3)
training.fit(model, data, (drawn.images[:10], drawn.labels[:10]), epochs=6, run_dir=sys.argv[1])
np.savez(sys.argv[2], *model.get_weights())
"""


def start(run_dir, out):
    environment = os.environ | {"PYTHONPATH": str(Path(training.__file__).parents[2])}
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(run_dir), str(out)],
        env=environment,
        stderr=subprocess.DEVNULL,
    )


def test_a_run_killed_at_any_moment_ends_with_the_same_weights(tmp_path):
    drawn = cars.draw(40, seed=5, size=32)
    whole = small_model()
    validation = (drawn.images[:10], drawn.labels[:10])
    data = (drawn.images, drawn.labels)
    training.fit(whole, data, validation, epochs=6, run_dir=tmp_path / "whole")
    kills = 0
    for after_epoch in (1, 4):
        process = start(tmp_path / "killed", tmp_path / "killed.npz")
        log = tmp_path / "killed" / "log.csv"
        while process.poll() is None:
            rows = len(log.read_text().splitlines()) - 1 if log.exists() else 0
            if rows >= after_epoch:
                process.send_signal(signal.SIGKILL)
                kills += 1
                break
            time.sleep(0.002)
        process.wait()
    assert kills >= 1
    assert start(tmp_path / "killed", tmp_path / "killed.npz").wait() == 0
    with np.load(tmp_path / "killed.npz") as killed:
        for a, name in zip(whole.get_weights(), killed.files, strict=True):
            np.testing.assert_allclose(a, killed[name], rtol=1e-5, atol=1e-6)
    for run in ("whole", "killed"):
        rows = list(csv.DictReader((tmp_path / run / "log.csv").read_text().splitlines()))
        assert [row["epoch"] for row in rows] == [str(e) for e in range(1, 7)]
        assert {p.name for p in (tmp_path / run).iterdir() if not p.name.startswith(".")} == {
            "best.weights.h5",
            "log.csv",
            "snapshot.npz",
        }


def test_a_snapshot_of_another_model_is_refused(data, tmp_path):
    x, y = data
    training.fit(small_model(), data, (x[:5], y[:5]), epochs=1, run_dir=tmp_path)
    with pytest.raises(ValueError, match="belongs to another model"):
        other = models.baseline_cnn(classes=7, size=SIZE)
        training.fit(other, data, (x[:5], y[:5]), epochs=1, run_dir=tmp_path)


def test_fit_refuses_data_that_do_not_match(data):
    x, y = data
    with pytest.raises(ValueError, match="40 training images but 39 labels"):
        training.fit(small_model(), (x, y[:-1]), data, epochs=1)
    with pytest.raises(ValueError, match="validation data are empty"):
        training.fit(small_model(), data, (x[:0], y[:0]), epochs=1)


def test_fit_is_silent_where_there_is_no_terminal(data, capfd):
    x, y = data
    training.fit(small_model(), data, (x[:5], y[:5]), epochs=1)
    assert capfd.readouterr().out == ""


# ---- evaluation


def test_confusion_and_calibration_by_hand():
    labels = np.array([0, 0, 1, 2])
    probabilities = np.array([[0.9, 0.1, 0], [0.2, 0.7, 0.1], [0.1, 0.8, 0.1], [0.3, 0.3, 0.4]])
    matrix = training.confusion_matrix(labels, probabilities.argmax(1), 3)
    assert matrix.tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 1]]
    rows = training.calibration(labels, probabilities)
    assert sum(row["count"] for row in rows) == 4
    assert [row["accuracy"] for row in rows] == [1.0, 0.0, 1.0, 1.0]


def test_a_calibrated_model_has_no_calibration_error():
    rng = np.random.default_rng(0)
    p = rng.uniform(0.5, 1, 200_000)
    labels = (rng.random(200_000) > p).astype(int)
    for row in training.calibration(labels, np.column_stack([p, 1 - p])):
        assert row["accuracy"] == pytest.approx(row["confidence"], abs=0.01)
