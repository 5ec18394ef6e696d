"""Models of every kind with a pooled linear head, whose Grad-CAM has a closed form.

The gradient of logit k is then the dense kernel's column over h*w, so the map is
relu(A @ W[:, k]) / (h*w): no automatic differentiation needed to know the answer.  Nothing here
depends on the Keras backend.
"""

import keras
import numpy as np
from keras import layers, ops

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
