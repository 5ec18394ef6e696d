"""Grad-CAM and its scores on Keras' other backends: the same tests, one process for each."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOT_NEUTRAL = {"test_tensorflow.py", "test_zoo.py"}
BACKEND_NEUTRAL = [
    path
    for folder in ("gradcam", "faithfulness")
    for path in sorted((ROOT / "tests" / folder).glob("test_*.py"))
    if path.name not in NOT_NEUTRAL
]


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_every_backend_neutral_test_passes(backend):
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *BACKEND_NEUTRAL],
        cwd=ROOT,
        env=os.environ | {"KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_the_backend_is_the_one_asked_for(backend):
    """Otherwise the test above would pass on TensorFlow."""
    program = "import keras; print(keras.backend.backend())"
    run = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == backend
