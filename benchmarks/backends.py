"""Training on the processor by JAX, which several machines need, beside TensorFlow.

The same network on the same pictures, each in a process of its own: seconds of processor, of
all threads together, an epoch, once the first is over.
"""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

PICTURES, SIDE, EPOCHS, ROUNDS = 256, 64, 4, 2
CODE = Path(__file__).parents[1] / "code"

MEASURED = """
import json, sys, time
import keras, numpy as np
from cnnbook import models, training
n, side, epochs = map(int, sys.argv[1:])
pictures = np.random.default_rng(0).integers(0, 256, (n, side, side, 3)).astype("uint8")
model = models.baseline_cnn(5, side, augmentation=models.augmentation_named("gentle"))
seconds = []
class Clock(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.before = time.process_time()
    def on_epoch_end(self, epoch, logs=None):
        seconds.append(time.process_time() - self.before)
data = training.Batches(pictures.__getitem__, np.arange(n) % 5, 32, seed=0)
model.fit(data, epochs=epochs, verbose=0, shuffle=False, callbacks=[Clock()])
print(json.dumps(seconds[1:]))
"""


def report() -> str:
    if importlib.util.find_spec("jax") is None:
        return "JAX beside TensorFlow: JAX is not installed (pip install jax)"
    medians = {
        name: statistics.median(s for _ in range(ROUNDS) for s in seconds(name))
        for name in ("tensorflow", "jax")
    }
    lines = [f"An epoch of {PICTURES} pictures of side {SIDE}, seconds of processor"]
    lines += [f"{name:<12}{value:6.2f}" for name, value in medians.items()]
    return "\n".join([*lines, f"{'ratio':<12}{medians['jax'] / medians['tensorflow']:6.1f}"])


def seconds(backend: str) -> list[float]:
    path = os.pathsep.join([str(CODE), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(PICTURES), str(SIDE), str(EPOCHS)],
        check=True,
        stdout=subprocess.PIPE,
        env=os.environ | {"KERAS_BACKEND": backend, "PYTHONPATH": path},
    )
    return [float(value) for value in json.loads(done.stdout)]


if __name__ == "__main__":
    print(report())
