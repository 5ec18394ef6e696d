"""What `fit(run_dir=)` goes on with, and what it refuses."""

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
import pytest

from cnnbook import training
from cnnbook.training.rules import rules_of_run


class Kill(keras.callbacks.Callback):
    """Die at a step, counted from the start of this process."""

    def __init__(self, step):
        super().__init__()
        self.left = step

    def on_train_batch_end(self, batch, logs=None):
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt


def equal(one, other):
    for a, b in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def fit(model, data, run_dir=None, epochs=4, kill=None, **options):
    x, y = data
    rules = [*training.callbacks(run_dir), *([Kill(kill)] if kill is not None else [])]
    options = {"batch_size": 16, "rules": rules} | options
    return training.fit(model, data, (x[:10], y[:10]), epochs, run_dir=run_dir, **options)


def test_two_runs_of_one_seed_are_equal(data, tiny):
    one, two = (fit(tiny(), data, epochs=2) for _ in range(2))
    for name in one:
        assert one[name] == pytest.approx(two[name], rel=1e-5)


def test_a_run_stopped_at_any_step_ends_with_the_same_weights(data, tiny, tmp_path):
    whole = tiny()
    expected = fit(whole, data)
    steps = 3  # of an epoch
    for i, kill in enumerate((steps - 1, steps, 2 * steps + 1)):
        folder = tmp_path / str(i)
        with pytest.raises(KeyboardInterrupt):
            fit(tiny(), data, folder, kill=kill, rules=[*training.callbacks(folder), Kill(kill)])
        again = tiny()
        rules = [*training.callbacks(folder), Kill(1000)]
        history = training.fit(again, data, (data[0][:10], data[1][:10]), 4, batch_size=16,
                               run_dir=folder, rules=rules)  # fmt: skip
        for name in expected:
            assert history[name] == pytest.approx(expected[name], rel=1e-5)
        equal(whole, again)


def test_a_run_that_keeps_other_weights_than_the_last_remembers_them(data, tiny, tmp_path):
    """Kill it after the epoch whose weights it keeps: they come from the snapshot."""

    def rules(folder):
        return rules_of_run(folder, patience=20)

    class First(keras.callbacks.Callback):  # tell of the first epoch that it was the best
        def on_epoch_end(self, epoch, logs=None):
            logs |= {"val_accuracy": 1.0 / (1 + epoch), "val_loss": 1.0 + epoch}

    whole, again = tiny(), tiny()
    fit(whole, data, tmp_path / "whole", rules=[First(), *rules(tmp_path / "whole")])
    folder = tmp_path / "killed"
    with pytest.raises(KeyboardInterrupt):
        fit(tiny(), data, folder, rules=[First(), *rules(folder), Kill(7)])
    fit(again, data, folder, rules=[First(), *rules(folder), Kill(1000)])
    equal(whole, again)
    first = tiny()
    fit(first, data, epochs=1, rules=[])
    equal(whole, first)
    fit(reopened := tiny(), data, folder, rules=[First(), *rules(folder), Kill(1000)])
    equal(whole, reopened)


def test_more_epochs_go_on_as_if_the_run_had_never_stopped(data, tiny, tmp_path):
    whole = tiny()
    expected = fit(whole, data, tmp_path / "whole")
    part = tiny()
    assert len(fit(part, data, tmp_path / "part", epochs=1)["loss"]) == 1
    for model in (part, tiny()):  # in one session, and in a new one
        history = fit(model, data, tmp_path / "part")
        for name in expected:
            assert history[name] == pytest.approx(expected[name], rel=1e-5)
        equal(whole, model)
    rows = list(csv.DictReader((tmp_path / "part" / "log.csv").read_text().splitlines()))
    assert [row["epoch"] for row in rows] == ["1", "2", "3", "4"]


def test_a_run_that_has_stopped_early_stays_stopped(data, tiny, tmp_path):
    class StopAtOnce(keras.callbacks.EarlyStopping):
        def on_epoch_end(self, epoch, logs=None):
            super().on_epoch_end(epoch, logs)
            self.model.stop_training = True

    for epochs in (5, 5, 9):
        rules = [StopAtOnce("val_loss", restore_best_weights=True)]
        assert len(fit(tiny(), data, tmp_path, epochs, rules=rules)["loss"]) == 1


@pytest.fixture(scope="module")
def one_epoch(data, tiny, tmp_path_factory):
    folder = tmp_path_factory.mktemp("one") / "run"
    fit(tiny(), data, folder, epochs=1)
    return folder


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (dict(seed=9), "seed was 0, is 9"),
        (dict(batch_size=8), "batch size was 16, is 8"),
        (dict(labels=1), "another training labels, another validation labels"),
        (dict(pictures=1), "another training pictures, another validation pictures"),
        (dict(model=4), "another model"),
        (dict(rate=0.02), "learning rate was 0.01, is 0.02"),
        (dict(class_weight={0: 2.0}), r"class weights was None, is \{0: 2.0\}"),
        (dict(rules=[keras.callbacks.EarlyStopping("loss")]), "another rules"),
    ],
)  # fmt: skip
def test_another_run_is_refused_with_the_difference(data, tiny, one_epoch, changed, message):
    x, y = data
    x = x + changed.pop("pictures", 0)
    y = (y + changed.pop("labels", 0)) % 5
    model = tiny(seed=changed.pop("model", 3), rate=changed.pop("rate", 0.01))
    before = (one_epoch / "snapshot.npz").read_bytes()
    with pytest.raises(ValueError, match=f"belongs to another run .*{message}"):
        fit(model, (x.astype(np.uint8), y), one_epoch, epochs=3, **changed)
    assert (one_epoch / "snapshot.npz").read_bytes() == before


