"""Grad-CAM on the TensorFlow backend: other ways to the same map, and the model left alone."""

import threading

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

from cnnbook.gradcam import (
    GradCAM,
    called_layers,
    feature_layer,
    feature_layers,
    grad_cam,
    hires_cam,
    minimal,
)

SIDE = 16


def pictures(n=3, seed=0):
    return np.random.default_rng(seed).uniform(0, 255, (n, SIDE, SIDE, 3)).astype("float32")


def features():
    return [
        layers.Rescaling(1 / 127.5, -1),
        layers.Conv2D(6, 3, name="first", bias_initializer="uniform"),
        layers.BatchNormalization(name="norm"),
        layers.ReLU(name="relu"),
        layers.MaxPooling2D(name="pool"),
        layers.Conv2D(8, 3, name="last", bias_initializer="uniform"),
        layers.Activation("gelu", name="gelu"),
    ]


def backbone(name="backbone"):
    return keras.Sequential([keras.Input((SIDE, SIDE, 3)), *features()], name=name)


def flat():
    return keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 3)),
            *features(),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(5, activation="softmax", name="head"),
        ]
    )


def with_head(base, *head):
    return keras.Sequential([keras.Input((SIDE, SIDE, 3)), base, *head])


def nested():
    return with_head(
        backbone(),
        layers.Flatten(),
        layers.Dropout(0.5),
        layers.Dense(7, activation="gelu"),
        layers.Dense(5, activation="softmax", name="head"),
    )


def residual():
    x = inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(6, 3, padding="same", strides=2, name="stem")(x)
    y = layers.Conv2D(6, 3, padding="same", name="branch")(layers.ReLU()(x))
    x = layers.ReLU(name="out")(layers.Add()([x, y]))
    x = layers.Dense(5)(layers.GlobalAveragePooling2D()(x))
    return keras.Model(inputs, layers.Softmax()(x))


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.conv = layers.Conv2D(8, 3, activation="relu")
        self.pool = layers.GlobalAveragePooling2D()
        self.head = layers.Dense(5)

    def call(self, x):
        return ops.softmax(self.head(self.pool(self.conv(x))))


def subclassed():
    model = Subclassed()
    model(pictures())
    return model


# -------------------------------------------------------------------------- three independent ways


@pytest.mark.parametrize("build", [flat, nested, residual, subclassed])
def test_the_one_page_version_is_equal(build):
    model, images = build(), pictures()
    chosen = feature_layer(model, images)
    (layer,) = (op for path, op in called_layers(model, images) if path == chosen)
    for k in range(5):
        expected = minimal.grad_cam(model, images, k, layer)
        peak = max(expected.max(), 1e-9)
        np.testing.assert_allclose(grad_cam(model, images, k), expected, atol=1e-5 * peak)


@pytest.mark.parametrize(("build", "layer"), [(flat, "gelu"), (flat, "first"), (residual, "out")])
def test_the_textbook_recipe_agrees_where_it_works(build, layer):
    """keras.io's: a second model that returns the layer and the prediction; here, of the logits."""
    model, images = build(), pictures()
    logits = keras.models.clone_model(model)
    logits.set_weights(model.get_weights())
    last = logits.layers[-1]
    if isinstance(last, layers.Softmax):
        outputs = logits.layers[-2].output
    else:
        last.activation = keras.activations.linear
        outputs = last(logits.layers[-2].output)
    both = keras.Model(logits.inputs[0], [logits.get_layer(layer).output, outputs])
    for k in range(5):
        with tf.GradientTape() as tape:
            a, z = both(images, training=False)
            score = z[:, k]
        gradient = np.asarray(tape.gradient(score, a))
        for cam, expected in (
            (grad_cam, np.einsum("nhwc,nc->nhw", a, gradient.mean(axis=(1, 2)))),
            (hires_cam, np.einsum("nhwc,nhwc->nhw", a, gradient)),
        ):
            expected = np.maximum(expected, 0)
            peak = max(expected.max(), 1e-9)
            np.testing.assert_allclose(cam(model, images, k, layer), expected, atol=1e-5 * peak)


