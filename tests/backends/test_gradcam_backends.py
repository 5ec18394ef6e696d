"""Grad-CAM and its scores on Keras' other backends: the same tests, one process for each."""

import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import torch
from keras import layers

from cnnbook.gradcam import grad_cam, hires_cam

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


def test_plain_pytorch_makes_the_same_maps():
    """The network written again in PyTorch, its gradient by PyTorch's own differentiation."""
    x = inputs = keras.Input((12, 12, 3))
    x = layers.Conv2D(6, 3, activation="relu", name="conv")(x)
    x = layers.Dense(7, activation="gelu", name="hidden")(layers.Flatten()(x))
    model = keras.Model(inputs, layers.Dense(4, activation="softmax", name="head")(x))
    rng = np.random.default_rng(0)
    model.set_weights([rng.normal(0, 0.5, w.shape) for w in model.weights])
    images = rng.uniform(-1, 1, (5, 12, 12, 3)).astype("float32")

    def weights(name):
        return [torch.tensor(np.asarray(w)) for w in model.get_layer(name).weights]

    kernel, bias = weights("conv")
    z = torch.conv2d(torch.tensor(images).permute(0, 3, 1, 2), kernel.permute(3, 2, 0, 1), bias)
    a = torch.relu(z).permute(0, 2, 3, 1).detach().requires_grad_()
    kernel, bias = weights("hidden")
    hidden = torch.nn.functional.gelu(a.flatten(1) @ kernel + bias)
    kernel, bias = weights("head")
    logits = hidden @ kernel + bias
    for k in range(4):
        (gradient,) = torch.autograd.grad(logits[:, k].sum(), a, retain_graph=True)
        for cam, weighted in (
            (grad_cam, gradient.mean((1, 2), keepdim=True) * a),
            (hires_cam, gradient * a),
        ):
            expected = torch.relu(weighted.sum(-1)).detach().numpy()
            np.testing.assert_allclose(
                cam(model, images, k), expected, rtol=0, atol=1e-5 * expected.max()
            )
