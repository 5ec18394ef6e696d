"""Which number a map explains: settled from the model, whatever the first picture says."""

import warnings

import keras
import numpy as np
import pytest
from keras import layers, ops

from cnnbook.gradcam import GradCAM, feature_layer, grad_cam
from gradcam_cases import (
    CHANNELS,
    CLASSES,
    assert_same,
    backbone,
    closed_form,
    features_of,
    head_of,
    nested,
    numpy,
    pictures,
    randomised,
)


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


def averaged_towers():
    """Two softmax heads on one map, averaged: no logits stand for the mean of probabilities."""
    base = backbone()
    x = layers.GlobalAveragePooling2D()(base.output)
    heads = [layers.Dense(CLASSES, activation="softmax", name=name)(x) for name in ("one", "two")]
    return randomised(keras.Model(base.input, layers.Average(name="average")(heads)))


def test_averaged_towers_do_not_depend_on_the_first_picture():
    model, images = averaged_towers(), pictures(6)
    features, expected = features_of(model, images), []
    for image_features in features:
        column = 0
        for name in ("one", "two"):
            head = model.get_layer(name)
            p = numpy(head(image_features.mean(axis=(0, 1))[None]))[0]
            column = column + numpy(head.kernel) @ (p[1] * (np.eye(CLASSES)[1] - p)) / 2
        expected.append(closed_form(image_features[None], column[:, None], 0)[0])
    explain = GradCAM(model)
    for make in (lambda x: grad_cam(model, x, 1), lambda x: explain(x, 1)):
        for order in (np.arange(6), np.arange(6)[::-1], np.array([3, 0, 5, 1, 2, 4])):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # see the next test
                maps = make(images[order])
            assert_same(maps, np.stack(expected)[order])


@pytest.mark.parametrize("make", [grad_cam, lambda model, *rest: GradCAM(model)(*rest)])
def test_a_warning_points_at_the_users_line(make):
    with pytest.warns(UserWarning, match="the map explains a probability") as caught:
        make(averaged_towers(), pictures(), 1)
    ours = [warning for warning in caught if "the map explains" in str(warning.message)]
    assert [warning.filename for warning in ours] == [__file__]  # PyTorch warns beside us


def pooled(*head):
    base = backbone()
    x = layers.GlobalAveragePooling2D()(base.output)
    for layer in head:
        x = layer(x)
    return randomised(keras.Model(base.input, x))


def dense(units=CLASSES, activation=None):
    return layers.Dense(units, activation=activation, name="head")


@pytest.mark.parametrize(
    "end",
    [
        [layers.Reshape((CLASSES, 1))],
        [layers.Softmax(), layers.Reshape((CLASSES, 1))],
        [layers.Reshape((CLASSES, 1)), layers.Softmax(axis=1)],
        [layers.Reshape((CLASSES, 1, 1)), layers.Softmax(axis=[1])],
        [layers.Reshape((1, 1, CLASSES)), layers.Softmax(axis=np.int64(3)), layers.Flatten()],
        [layers.Softmax(), layers.Reshape((1, CLASSES)), layers.Permute((2, 1))],
        [layers.Softmax(), lambda x: ops.transpose(x[:, None], (0, 2, 1))],
        [lambda x: ops.log_softmax(x), layers.Activation("linear"), layers.Identity()],
        [layers.Activation("log_softmax")],
        [layers.Lambda(ops.softmax)],
        [layers.Activation(keras.layers.Softmax())],
        [layers.Softmax(), layers.Activation("linear", dtype="float16"), layers.Dropout(0.5)],
        [keras.Sequential([keras.Input((CLASSES,)), layers.Softmax()])],
    ],
)
def test_the_class_axis_and_the_softmax_are_found_where_they_are(end):
    model, images = pooled(dense(), *end), pictures()
    head_of(model).kernel.assign(50 * head_of(model).kernel)  # saturated
    expected = closed_form(features_of(model, images), head_of(model).kernel, [3, 0, 2])
    assert_same(grad_cam(model, images, [3, 0, 2]), expected)
    assert_same(GradCAM(model)(images, [3, 0, 2]), expected)


def test_classes_in_front_of_the_positions():
    """A softmax over channels that come first; a position's logits are summed."""
    base = backbone()
    x = layers.Conv2D(CLASSES, 1, name="head")(base.output)
    x = layers.Softmax(axis=1)(layers.Permute((3, 1, 2))(x))
    model, images = randomised(keras.Model(base.input, x)), pictures()
    features, kernel = features_of(model, images), numpy(head_of(model).kernel)[0, 0]
    expected = closed_form(features, kernel, 2) * features[0, ..., 0].size
    assert_same(grad_cam(model, images, 2, layer="act"), expected)


def test_a_softmax_that_is_not_last_is_no_head():
    class Sharpened(layers.Dense):
        """Its softmax is squared before it is returned."""

        def call(self, x):
            return super().call(x) ** 2

    model, images = pooled(Sharpened(CLASSES, activation="softmax", name="head")), pictures()
    with pytest.warns(UserWarning, match="explains a probability"):
        maps = grad_cam(model, images, 1)
    assert_same(maps, grad_cam(model, images, score=lambda y: y[:, 1]))


def test_a_shared_softmax_is_left_out_where_it_is_last_only():
    base, softmax = backbone(), layers.Softmax()
    x = layers.GlobalAveragePooling2D()(base.output)
    gate = softmax(layers.Dense(CHANNELS, name="gate")(x))
    y = layers.Dense(CLASSES, name="head")(layers.Multiply()([x, gate]))
    shared = randomised(keras.Model(base.input, softmax(y)))
    logits = keras.Model(base.input, y)
    images = pictures()
    assert_same(grad_cam(shared, images, 1), grad_cam(logits, images, score=lambda z: z[:, 1]))


