"""The same training by one process and by two that share every batch, on JAX."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np

CODE = Path(__file__).parents[2] / "code"

PROGRAM = """
import sys
import numpy as np
from cnnbook import cars, models, training
if len(sys.argv) > 2:
    training.join_machines()
drawn = cars.draw(60, seed=5, size=32)
data = (drawn.images, drawn.labels)
model = models.baseline_cnn(size=32, seed=3)
history = training.fit(model, data, (drawn.images[:10], drawn.labels[:10]), epochs=2, batch_size=16)
np.savez(sys.argv[1], *model.get_weights(), losses=history["val_loss"])
"""


def start(out: Path, **variables: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {"KERAS_BACKEND": "jax", "PYTHONPATH": str(CODE)} | variables
    arguments = [str(out)] + (["together"] if variables else [])
    return subprocess.Popen([sys.executable, "-c", PROGRAM, *arguments], env=environment)


def test_two_processes_end_with_the_weights_of_one(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    assert start(tmp_path / "one.npz").wait(timeout=300) == 0
    processes = [
        start(
            tmp_path / f"two-{i}.npz",
            KERAS_DISTRIBUTION_JOB_ADDRESSES=address,
            KERAS_DISTRIBUTION_NUM_PROCESSES="2",
            KERAS_DISTRIBUTION_PROCESS_ID=str(i),
        )
        for i in range(2)
    ]
    assert [process.wait(timeout=300) for process in processes] == [0, 0]
    with np.load(tmp_path / "one.npz") as one:
        for i in range(2):
            with np.load(tmp_path / f"two-{i}.npz") as two:
                assert one.files == two.files
                for name in one.files:
                    np.testing.assert_allclose(two[name], one[name], atol=1e-5)
