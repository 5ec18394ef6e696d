"""Pretrained networks with a new head: feature extraction and fine-tuning."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import keras
from keras import layers

from cnnbook.models.augmentation import RandomAffine
from cnnbook.models.building import Seeds, check_sizes, compiled
from cnnbook.models.pretrained import downloaded, mobilenet_v2_backbone

__all__ = [
    "Head",
    "Pretrained",
    "backbone_of",
    "efficientnet_v2_b0",
    "mobilenet_v2",
    "transfer_model",
]

Head = Literal["flatten", "gap"]


@keras.saving.register_keras_serializable(package="cnnbook")
class Pretrained(keras.Model):  # type: ignore[misc]
    """A pretrained network that always runs in inference mode, whoever calls it and however.

    ``Pretrained(network.input, network.output)`` shares the network's layers. Its BatchNorm layers
    keep the statistics that they came with and its dropouts do nothing, in ``fit`` and in
    ``model(x, training=True)`` alike, frozen or not: a mean over a batch of a small data set would
    be worse. An argument ``training=False`` where the network is called does not achieve that,
    because ``fit`` overrides it.

    Examples
    --------
    >>> x = keras.Input((4,))
    >>> network = keras.Model(x, keras.layers.Dropout(0.5)(x))
    >>> pretrained = Pretrained(network.input, network.output)
    >>> pretrained(keras.ops.ones((1, 4)), training=True).numpy().tolist()
    [[1.0, 1.0, 1.0, 1.0]]
    """

    def call(self, inputs: Any, training: bool = False, mask: Any = None) -> Any:
        """Run the network in inference mode, whatever ``training`` says."""
        return super().call(inputs, training=False, mask=mask)


def mobilenet_v2(
    classes: int = 5,
    size: int = 150,
    weights: str | Path | None = "imagenet",
    head: Head = "flatten",
    seed: int = 0,
    augmentation: layers.Layer | None = None,
) -> keras.Model:
    """Put a head on a frozen MobileNetV2, compiled: (n, size, size, 3) in 0..255 -> (n, classes).

    A pretrained backbone always runs in inference mode (:class:`Pretrained`), so its BatchNorm
    layers keep the statistics that they were pretrained with, also after
    :func:`cnnbook.training.fine_tune` unfreezes its weights.

    Parameters
    ----------
    classes : int
    size : int
        Side of the square pictures, at least 32.
    weights : {"imagenet", "drawn"}, path or None
        ``"imagenet"`` is downloaded by Keras; ``"drawn"`` is a small MobileNetV2 (alpha 0.35)
        that comes with this package, pretrained on drawn vans, buses, trucks and bicycles;
        a path is a ``.h5``, ``.weights.h5`` or ``.keras`` file of MobileNetV2, with or without
        its top, or of a model that contains one;
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
    check_sizes(classes, size, smallest=32)
    first = [
        augmentation or RandomAffine(seed=seed, name="augmentation"),
        layers.Rescaling(1 / 127.5, offset=-1, name="preprocessing"),
    ]
    backbone = mobilenet_v2_backbone(size, weights)
    if weights is not None:
        backbone = _frozen(backbone)
    return transfer_model(backbone, classes, first, head, seed, name="mobilenet_v2")


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
    check_sizes(classes, size, smallest=32)
    first = [augmentation or RandomAffine(seed=seed, name="augmentation")]
    with downloaded(str(weights)):
        network = keras.applications.EfficientNetV2B0(
            include_top=False, input_shape=(size, size, 3), weights=weights
        )
    backbone: keras.Model
    if weights is None:
        backbone = keras.Model(network.input, network.output, name="backbone")
    else:
        backbone = _frozen(network)
    return transfer_model(backbone, classes, first, head, seed, name="efficientnet_v2_b0")


def transfer_model(
    backbone: keras.Model,
    classes: int,
    first: Sequence[layers.Layer] = (),
    head: Head = "gap",
    seed: int = 0,
    name: str = "transfer",
) -> keras.Model:
    """Put a head on any backbone, compiled: (n, h, w, c) as the backbone takes -> (n, classes).

    Parameters
    ----------
    backbone : keras.Model
        Named "backbone": (n, h, w, c) -> (n, i, j, channels). It is left frozen or not, as it is.
    classes : int
    first : layers
        Augmentation and preprocessing, which come before the backbone.
    head : {"flatten", "gap"}
    seed : int
    name : str

    Raises
    ------
    ValueError
        If the head is unknown or the backbone has another name.

    Examples
    --------
    >>> layers = [keras.Input((16, 16, 3)), keras.layers.Conv2D(4, 3)]
    >>> model = transfer_model(keras.Sequential(layers, name="backbone"), classes=2)
    >>> model.output_shape, backbone_of(model).output_shape
    ((None, 2), (None, 14, 14, 4))
    """
    if head not in ("flatten", "gap"):
        raise ValueError(f"head must be 'flatten' or 'gap'; got {head!r}")
    if backbone.name != "backbone":
        raise ValueError(f"a backbone's name must be 'backbone'; got {backbone.name!r}")
    seeds = Seeds(seed)
    inputs = keras.Input(backbone.input_shape[1:])
    x = inputs
    for layer in first:
        x = layer(x)
    x = backbone(x)
    x = (layers.Flatten() if head == "flatten" else layers.GlobalAveragePooling2D())(x)
    x = layers.Dense(128, activation="relu", kernel_initializer=seeds.glorot())(x)
    output = layers.Dense(classes, activation="softmax", kernel_initializer=seeds.glorot())
    return compiled(keras.Model(inputs, output(x), name=name))


def backbone_of(model: keras.Model) -> keras.Model:
    """Return the pretrained part of a transfer model.

    Raises
    ------
    ValueError
        If the model has none.

    Examples
    --------
    >>> backbone_of(keras.Sequential([keras.Input((2,))], name="mine"))
    Traceback (most recent call last):
    ValueError: 'mine' has no layer named 'backbone'; use a model of mobilenet_v2(...)
    """
    if "backbone" not in [layer.name for layer in model.layers]:
        raise ValueError(
            f"{model.name!r} has no layer named 'backbone'; use a model of mobilenet_v2(...)"
        )
    return model.get_layer("backbone")


def _frozen(network: keras.Model) -> Pretrained:
    backbone = Pretrained(network.input, network.output, name="backbone")
    backbone.trainable = False
    return backbone
