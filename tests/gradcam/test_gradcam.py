"""Grad-CAM on every kind of Keras model, against the closed form for a pooled linear head.

Where the head is global average pooling and a dense layer, the gradient of logit k is the dense
kernel's column over h*w, so the map is relu(A @ W[:, k]) / (h*w): no automatic differentiation
needed to know the answer.  Nothing here depends on the Keras backend.
"""

import keras
import numpy as np
import pytest
from keras import layers, ops

from cnnbook.gradcam import GradCAM, feature_layers, grad_cam, normalize, overlay, resize

SIDE, CHANNELS, CLASSES = 12, 6, 4


def pictures(n=3, seed=0):
    """Colours that differ from picture to picture, or every class score would be the same."""
    rng = np.random.default_rng(seed)
    colours = rng.uniform(0, 128, (n, 1, 1, 3))
    return (colours + rng.uniform(0, 127, (n, SIDE, SIDE, 3))).astype("float32")


def randomised(model, seed=2):
    """Weights without the symmetries of a fresh model; small offsets, so that pictures matter."""
    rng = np.random.default_rng(seed)

    def weight(path, shape):
        if "variance" in path:
            return np.abs(rng.normal(1, 0.2, shape))
        return rng.normal(0, 0.1 if path.endswith(("bias", "beta", "mean")) else 1, shape)

    model.set_weights([weight(v.path, v.shape) for v in model.weights])
    return model


def backbone(name="backbone"):
    x = inputs = keras.Input((SIDE, SIDE, 3), name="picture")
    x = layers.Rescaling(1 / 127.5, -1, name="scale")(x)
    x = layers.Conv2D(CHANNELS, 3, name="conv")(x)
    x = layers.BatchNormalization(name="norm")(x)
    x = layers.Activation("gelu", name="act")(x)
    return keras.Model(inputs, x, name=name)


def numpy(tensor):
    return np.asarray(ops.convert_to_numpy(ops.stop_gradient(ops.cast(tensor, "float32"))))


def closed_form(features, kernel, class_index):
    """relu(A @ w) / (h w) for features (n, h, w, c) and a dense kernel (c, k)."""
    n, h, w, _ = features.shape
    columns = np.asarray(kernel)[:, np.broadcast_to(class_index, n)].T[:, None, None, :]
    return np.maximum((features * columns).sum(-1), 0) / (h * w)


def assert_same(maps, expected, tolerance=1e-4):
    """Equal to a fraction of the peak, which must not be zero: rounding is relative to the sum."""
    assert expected.max() > 0
    np.testing.assert_allclose(maps, expected, rtol=0, atol=tolerance * expected.max())


def functional():
    base = backbone()
    x = layers.GlobalAveragePooling2D()(base.output)
    return keras.Model(base.input, layers.Dense(CLASSES, activation="softmax", name="head")(x))


def sequential():
    return keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 3)),
            *(backbone().get_layer(name) for name in ("scale", "conv", "norm", "act")),
            layers.GlobalAveragePooling2D(),
            layers.Dense(CLASSES, activation="softmax", name="head"),
        ]
    )


def nested():
    return keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 3)),
            backbone(),
            layers.GlobalAveragePooling2D(),
            layers.Dropout(0.5),
            layers.Dense(CLASSES, name="head"),
            layers.Softmax(),
        ]
    )


def augmented():
    return keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 3)),
            keras.Sequential(
                [layers.RandomFlip(), layers.RandomRotation(0.3), layers.RandomZoom(0.3)]
            ),
            layers.RandomContrast(0.5),
            layers.GaussianNoise(1.0),
            nested(),
        ]
    )


def nested_three_deep():
    inner = keras.Sequential([keras.Input((SIDE, SIDE, 3)), backbone("a.b")], name="inner")
    x = inputs = keras.Input((SIDE, SIDE, 3))
    x = keras.Sequential([keras.Input((SIDE, SIDE, 3)), inner], name="outer")(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(CLASSES, activation="softmax", name="head")(x))


def functional_softmax_operation():
    base = backbone()
    logits = layers.Dense(CLASSES, name="head")(ops.mean(base.output, axis=(1, 2)))
    return keras.Model(base.input, ops.softmax(logits))


def logits_only():
    base = backbone()
    x = layers.GlobalAveragePooling2D()(base.output)
    return keras.Model(base.input, layers.Dense(CLASSES, name="head")(x))


def softmax_then_cast_and_reshape():
    model = functional()
    x = layers.Activation("linear", dtype="float16")(model.output)
    return keras.Model(model.input, layers.Reshape((1, CLASSES))(x))


