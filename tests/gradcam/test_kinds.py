"""Grad-CAM on every kind of Keras model, against the closed form for a pooled linear head."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from cnnbook.gradcam import GradCAM, feature_layers, grad_cam
from gradcam_cases import (
    CHANNELS,
    CLASSES,
    KINDS,
    SIDE,
    assert_same,
    augmented,
    backbone,
    closed_form,
    composite,
    features_of,
    head_of,
    nested,
    numpy,
    pictures,
    randomised,
    subclassed,
)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_model_gives_the_closed_form(kind):
    model, images = randomised(kind()), pictures()
    classes = np.array([2, 0, 3])
    expected = closed_form(features_of(model, images), head_of(model).kernel, classes)
    maps = grad_cam(model, images, classes)
    assert maps.dtype == np.float32
    assert_same(maps, expected)


@pytest.mark.parametrize("kind", [nested, subclassed, composite])
def test_traced_equals_untraced(kind):
    model, images = randomised(kind()), pictures(5)
    explain = GradCAM(model)
    for part in (images[:1], images, images[:3]):
        assert_same(explain(part, 2), grad_cam(model, part, 2))


def test_augmentation_inside_the_model_stays_off():
    model, images = randomised(augmented()), pictures()
    first = grad_cam(model, images, 1)
    assert all(np.array_equal(grad_cam(model, images, 1), first) for _ in range(3))
    explain = GradCAM(model)
    assert np.array_equal(explain(images, 1), explain(images, 1))


def test_reloaded_from_disk(tmp_path):
    model, images = randomised(nested()), pictures()
    model.save(tmp_path / "model.keras")
    reloaded = keras.saving.load_model(tmp_path / "model.keras")
    assert_same(grad_cam(reloaded, images, 1), grad_cam(model, images, 1))


def test_a_flattened_head_weighs_by_the_mean_over_positions():
    """Its gradient differs from place to place: the kernel's rows, averaged a channel at a time."""
    base = backbone()
    x = layers.Dense(CLASSES, activation="softmax", name="head")(layers.Flatten()(base.output))
    model = randomised(keras.Model(base.input, x))
    images = pictures()
    features = features_of(model, images)
    _, h, w, c = features.shape
    means = numpy(head_of(model).kernel).reshape(h, w, c, CLASSES).mean(axis=(0, 1))
    assert_same(grad_cam(model, images, 2), closed_form(features, means * h * w, 2))


def test_pictures_as_bytes():
    model, images = randomised(nested()), pictures().astype("uint8")
    expected = grad_cam(model, images.astype("float32"), 2)
    assert_same(grad_cam(model, images, 2), expected)
    assert_same(GradCAM(model)(images, 2), expected)


def test_more_images_than_a_batch_give_one_map_each():
    model, images = randomised(nested()), pictures(70)
    expected = closed_form(features_of(model, images), head_of(model).kernel, np.arange(70) % 4)
    for maps in (
        grad_cam(model, images, np.arange(70) % 4),
        GradCAM(model)(images, np.arange(70) % 4),
    ):
        assert_same(maps, expected)


@pytest.mark.parametrize("as_dict", [False, True])
def test_several_inputs(as_dict):
    base = backbone()
    year = keras.Input((1,), name="year")
    x = layers.Concatenate()([layers.GlobalAveragePooling2D()(base.output), year])
    logits = layers.Dense(CLASSES, activation="softmax", name="head")(x)
    inputs = {"picture": base.input, "year": year} if as_dict else [base.input, year]
    model = randomised(keras.Model(inputs, logits))
    images, years = pictures(), np.ones((3, 1), "float32")
    batch = {"picture": images, "year": years} if as_dict else [images, years]
    expected = closed_form(features_of(model, images), numpy(head_of(model).kernel)[:CHANNELS], 1)
    assert_same(grad_cam(model, batch, 1), expected)
    assert_same(GradCAM(model)(batch, 1), expected)
    assert [*feature_layers(model)] == ["conv", "norm", "act"]


def test_channels_first():
    rng = np.random.default_rng(0)
    x = inputs = keras.Input((3, 10, 12))
    x = layers.Conv2D(5, 3, data_format="channels_first", name="conv")(x)
    x = layers.ReLU(name="relu")(x)
    x = layers.GlobalAveragePooling2D(data_format="channels_first")(x)
    model = keras.Model(inputs, layers.Dense(CLASSES, activation="softmax", name="head")(x))
    randomised(model)
    images = rng.uniform(0, 1, (2, 3, 10, 12)).astype("float32")
    features = np.moveaxis(numpy(ops.relu(model.get_layer("conv")(images))), 1, -1)
    expected = closed_form(features, head_of(model).kernel, 1)
    assert expected.shape == (2, 8, 10)
    assert_same(grad_cam(model, images, 1), expected)
    assert feature_layers(model) == {"conv": (8, 10, 5), "relu": (8, 10, 5)}


def test_mixed_precision():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        base = backbone()
        x = layers.Dense(CLASSES, name="head")(layers.GlobalAveragePooling2D()(base.output))
        model = keras.Model(base.input, layers.Activation("softmax", dtype="float32")(x))
    finally:
        keras.config.set_dtype_policy("float32")
    randomised(model)
    images = pictures()
    expected = closed_form(features_of(model, images), numpy(head_of(model).kernel), 1)
    for maps in (grad_cam(model, images, 1), GradCAM(model)(images, 1)):
        assert_same(maps, expected, tolerance=1e-2)


def test_gradcam_follows_later_training():
    model, images = randomised(nested()), pictures()
    explain = GradCAM(model)
    before = explain(images, 1)
    assert explain.layer == "backbone/act"
    randomised(model, seed=5)
    assert_same(explain(images, 1), grad_cam(model, images, 1))
    assert not np.allclose(explain(images, 1), before)


def test_pictures_of_any_size():
    x = inputs = keras.Input((None, None, 3))
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(CHANNELS, 3, name="conv")(x))
    model = randomised(keras.Model(inputs, layers.Dense(CLASSES, activation="softmax")(x)))
    explain = GradCAM(model)
    for h, w in ((8, 9), (12, 7), (8, 9)):
        images = np.random.default_rng(0).uniform(0, 1, (2, h, w, 3)).astype("float32")
        assert explain(images, 1).shape == (2, h - 2, w - 2)
        assert_same(explain(images, 1), grad_cam(model, images, 1))


@pytest.mark.parametrize("wanted", [[[0, 1, 2, 3]], [[0, 1], [2, 0], [3, 3]], [[2]]])
@pytest.mark.parametrize("make", [grad_cam, lambda model, *rest: GradCAM(model)(*rest)])
def test_several_classes_of_one_picture(wanted, make):
    model, images = randomised(nested()), pictures()
    features, kernel = features_of(model, images), head_of(model).kernel
    columns = np.broadcast_to(wanted, (3, len(wanted[0]))).T
    expected = np.stack([closed_form(features, kernel, column) for column in columns], axis=1)
    assert_same(make(model, images, wanted), expected)


def test_several_classes_cost_one_forward_pass():
    passes = []

    class Counting(layers.Layer):
        def call(self, x):
            passes.append(1)
            return x

    model = keras.Sequential([keras.Input((SIDE, SIDE, 3)), Counting(), nested()])

    def passes_for(classes):
        passes.clear()
        grad_cam(model, pictures(), classes)
        return len(passes)

    assert passes_for([[0, 1, 2, 3]]) == passes_for(0) == 2  # one to look, one to explain
