"""What Grad-CAM refuses, and that the message says what to do instead.  Any Keras backend."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from cnnbook.gradcam import GradCAM, feature_layer, feature_layers, grad_cam

IMAGES = np.random.default_rng(0).uniform(0, 1, (2, 10, 10, 3)).astype("float32")


@pytest.fixture(scope="module")
def model():
    x = inputs = keras.Input((10, 10, 3))
    left = layers.Conv2D(4, 3, activation="relu", name="conv")(x)
    aside = layers.Conv2D(4, 3, name="aside")(x)
    x = layers.Dense(8, name="dense_15")(layers.GlobalAveragePooling2D(name="pool")(left))
    outputs = {
        "make": layers.Dense(5, activation="softmax", name="make")(x),
        "colour": layers.Dense(3, activation="softmax", name="colour")(
            layers.GlobalAveragePooling2D()(aside)
        ),
    }
    return keras.Model(inputs, outputs)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, r"The model has 2 outputs; choose one with output=, from \['colour', 'make'\]\."),
        ({"output": "price"}, r"no output 'price'; choose from \['colour', 'make'\]"),
        ({"output": 2}, r"no output 2; choose from \['colour', 'make'\]"),
        (
            {"layer": "dense_15"},
            r"Layer 'dense_15' \(Dense\) outputs shape \(1, 8\); Grad-CAM needs a feature map "
            r"\(batch, height, width, channels\)\. Choose from conv, aside\.",
        ),
        (
            {"layer": "Convv"},
            r"The model calls no layer 'Convv'\. Did you mean 'conv'\? "
            r"Feature maps: conv, aside\.",
        ),
        ({"class_index": 9}, r"class_index must be in 0\.\.4; got 9\."),
        ({"class_index": -1}, r"class_index must be in 0\.\.4; got -1\."),
        ({"class_index": [0, 5]}, r"class_index must be in 0\.\.4; got \[0, 5\]\."),
        ({"class_index": [0, 1, 2]}, r"one integer, one for each of the 2 images"),
        ({"class_index": 1.5}, r"a row of them \(n, k\); got 1\.5\."),
        (
            {"class_index": 1, "score": lambda y: y[:, 0]},
            r"class_index or score, not both",
        ),
    ],
)
def test_the_message_names_the_way_out(model, options, message):
    if message.startswith("The model has") or "output" in options:
        chosen = options
    else:
        chosen = {"output": "make", **options}
    with pytest.raises(ValueError, match=message):
        grad_cam(model, IMAGES, **chosen)
    class_index = {k: v for k, v in chosen.items() if k == "class_index"}
    settings = {k: v for k, v in chosen.items() if k != "class_index"}
    with pytest.raises(ValueError, match=message):
        GradCAM(model, **settings)(IMAGES, **class_index)


def test_an_ambiguous_name_lists_the_paths():
    def branch(name):
        return keras.Sequential(
            [keras.Input((10, 10, 3)), layers.Conv2D(4, 3, name="c")], name=name
        )

    x = inputs = keras.Input((10, 10, 3))
    pool = layers.GlobalAveragePooling2D()
    x = layers.Concatenate()([pool(branch("left")(x)), pool(branch("right")(x))])
    model = keras.Model(inputs, layers.Dense(2)(x))
    with pytest.raises(ValueError, match=r"'c' is ambiguous; give one of \['(left|right)/c', "):
        grad_cam(model, IMAGES, 1, layer="c")
    assert grad_cam(model, IMAGES, 1, layer="left.c").shape == (2, 8, 8)


def test_a_model_that_was_never_built():
    model = keras.Sequential([layers.Conv2D(4, 3), layers.GlobalAveragePooling2D()], name="fresh")
    for use in (lambda: grad_cam(model, IMAGES), lambda: feature_layers(model)):
        with pytest.raises(ValueError, match="'fresh' was never built: it has no weights"):
            use()


def test_a_model_without_a_map_to_look_at():
    dense = keras.Sequential([keras.Input((10, 10, 3)), layers.Flatten(), layers.Dense(2)])
    small = keras.Sequential([keras.Input((10, 10, 3)), layers.Conv2D(2, 10), layers.Flatten()])
    for model in (dense, small):
        with pytest.raises(
            ValueError, match=r"no convolution whose output is a map larger than 1x1"
        ):
            grad_cam(model, IMAGES)


def test_pictures_that_are_no_batch(model):
    with pytest.raises(
        ValueError, match=r"got \[\(10, 10, 3\)\]: for one picture pass image\[None\]"
    ):
        grad_cam(model, IMAGES[0], output="make")
    with pytest.raises(ValueError, match=r"for several np.stack\(pictures\)"):
        grad_cam(model, [*IMAGES], output="make")
    with pytest.raises(ValueError, match="empty batch"):
        grad_cam(model, IMAGES[:0], output="make")


@pytest.mark.parametrize("class_index", [0, 1, [0, 0], [[0, 1]]])
def test_one_number_without_a_sigmoid_has_no_classes(class_index):
    """Whether it is a regression or the logit of class 1 the model does not say."""
    model = keras.Sequential(
        [keras.Input((10, 10, 3)), layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(1)]
    )
    with pytest.raises(ValueError, match=r"no classes: leave class_index out .* or pass score="):
        grad_cam(model, IMAGES, class_index)


def test_a_softmax_out_of_reach_is_warned_about():
    x = inputs = keras.Input((10, 10, 3))
    x = layers.Dense(3)(layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3)(x)))
    e = ops.exp(x)
    model = keras.Model(inputs, e / ops.sum(e, axis=-1, keepdims=True))
    with pytest.warns(UserWarning, match="the map explains a probability"):
        grad_cam(model, IMAGES, 1)


# ------------------------------------------------------------------ what has no map (n, h, w)


def test_convolutions_in_one_and_three_dimensions():
    def model_of(shape, convolution):
        head = [layers.Flatten(), layers.Dense(2)]
        return keras.Sequential([keras.Input(shape[1:]), convolution, *head])

    for convolution, shape, message in (
        (layers.Conv1D(4, 3, name="c1"), (2, 12, 3), r"'c1' \(Conv1D\) convolves in one dimension"),
        (layers.Conv3D(4, 3), (2, 6, 6, 6, 1), r"\(Conv3D\) convolves in three dimensions; only"),
    ):
        model = model_of(shape, convolution)
        for use in (
            lambda model, shape: grad_cam(model, np.zeros(shape, "float32"), 1),
            lambda model, shape: GradCAM(model)(np.zeros(shape, "float32"), 1),
            lambda model, shape: feature_layer(model),
        ):
            with pytest.raises(ValueError, match=message):
                use(model, shape)
        assert feature_layers(model) == {}


@pytest.mark.parametrize("recurrent", [layers.LSTM(4), layers.GlobalAveragePooling1D()])
def test_a_network_a_frame(recurrent):
    frame = keras.Sequential(
        [
            keras.Input((10, 10, 3)),
            layers.Conv2D(4, 3, name="conv"),
            layers.GlobalAveragePooling2D(),
        ]
    )
    model = keras.Sequential(
        [
            keras.Input((5, 10, 10, 3)),
            layers.TimeDistributed(frame, name="frames"),
            recurrent,
            layers.Dense(2, activation="softmax"),
        ]
    )
    videos = np.zeros((2, 5, 10, 10, 3), "float32")
    message = r"What TimeDistributed 'frames' holds runs once a frame and has no single map"
    for layer in (None, "conv", "frames"):
        with pytest.raises(ValueError, match=message):
            grad_cam(model, videos, 1, layer)
    assert feature_layers(model) == {}


def token_model():
    x = inputs = keras.Input((16, 16, 3))
    x = layers.Conv2D(8, 4, strides=4, name="patches")(x)
    x = layers.Reshape((16, 8))(x)
    x = layers.Add()([x, layers.MultiHeadAttention(2, 4, name="attention")(x, x)])
    x = layers.GlobalAveragePooling1D()(layers.LayerNormalization()(x))
    return keras.Model(inputs, layers.Dense(3, activation="softmax", name="head")(x))


def test_a_model_of_tokens_is_explained_only_where_asked_to():
    model, images = token_model(), np.random.default_rng(0).uniform(0, 1, (2, 16, 16, 3))
    with pytest.raises(
        ValueError,
        match=r"After its last feature map, 'patches', the model attends to tokens "
        r"\(MultiHeadAttention 'attention'\).* name it with layer=",
    ):
        grad_cam(model, images, 1)
    assert feature_layers(model) == {"patches": (4, 4, 8)}  # no attention tensors among them
    assert grad_cam(model, images, 1, layer="patches").shape == (2, 4, 4)


def test_what_makes_the_scores_is_no_map_of_them():
    inputs = keras.Input((10, 10, 3))
    x = layers.Conv2D(3, 1, name="scores")(layers.Conv2D(4, 3, name="conv")(inputs))
    model = keras.Model(inputs, x)
    assert feature_layer(model) == "conv"
    with pytest.raises(ValueError, match="Layer 'scores' does not influence output 'scores'"):
        grad_cam(model, IMAGES, 1, layer="scores")
