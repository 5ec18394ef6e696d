"""The faults of the labs against the same fault written another way, and the file that is kept."""

import json
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from cnnbook import models
from cnnbook.convolution import conv2d, max_pool2d

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import chapter_5  # noqa: E402
import labs  # noqa: E402

PICTURES = np.random.default_rng(0).uniform(0, 255, (2, 32, 32, 3)).astype("float32")


@pytest.fixture(scope="module")
def kept() -> dict[str, Any]:
    return json.loads((labs.OUT / "faults.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def model_a() -> keras.Model:
    return models.baseline_cnn(size=32, seed=3, augmentation=keras.layers.Identity())


def in_numpy(model: keras.Model, border: str, channels_first: bool = False) -> np.ndarray:
    """Model A written again, as somebody who takes it elsewhere would."""
    arrays = iter(model.get_weights())
    x = PICTURES / 255
    for _ in range(3):
        x = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), border)
        x = max_pool2d(np.maximum(conv2d(x, next(arrays)) + next(arrays), 0))
    x = (x.transpose(0, 3, 1, 2) if channels_first else x).reshape(len(x), -1)
    x = np.maximum(x @ next(arrays) + next(arrays), 0)
    logits = x @ next(arrays) + next(arrays)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def test_a_border_is_that_of_numpy(model_a: keras.Model) -> None:
    sound = labs.asked(model_a)(PICTURES)
    np.testing.assert_allclose(sound, in_numpy(model_a, "constant"), atol=1e-5)
    for border in labs.BORDERS:
        found = labs.asked(labs.bordered(model_a, border))(PICTURES)
        np.testing.assert_allclose(found, in_numpy(model_a, border), atol=1e-5)
        assert np.abs(found - sound).max() > 1e-4


def test_the_other_order_of_flattening_is_numpys(model_a: keras.Model) -> None:
    found = labs.asked(labs.flattened_channels_first(model_a))(PICTURES)
    np.testing.assert_allclose(found, in_numpy(model_a, "constant", True), atol=1e-5)


def test_a_copy_of_model_b_is_the_model_and_every_fault_of_it_is_not() -> None:
    model = models.mobilenet_v2(size=32, weights="drawn", head="gap")
    sound = labs.asked(model)(PICTURES)
    same = labs.copied(model, lambda layer: layer)
    np.testing.assert_allclose(labs.asked(same)(PICTURES), sound, atol=1e-5)
    faults = dict(labs.faults_of_b(model))
    assert len(faults) == 3
    for fault, predict in faults.items():
        assert np.abs(predict(PICTURES) - sound).max() > 1e-6, fault


@pytest.mark.parametrize("name", ["A", "B"])
def test_sound_models_say_what_chapter_5_says(kept: dict[str, Any], name: str) -> None:
    run = labs.RUNS[name]
    path = chapter_5.OUT / f"{run.name}.json"
    before = json.loads(path.read_text("utf-8"))["predicted"]["unmarked"][: labs.TESTED]
    said = kept[name]["faults"]["none"]["said"]
    assert kept[name]["run"] == run.name and len(said) == labs.TESTED
    assert sum(a != b for a, b in zip(said, before, strict=True)) <= 2  # rounding
