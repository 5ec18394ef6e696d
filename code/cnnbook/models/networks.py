"""The two car classifiers: the homework's small CNN and MobileNetV2 as a transfer model.

Every model takes pictures as they were loaded, ``(n, size, size, 3)`` with values 0..255: scaling
and augmentation are layers inside. So the picture that is trained on, predicted and explained is
the same one, and the mistake of scaling twice (or in two ways) cannot be made.
"""

from __future__ import annotations

import math
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import keras
import numpy as np
from keras import layers, ops

__all__ = [
    "RandomAffine",
    "backbone_of",
    "baseline_cnn",
    "efficientnet_v2_b0",
    "mobilenet_v2",
]

Head = Literal["flatten", "gap"]

# Sizes for which Keras publishes ImageNet weights of MobileNetV2; for any other size the 224 ones
# are taken, which is right: the weights of a convolution do not depend on the picture's size.
_IMAGENET_SIZES = (96, 128, 160, 192, 224)

# Parameters without the top, which name the width multiplier of a weights file.
_ALPHA_OF_PARAMETERS = {
    410_208: 0.35,
    706_224: 0.5,
    1_382_064: 0.75,
    2_257_984: 1.0,
    3_766_048: 1.3,
    4_363_712: 1.4,
}


@keras.saving.register_keras_serializable(package="cnnbook")
class RandomAffine(layers.Layer):  # type: ignore[misc]
    """Random rotation, shift, shear, zoom and flip in one warp: (n, h, w, c) -> (n, h, w, c).

    The defaults are the homework's ``ImageDataGenerator`` (rotation 40 degrees, shift and zoom
    0.2, *shear 0.2 degrees*, horizontal flip, nearest fill). Keras has a layer for each; five
    layers resample a picture five times and blur it, one matrix resamples it once::

        input = T(centre + shift) . R(rotation) . S(shear) . Z(zoom) . F(flip) . T(-centre) . output

    Unlike Keras' own random layers, it augments only when asked: ``layer(x)`` returns ``x`` and
    ``fit`` passes ``training=True``. The default of those layers is to augment, so that a bare
    ``model(x)`` gives another answer at each call.

    Parameters
    ----------
    rotation : float
        Largest turn, in degrees, either way.
    shift : float
        Largest shift along each axis, as a part of the picture's side.
    shear : float
        Largest shear angle, in degrees.
    zoom : float
        Each axis is scaled by ``1 - zoom`` to ``1 + zoom``.
    flip : bool
        Mirror half of the pictures.
    seed : int
        The layer's random state is a variable of the model and is saved with it.

    Examples
    --------
    >>> import numpy as np
    >>> image = np.zeros((1, 8, 8, 3), "float32")
    >>> image[:, :, :4] = 200
    >>> layer = RandomAffine(seed=1)
    >>> bool(np.all(layer(image) == image))
    True
    >>> flip_only = RandomAffine(0, 0, 0, 0, flip=True, seed=3)
    >>> mirrored = flip_only(np.repeat(image, 20, axis=0), training=True)
    >>> sorted({float(v) for v in np.asarray(mirrored)[:, 0, 0, 0]})
    [0.0, 200.0]
    """

    def __init__(
        self,
        rotation: float = 40.0,
        shift: float = 0.2,
        shear: float = 0.2,
        zoom: float = 0.2,
        flip: bool = True,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.rotation, self.shift, self.shear, self.zoom = rotation, shift, shear, zoom
        self.flip, self.seed = flip, seed
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, images: Any, training: bool = False) -> Any:
        """Warp the batch when ``training``, else return it."""
        if not training:
            return images
        images = ops.cast(images, self.compute_dtype)
        return ops.image.affine_transform(
            images, self._matrices(ops.shape(images)), fill_mode="nearest"
        )

    def _uniform(self, n: Any, limit: float) -> Any:
        return keras.random.uniform((n,), -limit, limit, seed=self.generator)

    def _matrices(self, shape: Any) -> Any:
        n, h, w = shape[0], shape[1], shape[2]
        cx, cy = (w - 1) / 2, (h - 1) / 2
        angle = self._uniform(n, math.radians(self.rotation))
        shear = self._uniform(n, math.radians(self.shear))
        zx, zy = 1 + self._uniform(n, self.zoom), 1 + self._uniform(n, self.zoom)
        dx, dy = self._uniform(n, self.shift) * w, self._uniform(n, self.shift) * h
        if self.flip:
            zx = zx * ops.where(self._uniform(n, 1.0) < 0, -1.0, 1.0)
        a, b = ops.cos(angle) * zx, -ops.sin(angle + shear) * zy
        c, d = ops.sin(angle) * zx, ops.cos(angle + shear) * zy
        zero = ops.zeros_like(a)
        tx, ty = cx + dx - a * cx - b * cy, cy + dy - c * cx - d * cy
        return ops.stack([a, b, tx, c, d, ty, zero, zero], axis=1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor."""
        names = ("rotation", "shift", "shear", "zoom", "flip", "seed")
        own = {name: getattr(self, name) for name in names}
        return {**super().get_config(), **own}


def baseline_cnn(
    classes: int = 5,
    size: int = 150,
    seed: int = 0,
    augmentation: layers.Layer | None = None,
) -> keras.Model:
    """Build the homework's CNN, compiled: (n, size, size, 3) in 0..255 -> (n, classes).

    Three 3x3 convolutions of 32, 64 and 64 channels, each halved by max pooling, then
    Flatten, Dense(128), Dense(classes). Nearly all of its parameters sit between Flatten and
    Dense(128)::

        896 + 18,496 + 36,928 + ((size // 8)**2 * 64 + 1) * 128 + 129 * classes

    Labels are integers (sparse cross-entropy, the same loss as one-hot labels give).

    Parameters
    ----------
    classes : int
    size : int
        Side of the square pictures, at least 8.
    seed : int
        Of the first weights and of the augmentation.
    augmentation : layer, optional
        Default: the homework's, ``RandomAffine()``. It turns cars by 40 degrees, which no photo
        of a parked car does; a milder one learns faster.

    Raises
    ------
    ValueError
        If ``size`` is below 8 or ``classes`` below 2.

    Examples
    --------
    >>> baseline_cnn().count_params()
    2711301
    >>> import numpy as np
    >>> baseline_cnn(size=32).predict(np.zeros((2, 32, 32, 3)), verbose=0).shape
    (2, 5)
    """
    _check(classes, size, smallest=8)
    keras_seed = _Seeds(seed)

    def conv(filters: int) -> layers.Layer:
        return layers.Conv2D(
            filters, 3, padding="same", activation="relu", kernel_initializer=keras_seed.glorot()
        )

    model = keras.Sequential(
        [
            keras.Input((size, size, 3)),
            augmentation or RandomAffine(seed=seed, name="augmentation"),
            layers.Rescaling(1 / 255, name="preprocessing"),
            conv(32),
            layers.MaxPooling2D(2),
            conv(64),
            layers.MaxPooling2D(2),
            conv(64),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(128, activation="relu", kernel_initializer=keras_seed.glorot()),
            layers.Dense(classes, activation="softmax", kernel_initializer=keras_seed.glorot()),
        ],
        name="baseline_cnn",
    )
    return _compiled(model)


def mobilenet_v2(
    classes: int = 5,
    size: int = 150,
    weights: str | Path | None = "imagenet",
    head: Head = "flatten",
    seed: int = 0,
    augmentation: layers.Layer | None = None,
) -> keras.Model:
    """Put a head on a frozen MobileNetV2, compiled: (n, size, size, 3) in 0..255 -> (n, classes).

    The backbone always runs in inference mode, so its BatchNorm layers keep the statistics that
    they were pretrained with, also after :func:`cnnbook.training.fine_tune` unfreezes its weights.

    Parameters
    ----------
    classes : int
    size : int
        Side of the square pictures, at least 32.
    weights : {"imagenet", "drawn"}, path or None
        ``"imagenet"`` is downloaded by Keras; ``"drawn"`` is a small MobileNetV2 (alpha 0.35)
        that comes with this package, pretrained on drawn vans, buses, trucks and bicycles;
        a path is a ``.h5``, ``.weights.h5`` or ``.keras`` file of MobileNetV2 without its top;
        None is a backbone with random weights, unfrozen.
    head : {"flatten", "gap"}
        ``"flatten"`` is the homework's; ``"gap"`` averages over space first and needs 25 times
        fewer weights in the head at 150x150.
    seed : int
    augmentation : layer, optional
        As in :func:`baseline_cnn`.

    Raises
    ------
    ValueError
        If a size, a head or a file does not fit.
    FileNotFoundError
        If ``weights`` is a path that does not exist.

    References
    ----------
    Sandler et al., *MobileNetV2: Inverted Residuals and Linear Bottlenecks*, CVPR 2018.

    Examples
    --------
    >>> model = mobilenet_v2(size=64, weights="drawn", head="gap")
    >>> [layer.name for layer in model.layers[1:4]]
    ['augmentation', 'preprocessing', 'backbone']
    >>> backbone_of(model).trainable
    False
    >>> backbone_of(model).output_shape
    (None, 2, 2, 1280)
    """
    _check(classes, size, smallest=32)
    backbone = _mobilenet_backbone(size, weights)
    scale = layers.Rescaling(1 / 127.5, offset=-1, name="preprocessing")
    first = [augmentation or RandomAffine(seed=seed, name="augmentation"), scale]
    return _transfer("mobilenet_v2", first, backbone, classes, size, head, seed, weights is None)


def efficientnet_v2_b0(
    classes: int = 5,
    size: int = 150,
    weights: str | Path | None = "imagenet",
    head: Head = "gap",
    seed: int = 0,
    augmentation: layers.Layer | None = None,
) -> keras.Model:
    """Put a head on a frozen EfficientNetV2-B0: (n, size, size, 3) in 0..255 -> (n, classes).

    The stronger choice when ImageNet weights can be had: Keras' table of its applications gives
    78.7 % top-1 accuracy on ImageNet against MobileNetV2's 71.3 %, for 7.2 against 3.5 million
    parameters and hardly more time per picture on a graphics card. The layer that scales pictures
    is part of the network.

    Parameters
    ----------
    classes, size, head, seed, augmentation
        As in :func:`mobilenet_v2`.
    weights : {"imagenet"}, path or None

    Raises
    ------
    ValueError
        If a size or a head does not fit.

    References
    ----------
    Tan and Le, *EfficientNetV2: Smaller Models and Faster Training*, ICML 2021;
    https://keras.io/api/applications/

    Examples
    --------
    >>> model = efficientnet_v2_b0(size=32, weights=None)
    >>> backbone_of(model).output_shape
    (None, 1, 1, 1280)
    """
    _check(classes, size, smallest=32)
    backbone = keras.applications.EfficientNetV2B0(
        include_top=False, input_shape=(size, size, 3), weights=weights
    )
    backbone.name = "backbone"  # as an argument, Keras takes it for the variant's name
    first = [augmentation or RandomAffine(seed=seed, name="augmentation")]
    random = weights is None
    return _transfer("efficientnet_v2_b0", first, backbone, classes, size, head, seed, random)


def backbone_of(model: keras.Model) -> keras.Model:
    """Return the pretrained part of a transfer model.

    Raises
    ------
    ValueError
        If the model has none.

    Examples
    --------
    >>> backbone_of(baseline_cnn(size=32))
    Traceback (most recent call last):
    ...
    ValueError: 'baseline_cnn' has no layer named 'backbone'; use a model of mobilenet_v2(...)
    """
    if "backbone" not in [layer.name for layer in model.layers]:
        raise ValueError(
            f"{model.name!r} has no layer named 'backbone'; use a model of mobilenet_v2(...)"
        )
    return model.get_layer("backbone")


class _Seeds:
    """Hand each layer an initializer of its own, all from one seed."""

    def __init__(self, seed: int) -> None:
        self._next = 1000 * seed

    def glorot(self) -> keras.initializers.Initializer:
        self._next += 1
        return keras.initializers.GlorotUniform(seed=self._next)


def _check(classes: int, size: int, smallest: int) -> None:
    if size < smallest:
        raise ValueError(f"size must be at least {smallest}; got {size}")
    if classes < 2:
        raise ValueError(f"classes must be at least 2; got {classes}")


def _compiled(model: keras.Model) -> keras.Model:
    model.compile(
        optimizer=keras.optimizers.Adam(1e-3),
        loss=keras.losses.SparseCategoricalCrossentropy(),
        metrics=["accuracy"],
    )
    return model


def _transfer(
    name: str,
    first: list[layers.Layer],
    backbone: keras.Model,
    classes: int,
    size: int,
    head: Head,
    seed: int,
    trainable: bool,
) -> keras.Model:
    if head not in ("flatten", "gap"):
        raise ValueError(f"head must be 'flatten' or 'gap'; got {head!r}")
    keras_seed = _Seeds(seed)
    backbone.trainable = trainable
    inputs = keras.Input((size, size, 3))
    x = inputs
    for layer in first:
        x = layer(x)
    x = backbone(x) if trainable else backbone(x, training=False)
    x = (layers.Flatten() if head == "flatten" else layers.GlobalAveragePooling2D())(x)
    x = layers.Dense(128, activation="relu", kernel_initializer=keras_seed.glorot())(x)
    output = layers.Dense(classes, activation="softmax", kernel_initializer=keras_seed.glorot())
    return _compiled(keras.Model(inputs, output(x), name=name))


def _mobilenet_backbone(size: int, weights: str | Path | None) -> keras.Model:
    def build(alpha: float, side: int = size, source: str | None = None) -> keras.Model:
        return keras.applications.MobileNetV2(
            input_shape=(side, side, 3),
            alpha=alpha,
            include_top=False,
            weights=source,
            name="backbone",
        )

    if weights is None:
        return build(1.0)
    if weights == "imagenet":
        if size in _IMAGENET_SIZES:
            return build(1.0, source="imagenet")
        backbone = build(1.0)
        backbone.set_weights(build(1.0, side=224, source="imagenet").get_weights())
        return backbone
    if weights == "drawn":
        backbone = build(0.35)
        backbone.set_weights(_drawn_weights())
        return backbone
    return _backbone_from_file(Path(weights), build)


def _drawn_weights() -> list[np.ndarray[Any, Any]]:
    """Read the shipped weights: float16 arrays in Keras' order."""
    source = resources.files("cnnbook.models") / "weights" / "mobilenet_v2_drawn.npz"
    with resources.as_file(source) as path, np.load(path) as archive:
        return [archive[name].astype("float32") for name in sorted(archive.files)]


def _backbone_from_file(path: Path, build: Any) -> keras.Model:
    if not path.exists():
        raise FileNotFoundError(
            f"no weights file {path}; give 'imagenet', 'drawn' or an existing .h5 or .keras file"
        )
    if path.suffix == ".keras":
        source = keras.saving.load_model(path, compile=False)
        alpha = _alpha(source.count_params(), path)
        backbone = build(alpha)
        backbone.set_weights(source.get_weights())
        return backbone
    backbone = build(_alpha(_parameters_in_h5(path), path))
    backbone.load_weights(path)
    return backbone


def _alpha(parameters: int, path: Path) -> float:
    if parameters not in _ALPHA_OF_PARAMETERS:
        raise ValueError(
            f"{path} holds {parameters:,} parameters, which is no MobileNetV2 without its top "
            f"({', '.join(f'{count:,}' for count in _ALPHA_OF_PARAMETERS)})"
        )
    return _ALPHA_OF_PARAMETERS[parameters]


def _parameters_in_h5(path: Path) -> int:
    import h5py  # type: ignore[import-untyped]

    total = 0

    def add(name: str, item: Any) -> None:
        nonlocal total
        if isinstance(item, h5py.Dataset) and "optimizer" not in name:
            total += int(item.size)

    with h5py.File(path) as file:
        file.visititems(add)
    return total
