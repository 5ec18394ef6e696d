"""Grad-CAM and HiResCAM beside the least work it could be, the textbook recipe and tf-keras-vis.

The lower bound is one traced forward pass and one traced backward pass through the head alone.
All programs explain the same layer of the same flat Functional model, the only kind that the
others can take; their maps are compared with ours before anything is timed.
"""

import importlib.metadata
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from cnnbook.gradcam import GradCAM, HiResCAM, grad_cam, hires_cam

SIDE, CLASS, CLASSES = 150, 2, 5
BATCHES = (1, 32)
ROUNDS = {1: 40, 32: 7}

Explain = Callable[[Any], Any]


def small_cnn() -> tuple[keras.Model, str]:
    x = inputs = keras.Input((SIDE, SIDE, 3))
    for filters in (32, 64, 64):
        x = layers.MaxPooling2D()(x) if filters > 32 else x
        x = layers.Conv2D(filters, 3, activation="relu")(x)
    x = layers.Dense(128, activation="relu")(layers.Flatten()(layers.MaxPooling2D()(x)))
    outputs = layers.Softmax()(layers.Dense(CLASSES, name="logits")(x))
    model = keras.Model(inputs, outputs)
    return model, [layer.name for layer in model.layers if "conv" in layer.name][-1]


def mobilenet_v2() -> tuple[keras.Model, str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # 150 is not a size with published weights; none are used
        base = keras.applications.MobileNetV2((SIDE, SIDE, 3), include_top=False, weights=None)
    x = layers.Dense(128, activation="relu")(layers.GlobalAveragePooling2D()(base.output))
    outputs = layers.Softmax()(layers.Dense(CLASSES, name="logits")(x))
    return keras.Model(base.input, outputs), "out_relu"


def forward_only(model: keras.Model, layer: str) -> Explain:
    traced = tf.function(lambda x: model(x, training=False), autograph=False)
    return lambda images: traced(images).numpy()


def lower_bound(model: keras.Model, layer: str) -> Explain:
    feature = model.get_layer(layer).output
    below = keras.Model(model.input, feature)
    head = keras.Model(feature, model.get_layer("logits").output)

    @tf.function(autograph=False)
    def step(images: Any) -> Any:
        a = below(images, training=False)
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(a)
            score = tf.reduce_sum(head(a, training=False)[:, CLASS])
        weights = tf.reduce_mean(tape.gradient(score, a), axis=(1, 2), keepdims=True)
        return tf.nn.relu(tf.reduce_sum(weights * a, axis=-1))

    return lambda images: step(images).numpy()


def traced(model: keras.Model, layer: str) -> Explain:
    explain = GradCAM(model, layer)
    return lambda images: explain(images, CLASS)


def traced_hires(model: keras.Model, layer: str) -> Explain:
    explain = HiResCAM(model, layer)
    return lambda images: explain(images, CLASS)


def all_classes(model: keras.Model, layer: str) -> Explain:
    explain = GradCAM(model, layer)
    return lambda images: explain(images, [[*range(CLASSES)]])


def untraced(model: keras.Model, layer: str) -> Explain:
    return lambda images: grad_cam(model, images, CLASS, layer)


def textbook_recipe(model: keras.Model, layer: str) -> Explain:
    """Explain one picture at a time: a second model with two outputs, a tape, no tracing."""

    def heatmap(image: Any) -> Any:
        logits = model.get_layer("logits").output
        both = keras.Model(model.input, [model.get_layer(layer).output, logits])
        with tf.GradientTape() as tape:
            a, z = both(image, training=False)
            score = z[:, CLASS]
        weights = tf.reduce_mean(tape.gradient(score, a), axis=(0, 1, 2))
        return tf.maximum(tf.squeeze(a[0] @ weights[..., None], -1), 0).numpy()

    return lambda images: np.stack([heatmap(image[None]) for image in images])


def tf_keras_vis(model: keras.Model, layer: str) -> Explain:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it imports a name that SciPy is about to drop
        from tf_keras_vis.gradcam import Gradcam
        from tf_keras_vis.utils.scores import CategoricalScore

    explain = Gradcam(keras.Model(model.input, model.get_layer("logits").output))
    return lambda images: np.asarray(
        explain(
            CategoricalScore([CLASS] * len(images)),
            images,
            penultimate_layer=layer,
            seek_penultimate_conv_layer=False,
            expand_cam=False,
            normalize_cam=False,
        )
    )


HIRES, ALL_CLASSES = "HiResCAM (traced)", f"GradCAM, all {CLASSES} classes"
PROGRAMS: dict[str, Callable[[keras.Model, str], Explain]] = {
    "forward pass alone": forward_only,
    "lower bound": lower_bound,
    "GradCAM (traced)": traced,
    HIRES: traced_hires,
    ALL_CLASSES: all_classes,
    "grad_cam": untraced,
    "textbook recipe, one by one": textbook_recipe,
}


def _peer_version() -> str | None:
    try:
        return importlib.metadata.version("tf-keras-vis")
    except importlib.metadata.PackageNotFoundError:
        return None


def _milliseconds(programs: dict[str, Explain], images: Any) -> dict[str, float]:
    """Time an image in each program: the least of several rounds in which all take turns."""
    least = dict.fromkeys(programs, np.inf)
    for _ in range(ROUNDS[len(images)]):
        for name, explain in programs.items():
            start = time.perf_counter()
            explain(images)
            least[name] = min(least[name], time.perf_counter() - start)
    return {name: 1000 * seconds / len(images) for name, seconds in least.items()}


def _columns(builders: dict[str, Any]) -> Iterator[tuple[str, dict[str, float]]]:
    for model_name, build in [("small CNN", small_cnn), ("MobileNetV2", mobilenet_v2)]:
        keras.utils.clear_session()
        keras.utils.set_random_seed(0)
        model, layer = build()
        programs = {name: builder(model, layer) for name, builder in builders.items()}
        for n in BATCHES:
            images = np.random.default_rng(0).uniform(0, 1, (n, SIDE, SIDE, 3)).astype("float32")
            grad, per_class, hires = (
                grad_cam(model, images, CLASS, layer),
                grad_cam(model, images, [[*range(CLASSES)]], layer),
                hires_cam(model, images, CLASS, layer),
            )
            others = {"forward pass alone": None, HIRES: hires, ALL_CLASSES: per_class}
            for name, explain in programs.items():
                result, expected = explain(images), others.get(name, grad)  # traces too
                if expected is not None:
                    np.testing.assert_allclose(result, expected, atol=1e-3 * expected.max())
            yield f"{model_name}, {n}", _milliseconds(programs, images)


def report() -> str:
    """Tabulate milliseconds an image, and in brackets the ratio to the lower bound."""
    version = _peer_version()
    builders = PROGRAMS | ({f"tf-keras-vis {version}": tf_keras_vis} if version else {})
    columns = dict(_columns(builders))
    lines = [
        f"Grad-CAM at {SIDE}x{SIDE}, ms/image (ratio to the lower bound); "
        f"Keras {keras.__version__}, TensorFlow {tf.__version__}",
        f"{'model, batch':30}" + "".join(f"{name:>20}" for name in columns),
    ]
    for name in builders:
        cells = [f"{c[name]:.2f} ({c[name] / c['lower bound']:.2f})" for c in columns.values()]
        lines.append(f"{name:30}" + "".join(f"{cell:>20}" for cell in cells))
    if version is None:
        lines.append("tf-keras-vis: not installed, not compared")
    return "\n".join(lines)