def test_finite_differences_in_float64_through_a_nonlinear_head():
    """The mean gradient of a channel is the derivative along it, all positions at once."""
    keras.config.set_dtype_policy("float64")
    try:
        base = backbone()
        head = [
            layers.Flatten(),
            layers.Dense(7, activation="gelu"),
            layers.Dense(5, activation="linear", name="head"),
        ]
        model = with_head(base, *head)
        probabilities = with_head(base, *head, layers.Softmax())
    finally:
        keras.config.set_dtype_policy("float32")
    images, k, step = pictures().astype("float64"), 3, 1e-6
    a = np.asarray(base(images, training=False))

    def logit(a):
        x = a
        for layer in head:
            x = layer(x)
        return np.asarray(x)[:, k]

    _, h, w, c = a.shape
    weights = np.stack(
        [
            (logit(a + step * np.eye(c)[channel]) - logit(a - step * np.eye(c)[channel]))
            / (2 * step * h * w)
            for channel in range(c)
        ],
        axis=-1,
    )
    expected = np.maximum(np.einsum("nhwc,nc->nhw", a, weights), 0)
    assert (expected.max(axis=(1, 2)) > 0).any()
    for explained in (model, probabilities):
        maps = grad_cam(explained, images, k)
        np.testing.assert_allclose(maps, expected, atol=1e-6 * expected.max())


def test_a_softmax_that_no_layer_applies_is_seen_through():
    model, images = subclassed(), pictures()
    model.head.kernel.assign(1e4 * model.head.kernel)
    assert model.predict(images, verbose=0).max(-1).min() == 1
    a = np.asarray(model.conv(images))
    predicted = np.asarray(model.head(model.pool(a))).argmax(-1)
    kernel = np.asarray(model.head.kernel)[:, predicted].T
    expected = np.maximum(np.einsum("nhwc,nc->nhw", a, kernel), 0) / a[0, ..., 0].size
    for maps in (grad_cam(model, images), GradCAM(model)(images)):
        np.testing.assert_allclose(maps, expected, atol=1e-5 * expected.max())


@pytest.mark.parametrize(
    "end",
    [
        layers.Activation(tf.nn.softmax),
        layers.Lambda(tf.nn.softmax),
        layers.Lambda(lambda z: ops.softmax(z)),  # TensorFlow's tensors remember the logits
    ],
)
def test_other_softmaxes_are_seen_through(end):
    base = [backbone(), layers.GlobalAveragePooling2D(), layers.Dense(5)]
    logits, model = with_head(*base), with_head(*base, end)
    base[-1].kernel.assign(1e4 * base[-1].kernel)
    images = pictures()
    expected = grad_cam(logits, images, 2)
    np.testing.assert_allclose(grad_cam(model, images, 2), expected, atol=1e-5 * expected.max())


def test_tensorflows_softmax_as_an_activation_of_a_dense_layer():
    base = [backbone(), layers.GlobalAveragePooling2D()]
    head = layers.Dense(5, activation=tf.nn.sigmoid)
    images, model = pictures(), with_head(*base, head)
    expected = grad_cam(model, images, 2)
    head.activation = keras.activations.linear
    np.testing.assert_array_equal(expected, grad_cam(model, images, 2))
    assert expected.any()


def test_a_layer_without_influence_says_so():
    inputs = keras.Input((SIDE, SIDE, 3))
    outputs = {
        name: layers.Dense(2)(
            layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3, name=conv)(inputs))
        )
        for name, conv in (("make", "used"), ("colour", "aside"))
    }
    model = keras.Model(inputs, outputs)
    with pytest.raises(ValueError, match="Layer 'aside' does not influence output 'make'"):
        grad_cam(model, pictures(), layer="aside", output="make")
    with pytest.raises(ValueError, match="Layer 'aside' does not influence output 'make'"):
        GradCAM(model, "aside", output="make")(pictures())
    with pytest.raises(ValueError, match="Layer 'aside' does not influence the score"):
        grad_cam(model, pictures(), layer="aside", score=lambda y: y["make"][:, 0])


def test_int8_weights():
    model, images = (
        with_head(
            backbone(), layers.GlobalAveragePooling2D(), layers.Dense(5, activation="softmax")
        ),
        pictures(),
    )
    before = grad_cam(model, images, 2)
    model.layers[-1].quantize("int8")
    after = grad_cam(model, images, 2)
    np.testing.assert_allclose(after, before, atol=0.02 * before.max())
    assert not np.array_equal(after, before)


# ---------------------------------------------------------------------- the model is left as it was


