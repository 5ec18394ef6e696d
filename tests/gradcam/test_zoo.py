"""The automatic layer and its map on the smallest member of every keras.applications family.

``pytest -rP tests/gradcam/test_zoo.py`` prints the table: family, layer chosen, error.
"""

import keras
import numpy as np
import pytest
from keras import layers

from cnnbook.gradcam import grad_cam

# What the head sees, read from each architecture's paper or source: after the last normalisation,
# activation, shortcut or concatenation, before any pooling.
LAST_MAPS = {
    "ConvNeXtTiny": (64, "layer_normalization"),
    "DenseNet121": (64, "relu"),
    "EfficientNetB0": (64, "top_activation"),
    "EfficientNetV2B0": (64, "top_activation"),
    "InceptionResNetV2": (128, "conv_7b_ac"),
    "InceptionV3": (128, "mixed10"),
    "MobileNet": (64, "conv_pw_13_relu"),
    "MobileNetV2": (64, "out_relu"),
    "MobileNetV3Small": (64, "activation_17"),
    "NASNetMobile": (64, "activation_187"),
    "ResNet50": (64, "conv5_block3_out"),
    "ResNet50V2": (64, "post_relu"),
    "VGG16": (64, "block5_conv3"),
    "Xception": (96, "block14_sepconv2_act"),
}


@pytest.fixture(autouse=True)
def fresh_names_and_weights():
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)


def picture(side):
    return np.random.default_rng(0).uniform(0, 255, (1, side, side, 3)).astype("float32")


QUICK = {"MobileNetV2", "VGG16"}  # one with shortcuts and one with a pooling at its end


@pytest.mark.parametrize(
    "family",
    [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in LAST_MAPS],
)
def test_the_map_that_a_pooled_head_sees(family):
    """Nested in a Sequential; the map is relu(A @ w) / (h w), also where a max pooling follows.

    A max pooling passes each gradient on to one position, so the sum over positions stays.
    """
    side, expected_layer = LAST_MAPS[family]
    base = getattr(keras.applications, family)(
        include_top=False, weights=None, input_shape=(side, side, 3)
    )
    head = layers.Dense(5, activation="softmax")
    model = keras.Sequential(
        [keras.Input((side, side, 3)), base, layers.GlobalAveragePooling2D(), head]
    )
    last_map = keras.Model(base.input, base.get_layer(expected_layer).output)
    (a,) = np.asarray(last_map(picture(side), training=False))
    by_class = a @ np.asarray(head.kernel) / a[..., 0].size
    expected = np.maximum(by_class[..., by_class.sum(axis=(0, 1)).argmax()], 0)
    maps = grad_cam(model, picture(side))
    error = np.abs(maps[0] - expected).max() / expected.max()
    print(f"{family:18} {side:4} {expected_layer:22} {a.shape!s:14} {error:.0e}")
    assert error < 2e-5


@pytest.mark.slow
@pytest.mark.parametrize(
    ("family", "expected_layer"),
    [
        ("ConvNeXtTiny", "add_17"),  # its normalisation comes after the pooling
        ("MobileNet", "conv_pw_13_relu"),  # its head is a convolution on 1x1
        ("MobileNetV3Small", "activation_17"),  # two of them
        ("VGG16", "block5_conv3"),
    ],
)
def test_the_heads_that_come_with_the_model(family, expected_layer):
    model = getattr(keras.applications, family)(weights=None, input_shape=(64, 64, 3), classes=5)
    maps = grad_cam(model, picture(64), 2)
    assert np.array_equal(maps, grad_cam(model, picture(64), 2, layer=expected_layer))


def test_no_family_is_missing():
    families = ("ConvNeXt", "DenseNet", "EfficientNet", "Inception", "MobileNet", "NASNet")
    families += ("ResNet", "VGG", "Xception")
    models = [name for name in dir(keras.applications) if name[0].isupper()]
    assert models and all(name.startswith(families) for name in models)