@keras.saving.register_keras_serializable("cnnbook-tests")
class Block(layers.Layer):
    """A composite layer: what it returns is computed by layers inside it."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.parts = [
            layers.Conv2D(CHANNELS, 3, name="conv"),
            layers.BatchNormalization(name="norm"),
        ]
        self.act = layers.Activation("gelu", name="act")

    def build(self, shape):
        self.parts[0].build(shape)
        self.parts[1].build(self.parts[0].compute_output_shape(shape))
        self.built = True

    def call(self, x):
        for part in self.parts:
            x = part(x)
        return self.act(x)


def composite():
    x = inputs = keras.Input((SIDE, SIDE, 3))
    x = Block(name="block")(layers.Rescaling(1 / 127.5, -1)(x))
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(CLASSES, activation="softmax", name="head")(x))


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.scale = layers.Rescaling(1 / 127.5, -1)
        self.block = Block(name="block")
        self.flip = layers.RandomFlip()
        self.pool = layers.GlobalAveragePooling2D()
        self.head = layers.Dense(CLASSES, activation="softmax", name="head")

    def call(self, x, training=False):
        return self.head(self.pool(self.block(self.scale(self.flip(x)))))


def subclassed():
    model = Subclassed()
    model(pictures())
    return model


def frozen():
    model = nested()
    model.get_layer("backbone").trainable = False
    return model


def head_of(model):
    return next(layer for layer in model._flatten_layers() if layer.name == "head")


def features_of(model, images):
    """The feature map computed layer by layer, outside the model that holds the layers."""
    by_name = {layer.name: layer for layer in model._flatten_layers()}
    if "block" in by_name:
        return numpy(by_name["block"](images / 127.5 - 1))
    x = images / 127.5 - 1
    for name in ("conv", "norm", "act"):
        x = by_name[name](x, training=False) if name == "norm" else by_name[name](x)
    return numpy(x)


KINDS = [
    functional,
    sequential,
    nested,
    augmented,
    nested_three_deep,
    functional_softmax_operation,
    logits_only,
    softmax_then_cast_and_reshape,
    composite,
    subclassed,
    frozen,
]


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


def test_without_a_class_the_predicted_one_is_explained():
    model, images = randomised(nested()), pictures(8)
    predicted = model.predict(images, verbose=0).argmax(-1)
    assert len(set(predicted)) > 1
    expected = closed_form(features_of(model, images), head_of(model).kernel, predicted)
    assert_same(grad_cam(model, images), expected)
    assert_same(GradCAM(model)(images), expected)


def test_a_saturated_softmax_does_not_empty_the_map():
    model, images = randomised(nested()), pictures()
    head = head_of(model)
    head.kernel.assign(1e4 * head.kernel)
    assert model.predict(images, verbose=0).max(-1).min() == 1
    expected = closed_form(features_of(model, images), head.kernel, 1)
    assert_same(grad_cam(model, images, 1), expected)


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


def test_one_sigmoid_unit_has_two_classes():
    base = backbone()
    x = layers.GlobalAveragePooling2D()(base.output)
    model = keras.Model(base.input, layers.Dense(1, activation="sigmoid", name="head")(x))
    randomised(model)
    images = pictures()
    features, kernel = features_of(model, images), numpy(head_of(model).kernel)
    for_one, for_zero = closed_form(features, kernel, 0), closed_form(features, -kernel, 0)
    assert for_one.max() > 0 < for_zero.max()
    assert_same(grad_cam(model, images, 1), for_one)
    assert_same(grad_cam(model, images, 0), for_zero)
    predicted = model.predict(images, verbose=0)[:, 0] > 0.5
    expected = np.where(predicted[:, None, None], for_one, for_zero)
    assert_same(grad_cam(model, images), expected)


@pytest.mark.parametrize("squeeze", [False, True])
def test_regression_and_what_lowers_it(squeeze):
    base = backbone()
    y = layers.Dense(1, name="head")(layers.GlobalAveragePooling2D()(base.output))
    model = randomised(keras.Model(base.input, ops.squeeze(y, -1) if squeeze else y))
    images = pictures()
    features, kernel = features_of(model, images), numpy(head_of(model).kernel)
    assert_same(grad_cam(model, images), closed_form(features, kernel, 0))
    lowers = grad_cam(model, images, score=lambda y: -ops.reshape(y, (-1,)))
    assert_same(lowers, closed_form(features, -kernel, 0))


def test_a_score_sees_probabilities():
    model, images = randomised(nested()), pictures()
    p = model.predict(images, verbose=0)
    kernel = numpy(head_of(model).kernel)
    # dp_1/dz = p_1 (e_1 - p), chained to the kernel; one image at a time, the weights differ.
    expected = np.concatenate(
        [
            closed_form(a[None], kernel @ (q[1] * (np.eye(CLASSES)[1] - q))[:, None], 0)
            for a, q in zip(features_of(model, images), p, strict=True)
        ]
    )
    for maps in (
        grad_cam(model, images, score=lambda y: y[:, 1]),
        GradCAM(model, score=lambda y: y[:, 1])(images),
    ):
        assert_same(maps, expected)


def two_outputs():
    """The colour is read from a second branch that the make does not depend on."""
    base = backbone()
    make = layers.Dense(CLASSES, activation="softmax", name="head")
    other = layers.Conv2D(5, 5, name="other")(base.input)
    outputs = {
        "make": make(layers.GlobalAveragePooling2D()(base.output)),
        "colour": layers.Dense(3, activation="softmax", name="colour")(
            layers.GlobalAveragePooling2D()(other)
        ),
    }
    return keras.Model(base.input, outputs)


def test_several_outputs_are_chosen_by_name_or_position():
    model, images = randomised(two_outputs()), pictures()
    by_name = {layer.name: layer for layer in model.layers}
    make = closed_form(features_of(model, images), by_name["head"].kernel, 2)
    colour = closed_form(numpy(by_name["other"](images)), by_name["colour"].kernel, 2)
    # The automatic layer is the last one that the chosen output depends on.
    assert_same(grad_cam(model, images, 2, output="make"), make)
    assert_same(grad_cam(model, images, 2, output="colour"), colour)
    assert_same(grad_cam(model, images, 2, output=1), make)
    assert_same(GradCAM(model, output="make")(images, 2), make)
    both = grad_cam(model, images, layer="act", score=lambda y: y["make"][:, 2] + y["colour"][:, 2])
    assert both.shape == make.shape


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


def test_a_prediction_for_every_position_is_summed():
    base = backbone()
    model = randomised(
        keras.Model(
            base.input, layers.Conv2D(CLASSES, 1, activation="softmax", name="head")(base.output)
        )
    )
    images = pictures()
    features, kernel = features_of(model, images), numpy(head_of(model).kernel)[0, 0]
    expected = closed_form(features, kernel, 2) * features[0, ..., 0].size
    assert_same(grad_cam(model, images, 2), expected)
    assert_same(grad_cam(model, images, 2, layer="act"), expected)


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


def test_only_negative_evidence_gives_zeros_all_the_way_to_the_picture():
    model, images = randomised(nested()), pictures()
    act = np.minimum(numpy(head_of(model).kernel), 0)
    head_of(model).kernel.assign(act)
    relu = keras.Sequential([keras.Input((SIDE, SIDE, 3)), backbone(), layers.ReLU()])
    model = keras.Sequential(
        [keras.Input((SIDE, SIDE, 3)), relu, layers.GlobalAveragePooling2D(), head_of(model)]
    )
    maps = grad_cam(model, images, 1)
    assert not maps.any()
    assert not normalize(maps).any()
    np.testing.assert_array_equal(overlay(images, maps), np.round(images).astype(np.uint8))


def test_resize_puts_pixel_centres_at_half_integers():
    from PIL import Image

    maps = np.random.default_rng(0).uniform(0, 1, (2, 5, 7)).astype("float32")
    enlarged = resize(maps, (40, 33))
    for ours, original in zip(enlarged, maps, strict=True):
        theirs = Image.fromarray(original).resize((33, 40), Image.Resampling.BILINEAR)
        np.testing.assert_allclose(ours, np.asarray(theirs), atol=1e-6)


def test_overlay_mixes_without_stretching_the_picture():
    from matplotlib import colormaps

    grey = np.full((1, 4, 4, 3), 200, np.uint8)
    ramp = np.linspace(0, 3, 16, dtype="float32").reshape(1, 4, 4)
    colours = 255 * colormaps["turbo"](ramp / 3)[..., :3]
    expected = 200 + 0.4 * (ramp / 3)[..., None] * (colours - 200)
    pictures_ = overlay(grey, ramp)
    assert pictures_.dtype == np.uint8
    np.testing.assert_allclose(pictures_, expected, atol=0.5001)
    np.testing.assert_array_equal(overlay(grey[..., :1], ramp), pictures_)
    with pytest.raises(ValueError, match=r"0\.\.255"):
        overlay(grey / 255, ramp)
