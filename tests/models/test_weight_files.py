"""A MobileNetV2 is found in whatever file of Keras contains it, and nothing in the file is run."""

import h5py
import keras
import numpy as np
import pytest

from cnnbook import models
from cnnbook.models.weight_files import backbone_in

SIDE = 32


def build(alpha, **options):
    return keras.applications.MobileNetV2(
        input_shape=(SIDE, SIDE, 3), alpha=alpha, weights=None, **{"include_top": False} | options
    )


@pytest.fixture(scope="module")
def network():
    """Return a network no two of whose weights are alike, with a top."""
    network = build(0.35, include_top=True, classes=7)
    rng = np.random.default_rng(0)
    network.set_weights([rng.random(w.shape, np.float32) for w in network.get_weights()])
    return network


@pytest.fixture(scope="module")
def headless(network):
    return keras.Model(network.input, network.layers[-3].output)


def nested(headless):
    """Return a model as people have: a lambda, a network, a head; and trained, so with Adam."""
    x = keras.Input((SIDE, SIDE, 3))
    y = keras.layers.Lambda(lambda t: 1 / 0 if t is None else t / 127.5 - 1)(x)
    y = keras.layers.GlobalAveragePooling2D()(headless(y))
    model = keras.Model(x, keras.layers.Dense(3, "softmax")(y))
    model.compile("adam", "sparse_categorical_crossentropy")
    model.optimizer.build(model.trainable_variables)
    return model


def as_keras_2(source, path):
    """Write a file of weights by the names that Keras 2 gave them, as Keras publishes them."""
    with h5py.File(path, "w") as file:
        for layer in source.layers:
            for w in layer.weights:
                depthwise = "depthwise_" * (w.name == "kernel" and "depthwise" in layer.name)
                file[f"{layer.name}/{layer.name}/{depthwise}{w.name}:0"] = np.asarray(w)


@pytest.mark.parametrize("ending", [".h5", ".keras", ".weights.h5"])
@pytest.mark.parametrize("kind", ["top", "bare", "nested"])
@pytest.mark.filterwarnings("ignore:.*HDF5 file:UserWarning")
def test_it_is_found_in_every_file(kind, ending, network, headless, tmp_path):
    model = {"top": network, "bare": headless}.get(kind) or nested(headless)
    path = tmp_path / f"mine{ending}"
    model.save_weights(path) if ending == ".weights.h5" else model.save(path)
    found = backbone_in(path, build)
    for own, other in zip(headless.get_weights(), found.get_weights(), strict=True):
        np.testing.assert_array_equal(own, other)


def test_the_layout_that_keras_publishes(headless, tmp_path):
    as_keras_2(headless, tmp_path / "published.h5")
    found = backbone_in(tmp_path / "published.h5", build)
    for own, other in zip(headless.get_weights(), found.get_weights(), strict=True):
        np.testing.assert_array_equal(own, other)


def test_a_model_of_ours_hands_its_backbone_on(tmp_path):
    model = models.mobilenet_v2(size=SIDE, weights="drawn", head="gap")
    model.save(tmp_path / "model.keras")
    again = models.mobilenet_v2(size=SIDE, weights=tmp_path / "model.keras", head="gap")
    mine, other = (models.backbone_of(m).get_weights() for m in (model, again))
    assert all(map(np.array_equal, mine, other))


def test_two_of_them_are_refused(headless, tmp_path):
    x = keras.Input((SIDE, SIDE, 3))
    twin = keras.models.clone_model(keras.Model(headless.input, headless.output, name="twin"))
    keras.Model(x, [headless(x), twin(x)]).save_weights(tmp_path / "two.weights.h5")
    with pytest.raises(ValueError, match="contains 2 MobileNetV2"):
        backbone_in(tmp_path / "two.weights.h5", build)
