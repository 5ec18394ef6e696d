"""Which layer is explained: by rule, by path, by name."""

import keras
import numpy as np
import pytest
from keras import layers

from cnnbook.gradcam import GradCAM, feature_layer, feature_layers, grad_cam
from gradcam_cases import (
    CHANNELS,
    CLASSES,
    SIDE,
    assert_same,
    augmented,
    backbone,
    closed_form,
    composite,
    features_of,
    head_of,
    nested,
    nested_three_deep,
    numpy,
    pictures,
    randomised,
    subclassed,
)


def test_class_maps_as_the_last_convolution():
    """Lin et al.'s head: one channel a class, averaged; the map is that channel, rectified."""
    base = backbone()
    x = layers.Conv2D(CLASSES, 1, name="classes")(base.output)
    x = layers.Softmax()(layers.GlobalAveragePooling2D()(x))
    model = randomised(keras.Model(base.input, x))
    images = pictures()
    maps = numpy(model.get_layer("classes")(features_of(model, images)))
    expected = np.maximum(maps[..., 3], 0) / maps[0, ..., 0].size
    assert_same(grad_cam(model, images, 3), expected)


def test_a_shared_layer_is_explained_call_by_call():
    shared = layers.Conv2D(CHANNELS, 3, name="conv")
    left, right = keras.Input((SIDE, SIDE, 3)), keras.Input((SIDE, SIDE, 3))
    pool = layers.GlobalAveragePooling2D()
    x = layers.Concatenate()([pool(shared(left)), pool(shared(right))])
    model = keras.Model([left, right], layers.Dense(CLASSES, activation="softmax", name="head")(x))
    randomised(model)
    batch, kernel = [pictures(seed=1), pictures(seed=2)], numpy(head_of(model).kernel)
    assert [*feature_layers(model)] == ["conv#1", "conv#2"]
    # Keras runs a graph from its last input: call 1 is the right picture's.
    for call, side in (("conv#1", 1), ("conv#2", 0)):
        expected = closed_form(numpy(shared(batch[side])), np.split(kernel, 2)[side], 1)
        assert_same(grad_cam(model, batch, 1, layer=call), expected)
    with pytest.raises(ValueError, match=r"ambiguous; give one of \['conv#1', 'conv#2'\]"):
        grad_cam(model, batch, 1, layer="conv")


@pytest.mark.parametrize(
    "name", ["act", "a.b/act", "a.b.act", "outer/inner/a.b/act", "outer.inner.a.b.act", "inner.a.b"]
)
def test_a_layer_answers_to_every_tail_of_its_path(name):
    model, images = randomised(nested_three_deep()), pictures()
    assert np.array_equal(grad_cam(model, images, 1, layer=name), grad_cam(model, images, 1))


def test_a_layer_may_be_given_itself():
    model, images = randomised(nested()), pictures()
    conv = model.get_layer("backbone").get_layer("conv")
    np.testing.assert_array_equal(
        grad_cam(model, images, 1, conv), grad_cam(model, images, 1, "backbone/conv")
    )
    assert not np.allclose(grad_cam(model, images, 1, conv), grad_cam(model, images, 1))


def test_feature_layers_lists_maps_from_the_first_convolution_on():
    maps = feature_layers(augmented())
    assert [path.split("/", 1)[1] for path in maps] == [
        "backbone/conv",
        "backbone/norm",
        "backbone/act",
    ]
    assert set(maps.values()) == {(10, 10, CHANNELS)}
    assert [*feature_layers(subclassed(), pictures())] == [
        "block/conv",
        "block/norm",
        "block/act",
    ]
    with pytest.raises(ValueError, match="does not declare its inputs; pass a batch as images="):
        feature_layers(subclassed())


@pytest.mark.parametrize("kind", [nested, nested_three_deep, augmented, composite])
def test_the_layer_can_be_asked_for_beforehand(kind):
    model, images = randomised(kind()), pictures()
    chosen = feature_layer(model)
    explain = GradCAM(model)
    assert explain.layer == chosen
    np.testing.assert_array_equal(grad_cam(model, images, 1), grad_cam(model, images, 1, chosen))
    explain(images, 1)
    assert explain.layer == chosen


def test_a_subclassed_model_is_asked_with_a_batch():
    model = subclassed()
    assert feature_layer(model, pictures()) == "block/act"
    explain = GradCAM(model)
    with pytest.raises(ValueError, match="does not declare its inputs"):
        _ = explain.layer
    explain(pictures(), 1)
    assert explain.layer == "block/act"


def test_a_layer_given_by_name_answers_with_its_path():
    assert GradCAM(nested_three_deep(), "conv").layer.endswith("inner/a.b/conv")


def test_layers_of_one_name_are_told_apart():
    class Twins(layers.Layer):
        def __init__(self):
            super().__init__(name="twins")
            self.one, self.two = (layers.Conv2D(CHANNELS, 3, name="conv") for _ in range(2))

        def call(self, x):
            return self.two(self.one(x))

    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.GlobalAveragePooling2D()(Twins()(inputs))
    model = randomised(keras.Model(inputs, layers.Dense(CLASSES, name="head")(x)))
    assert feature_layers(model) == {
        "twins/conv[0]": (SIDE - 2, SIDE - 2, CHANNELS),
        "twins/conv[1]": (SIDE - 4, SIDE - 4, CHANNELS),
    }
    with pytest.raises(ValueError, match=r"give one of \['twins/conv\[0\]', 'twins/conv\[1\]'\]"):
        grad_cam(model, pictures(), 1, layer="conv")
    twins = model.get_layer("twins")
    expected = closed_form(numpy(twins(pictures())), head_of(model).kernel, 1)
    assert_same(grad_cam(model, pictures(), 1, layer="conv[1]"), expected)
    assert grad_cam(model, pictures(), 1, layer="twins.conv[0]").shape == (3, SIDE - 2, SIDE - 2)