def test_fewer_epochs_than_done_and_other_shapes_are_refused(data, tiny, tmp_path):
    fit(tiny(), data, tmp_path, epochs=2)
    with pytest.raises(ValueError, match="has had 2 epochs, 1 are asked for"):
        fit(tiny(), data, tmp_path, epochs=1)
    with pytest.raises(ValueError, match="another model"):
        fit(tiny(classes=7), data, tmp_path)


@pytest.mark.parametrize("damage", ["cut", "empty", "other"])
def test_a_damaged_snapshot_is_named(data, tiny, one_epoch, tmp_path, damage):
    whole = (one_epoch / "snapshot.npz").read_bytes()
    spoiled = {"cut": whole[: len(whole) // 2], "empty": b"", "other": b"<html>"}[damage]
    path = tmp_path / "snapshot.npz"
    path.write_bytes(spoiled)
    with pytest.raises(ValueError, match=f"{path} is damaged .*delete it to begin anew"):
        fit(tiny(), data, tmp_path)


def test_batches_are_known_by_labels_and_three_pictures(data, tiny, tmp_path):
    x, y = data
    for pictures, fits in ((x, True), (x, True), (x[::-1], False)):
        batches = training.Batches(pictures.__getitem__, y, 16, seed=0)
        if fits:
            training.fit(tiny(), batches, (x[:5], y[:5]), 1, run_dir=tmp_path)
        else:
            with pytest.raises(ValueError, match="another training pictures"):
                training.fit(tiny(), batches, (x[:5], y[:5]), 1, run_dir=tmp_path)


def test_fit_refuses_before_anything_is_written(data, tiny, tmp_path):
    x, y = data
    for given, options, message in [
        ((x, y[:-1]), {}, "40 training images but 39 labels"),
        ((x, y + 1), {}, "label 5 is none of the model's 5 classes"),
        (data, {"epochs": 0}, "epochs must be at least 1; got 0"),
        (data, {"batch_size": 0}, "batch_size must be at least 1"),
        (data, {"class_weight": {7: 1.0}}, "class_weight names 7, which is no label"),
        (data, {"class_weight": {"a": 1.0}}, "class_weight names 'a', which is no label"),
        (data, {"class_weight": {0: float("nan")}}, "class_weight of 0 must be 0 or more"),
    ]:
        with pytest.raises(ValueError, match=message):
            training.fit(tiny(), given, data, **{"epochs": 1, "run_dir": tmp_path / "r"} | options)
    with pytest.raises(ValueError, match="validation data are empty"):
        training.fit(tiny(), data, (x[:0], y[:0]), epochs=1, run_dir=tmp_path / "r")
    assert list(tmp_path.iterdir()) == []


def test_fit_is_silent_where_there_is_no_terminal(data, tiny, capfd):
    fit(tiny(), data, epochs=1)
    assert capfd.readouterr().out == ""


PROGRAM = """
import sys, numpy as np
from cnnbook import models, training
x = np.random.default_rng(0).integers(0, 256, (40, 8, 8, 3))
model = models.baseline_cnn(size=8, seed=3)
data = x, np.arange(40) % 5
training.fit(model, data, data, epochs=int(sys.argv[3]), batch_size=4, run_dir=sys.argv[1])
np.savez(sys.argv[2], *model.get_weights())
"""


@pytest.mark.slow
def test_a_process_killed_while_it_trains_ends_with_the_same_weights(tmp_path):
    epochs = 12

    def start(name):
        environment = os.environ | {"PYTHONPATH": str(Path(training.__file__).parents[2])}
        command = [sys.executable, "-c", PROGRAM, tmp_path / name, tmp_path / f"{name}.npz"]
        return subprocess.Popen(
            [*map(str, command), str(epochs)], env=environment, stderr=subprocess.DEVNULL
        )

    process = start("killed")
    log = tmp_path / "killed" / "log.csv"
    while process.poll() is None and not (log.exists() and log.read_text().count("\n") > 3):
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert start("killed").wait() == start("whole").wait() == 0
    with np.load(tmp_path / "killed.npz") as a, np.load(tmp_path / "whole.npz") as b:
        for name in a.files:
            np.testing.assert_allclose(a[name], b[name], rtol=1e-5, atol=1e-6)
    assert {p.name for p in (tmp_path / "killed").iterdir()} == {
        *("best.weights.h5", "log.csv", "snapshot.npz")
    }