def state_of(model):
    """Everything of a model that could change: attributes by identity, graph, config, weights."""
    members = [model, *model._flatten_layers(include_self=False)]
    return {
        "attributes": [{name: id(value) for name, value in m.__dict__.items()} for m in members],
        "nodes": [(len(m._inbound_nodes), len(m._outbound_nodes)) for m in members],
        "config": model.to_json(),
        "weights": [w.tobytes() for w in model.get_weights()],
    }


@pytest.mark.parametrize("build", [flat, nested, residual])
def test_model_is_unchanged(build):
    model, images = build(), pictures()
    model.compile("sgd", "sparse_categorical_crossentropy")
    predictions = model.predict(images, verbose=0)
    before = state_of(model)
    grad_cam(model, images)
    GradCAM(model)(images, 2)
    feature_layers(model)
    with pytest.raises(ValueError, match="class_index"):
        grad_cam(model, images, 17)
    with pytest.raises(ZeroDivisionError):
        grad_cam(model, images, score=lambda y: 1 // 0)
    assert state_of(model) == before
    np.testing.assert_array_equal(model.predict(images, verbose=0), predictions)


def test_model_is_unchanged_after_a_layer_fails_inside_the_pass():
    class Moody(layers.Layer):
        angry = False

        def call(self, x):
            if self.angry:
                raise RuntimeError("not today")
            return x

    moody = Moody()
    model = with_head(backbone(), moody, layers.Flatten(), layers.Dense(5, activation="softmax"))
    images = pictures()
    expected = grad_cam(model, images, 1)
    explain = GradCAM(model)
    moody.angry = True
    before = [set(m.__dict__) for m in model._flatten_layers()]
    for attempt in (grad_cam, lambda model, images: explain(images)):
        with pytest.raises(RuntimeError, match="not today"):
            attempt(model, images)
    assert [set(m.__dict__) for m in model._flatten_layers()] == before
    moody.angry = False
    np.testing.assert_array_equal(grad_cam(model, images, 1), expected)


def test_fit_save_and_explaining_during_training_work_afterwards(tmp_path):
    def trained(explain):
        keras.utils.set_random_seed(0)
        model = nested()
        model.compile("adam", "sparse_categorical_crossentropy")

        class Explain(keras.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                if explain:
                    grad_cam(self.model, pictures(), 1)

        if explain:
            grad_cam(model, pictures(), 1)
        model.fit(pictures(8), np.arange(8) % 5, epochs=2, verbose=0, callbacks=[Explain()])
        return model

    plain, explained = trained(False), trained(True)
    for a, b in zip(plain.get_weights(), explained.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    explained.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(
        loaded.predict(pictures(), verbose=0), plain.predict(pictures(), verbose=0)
    )


def test_a_call_that_the_user_put_on_a_layer_comes_back():
    model, images = nested(), pictures()
    layer = model.get_layer("backbone").get_layer("gelu")
    own = layer.__dict__["call"] = lambda x: 3 * x
    maps = grad_cam(model, images, 1)
    assert layer.__dict__["call"] is own
    del layer.__dict__["call"]
    assert not np.allclose(maps, grad_cam(model, images, 1))


def test_many_threads_share_one_model():
    model, images = nested(), pictures(4)
    expected = [grad_cam(model, images, k) for k in range(5)]
    probabilities = np.asarray(model(images, training=False))
    explain, wrong = GradCAM(model), []
    start = threading.Barrier(4)

    def work(number):
        start.wait()
        for k in [(number + i) % 5 for i in range(5)]:
            maps = explain(images, k) if number % 2 else grad_cam(model, images, k)
            if not np.allclose(maps, expected[k], atol=1e-5 * expected[k].max()):
                wrong.append(("map", number, k))
            if not np.allclose(model(images, training=False), probabilities, atol=1e-6):
                wrong.append(("prediction", number, k))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert not any("call" in m.__dict__ for m in model._flatten_layers())


def test_a_traced_explainer_runs_the_model_once():
    calls = []

    class Counting(layers.Layer):
        def call(self, x):
            calls.append(1)
            return x

    model = with_head(backbone(), Counting(), layers.Flatten(), layers.Dense(5))
    explain = GradCAM(model)
    explain(pictures(2))
    traced = len(calls)
    for n in (1, 3, 40):
        explain(pictures(n))
    assert len(calls) == traced
