"""HiResCAM: the same as Grad-CAM where the gradient is the same everywhere, else by hand."""

import keras
import numpy as np
import pytest
from keras import layers

from cnnbook.gradcam import HiResCAM, grad_cam, hires_cam
from gradcam_cases import (
    CLASSES,
    KINDS,
    assert_same,
    backbone,
    features_of,
    head_of,
    nested,
    numpy,
    pictures,
    randomised,
)


@pytest.mark.parametrize("kind", KINDS)
def test_it_agrees_with_gradcam_where_the_head_begins_by_averaging(kind):
    model, images = randomised(kind()), pictures()
    assert_same(hires_cam(model, images, [2, 0, 3]), grad_cam(model, images, [2, 0, 3]))


def test_also_where_the_rest_of_the_head_is_not_linear():
    base = backbone()
    x = layers.GlobalAveragePooling2D()(base.output)
    x = layers.Dense(CLASSES, activation="softmax")(layers.Dense(9, activation="gelu")(x))
    model, images = randomised(keras.Model(base.input, x)), pictures()
    assert_same(hires_cam(model, images, 1), grad_cam(model, images, 1))


def flattened(*hidden):
    base = backbone()
    x = layers.Flatten()(base.output)
    for layer in hidden:
        x = layer(x)
    x = layers.Dense(CLASSES, activation="softmax", name="head")(x)
    return randomised(keras.Model(base.input, x))


def test_after_flatten_every_place_has_its_own_weights():
    """One dense layer: the kernel's rows are the gradient, and the places add up to the logit."""
    model, images = flattened(), pictures()
    features = features_of(model, images)
    kernel = numpy(head_of(model).kernel)[:, 2].reshape(features.shape[1:])
    by_place = (features * kernel).sum(axis=-1)
    logits = features.reshape(len(images), -1) @ numpy(head_of(model).kernel)
    np.testing.assert_allclose(by_place.sum(axis=(1, 2)), logits[:, 2], rtol=1e-3, atol=1e-3)
    assert_same(hires_cam(model, images, 2), np.maximum(by_place, 0))
    assert np.abs(hires_cam(model, images, 2) - grad_cam(model, images, 2)).max() > 1


def test_traced_equals_untraced_for_one_class_and_for_several():
    model, images = flattened(layers.Dense(7, activation="gelu")), pictures(5)
    explain = HiResCAM(model)
    assert explain.layer == "act"
    for part in (images[:1], images):
        assert_same(explain(part, 2), hires_cam(model, part, 2))
        assert_same(explain(part), hires_cam(model, part))
    several = explain(images, [[0, 1, 2, 3]])
    for k in range(CLASSES):
        assert_same(several[:, k], hires_cam(model, images, k))


def test_it_takes_what_gradcam_takes():
    model, images = randomised(nested()), pictures()
    for layer in ("backbone.conv", model.get_layer("backbone").get_layer("conv")):
        by_place = hires_cam(model, images, layer=layer, score=lambda y: y[:, 1])
        assert by_place.shape == grad_cam(model, images, layer=layer, score=lambda y: y[:, 1]).shape
    with pytest.raises(ValueError, match=r"class_index must be in 0\.\.3; got 9"):
        hires_cam(model, images, 9)