@pytest.mark.parametrize(
    "end",
    [
        layers.Lambda(lambda z: (1 + ops.tanh(9 * z)) / 2),
        layers.Activation("hard_sigmoid"),
        layers.Activation(lambda z: ops.clip(z, 0, 1)),
    ],
)
@pytest.mark.parametrize("units", [1, CLASSES])
def test_a_squash_out_of_reach_is_warned_about(units, end):
    model = pooled(dense(units), end)
    with pytest.warns(UserWarning, match="explains a probability"):
        grad_cam(model, pictures())


@pytest.mark.parametrize("activation", [None, "tanh", "relu"])
def test_logits_between_zero_and_one_are_not_taken_for_probabilities(activation):
    model = pooled(dense(activation=activation))
    head_of(model).kernel.assign(0 * head_of(model).kernel)
    head_of(model).bias.assign([0.1, 0.2, 0.3, 0.9])
    grad_cam(model, pictures(), 1)  # a warning would be an error


def test_a_dead_map_is_still_the_one_that_the_output_depends_on():
    """Its gradient is zero, yet no other map would say more about this output."""
    model = randomised(two_outputs())
    model.get_layer("head").kernel.assign(0 * model.get_layer("head").kernel)
    assert feature_layer(model, output="make") == "act"
    assert feature_layer(model, output="colour") == "other"
    assert not grad_cam(model, pictures(), 1, output="make").any()


def test_an_axis_that_cannot_be_told_is_asked_for():
    class Windows(layers.Layer):
        def call(self, x):
            return ops.stack([x, 2 * x], axis=1)

    model = pooled(dense(), Windows())
    with pytest.raises(ValueError, match=r"\(n, 2, 4\), is made by code of the model's own"):
        grad_cam(model, pictures(), 1)
    assert grad_cam(model, pictures(), score=lambda y: y[:, 1, 2]).any()


def test_a_score_is_one_number_an_image():
    with pytest.raises(ValueError, match=r"one number an image, \(n,\); it returned \(3, 4\)"):
        grad_cam(pooled(dense()), pictures(), score=lambda y: y)


def test_what_is_not_finite_is_named():
    model, images = pooled(dense()), pictures()
    broken = images.copy()
    broken[1, 2, 3] = np.nan
    with pytest.raises(ValueError, match="the images hold NaN"):
        grad_cam(model, broken, 1)
    head_of(model).kernel.assign(np.full((CHANNELS, CLASSES), np.nan))
    for explain in (grad_cam, lambda *given: GradCAM(model)(*given[1:])):
        with pytest.raises(ValueError, match="weight 'head/kernel' is NaN or infinite"):
            explain(model, images, 1)


class SoftmaxOfItsOwn(keras.Model):
    """Neither its logits nor its softmax are a layer's."""

    def __init__(self):
        super().__init__()
        self.base = backbone()
        self.matrix = self.add_weight(shape=(CHANNELS, CLASSES), name="matrix")

    def call(self, x):
        return keras.activations.softmax(ops.mean(self.base(x), axis=(1, 2)) @ self.matrix)


def test_a_softmax_in_a_models_own_code():
    model, images = SoftmaxOfItsOwn(), pictures()
    model(images)
    randomised(model)
    expected = closed_form(numpy(model.base(images)), model.matrix, 1)
    if keras.backend.backend() == "jax":  # whose traced arrays cannot carry the logits along
        with pytest.warns(UserWarning, match="explains a probability"):
            maps = grad_cam(model, images, 1)
        assert_same(maps, GradCAM(model, score=lambda y: y[:, 1])(images))
    else:
        assert_same(grad_cam(model, images, 1), expected)
        assert_same(GradCAM(model)(images, 1), expected)


def test_a_softmax_of_its_own_on_a_layers_logits():
    class Headed(keras.Model):
        def __init__(self):
            super().__init__()
            self.base, self.pool = backbone(), layers.GlobalAveragePooling2D()
            self.head = dense()

        def call(self, x):
            return keras.activations.softmax(self.head(self.pool(self.base(x))))

    model, images = Headed(), pictures()
    model(images)
    randomised(model)
    expected = closed_form(numpy(model.base(images)), model.head.kernel, 1)
    assert_same(grad_cam(model, images, 1), expected)
    assert_same(GradCAM(model)(images, 1), expected)


def test_one_of_several_results_of_a_layer():
    class Twofold(layers.Layer):
        """Returns scores and something else, made by its own code."""

        def __init__(self):
            super().__init__()
            self.inner = dense()

        def call(self, x):
            return self.inner(x) * 2.0, ops.sum(x, axis=-1)

    base = backbone()
    scores, _ = Twofold()(layers.GlobalAveragePooling2D()(base.output))
    model, images = randomised(keras.Model(base.input, scores)), pictures()
    expected = closed_form(features_of(model, images), 2 * numpy(head_of(model).kernel), 1)
    assert_same(grad_cam(model, images, 1), expected)


def test_an_average_of_probabilities_in_another_shape_is_warned_about():
    model = averaged_towers()
    for shape in ((CLASSES, 1), (1, 1, CLASSES)):
        end = keras.Model(model.input, layers.Reshape(shape)(model.output))
        with pytest.warns(UserWarning, match="explains a probability"):
            maps = grad_cam(end, pictures(), 2)
        assert_same(maps, grad_cam(model, pictures(), score=lambda y: y[:, 2]))
