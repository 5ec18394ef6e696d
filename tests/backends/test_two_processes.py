"""`cnnbook train` by one process and by two that share every batch, on JAX."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from cnnbook import cars, models

CODE = Path(models.__file__).parents[2]


def train(
    data: Path, out: Path, epochs: int = 2, stderr: int | None = None, **variables: str
) -> subprocess.Popen[bytes]:
    command = ["train", "--data", data, "--out", out, "--size", "32", "--epochs", epochs]
    path = os.pathsep.join([str(CODE), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | {"KERAS_BACKEND": "jax", "PYTHONPATH": path} | variables
    arguments = [sys.executable, "-m", "cnnbook", *map(str, command), "--batch-size", "16"]
    return subprocess.Popen(arguments, env=environment, stderr=stderr, start_new_session=True)


def place(number: int, address: str, wait: int = 60) -> dict[str, str]:
    """Return the variables of one of two machines."""
    return {
        "KERAS_DISTRIBUTION_JOB_ADDRESSES": address,
        "KERAS_DISTRIBUTION_NUM_PROCESSES": "2",
        "KERAS_DISTRIBUTION_PROCESS_ID": str(number),
        "CNNBOOK_WAIT": str(wait),
    }


def free_address() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


def test_two_processes_end_with_the_weights_of_one(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    # 80, 10 and 10 photos: every batch can be halved, so no photo is left out.
    cars.write_folder(photos, n=100, seed=1, size=48)
    address = free_address()
    assert train(photos, tmp_path / "one").wait(timeout=500) == 0
    processes = [train(photos, tmp_path / "two", **place(i, address)) for i in range(2)]
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


@pytest.mark.parametrize("number", [0, 1])
def test_a_machine_that_does_not_come_is_said_in_one_line(number: int, tmp_path: Path) -> None:
    cars.write_folder(tmp_path / "photos", n=30, seed=1, size=48)
    alone = train(
        tmp_path / "photos",
        tmp_path / "run",
        stderr=subprocess.PIPE,
        **place(number, free_address(), wait=3),
    )
    said = alone.communicate(timeout=200)[1].decode().splitlines()
    assert alone.returncode == 1
    (line,) = said
    assert line.startswith("cnnbook train: another machine did not come, or has stopped")
    assert not (tmp_path / "run").exists()


def test_a_machine_that_dies_ends_the_other_which_says_how_to_go_on(tmp_path: Path) -> None:
    cars.write_folder(tmp_path / "photos", n=100, seed=1, size=48)
    address = free_address()
    first, second = (
        train(
            tmp_path / "photos",
            tmp_path / "run",
            500,
            stderr=subprocess.PIPE,
            **place(i, address, wait=5),
        )
        for i in range(2)
    )
    assert first.stderr is not None
    for line in first.stderr:
        if line.startswith(b"epoch 1:"):
            break
    os.killpg(second.pid, signal.SIGKILL)
    said = first.communicate(timeout=200)[1].decode().splitlines()
    second.communicate()
    assert first.returncode == 1
    assert [line for line in said[:-1] if not line.startswith("epoch ")] == []
    assert said[-1].startswith("cnnbook train: another machine did not come, or has stopped")
    log = (tmp_path / "run" / "stage-1" / "log.csv").read_text().splitlines()
    assert len(log) >= 2
