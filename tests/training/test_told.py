"""TensorBoard's logs, read back by TensorFlow, against the log of the run."""

import csv

import pytest
import tensorflow as tf

from cnnbook.settings import RunConfig
from cnnbook.training.runs import train_run


def events(folder):
    """Return {(part, tag): [value of each step]} of the logs in a folder."""
    found = {}
    for path in sorted(folder.rglob("events.*")):
        for event in tf.compat.v1.train.summary_iterator(str(path)):
            for value in event.summary.value:
                values = found.setdefault((path.parent.name, value.tag), {})
                values[event.step] = float(tf.make_ndarray(value.tensor))
    return {key: [values[step] for step in range(len(values))] for key, values in found.items()}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_tensorboard_gets_what_the_log_holds_also_after_going_on(tree, tmp_path):
    """The logs change nothing of the run: it goes on with them or without."""
    run, logs = tmp_path / "run", tmp_path / "logs"
    config = RunConfig(str(tree), size=8, epochs=1, batch_size=8)
    train_run(config, run, tensorboard=logs)
    longer = RunConfig(str(tree), size=8, epochs=2, batch_size=8)
    metrics = train_run(longer, run, tensorboard=logs)
    with (run / "stage-1" / "log.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    found = events(logs / "stage-1")
    for part, prefix in (("train", ""), ("validation", "val_")):
        for name in ("loss", "accuracy"):
            expected = [float(row[prefix + name]) for row in rows]
            assert found[part, f"epoch_{name}"] == pytest.approx(expected, rel=1e-6)
    assert train_run(longer, tmp_path / "without") == metrics
