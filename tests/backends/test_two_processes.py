"""`cnnbook train` by one process and by two that share every batch, on JAX."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from cnnbook import cars, models

CODE = Path(models.__file__).parents[2]


def train(data: Path, out: Path, **variables: str) -> subprocess.Popen[bytes]:
    command = ["train", "--data", data, "--out", out, "--size", "32", "--epochs", "2"]
    path = os.pathsep.join([str(CODE), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | {"KERAS_BACKEND": "jax", "PYTHONPATH": path} | variables
    arguments = [sys.executable, "-m", "cnnbook", *map(str, command), "--batch-size", "16"]
    return subprocess.Popen(arguments, env=environment)


def test_two_processes_end_with_the_weights_of_one(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    # 80, 10 and 10 photos: every batch can be halved, so no photo is left out.
    cars.write_folder(photos, n=100, seed=1, size=48)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    assert train(photos, tmp_path / "one").wait(timeout=500) == 0
    processes = [
        train(
            photos,
            tmp_path / "two",
            KERAS_DISTRIBUTION_JOB_ADDRESSES=address,
            KERAS_DISTRIBUTION_NUM_PROCESSES="2",
            KERAS_DISTRIBUTION_PROCESS_ID=str(i),
        )
        for i in range(2)
    ]
    assert [process.wait(timeout=500) for process in processes] == [0, 0]
    one, two = (
        keras.saving.load_model(tmp_path / name / "model.keras", compile=False)
        for name in ("one", "two")
    )
    for a, b in zip(one.get_weights(), two.get_weights(), strict=True):
        # Halves are summed in another order, and Adam enlarges gradients near zero.
        assert np.quantile(np.abs(a - b), 0.99) < 1e-5
        assert np.abs(a - b).max() < 5e-4  # half a step
    metrics = [
        json.loads((tmp_path / name / "metrics.json").read_text()) for name in ("one", "two")
    ]
    assert metrics[0]["photos"] == metrics[1]["photos"]
    assert metrics[0]["test_accuracy"] == pytest.approx(metrics[1]["test_accuracy"])
