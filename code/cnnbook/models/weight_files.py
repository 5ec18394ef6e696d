"""The MobileNetV2 in a file of Keras, whatever model it is part of; no code of the file runs.

A file holds arrays under names, in one of two ways: by the names of the layers (`.h5` of a whole
model, what Keras publishes), or by their classes, counted in the order of the layers
(`.weights.h5`, and within `.keras`). Heads, tops, optimizers and other layers are passed over.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from cnnbook.files import printable

__all__ = ["backbone_in"]

# Parameters without the top, which name the width multiplier.
_ALPHA_OF_PARAMETERS = {
    410_208: 0.35,
    706_224: 0.5,
    1_382_064: 0.75,
    2_257_984: 1.0,
    3_766_048: 1.3,
    4_363_712: 1.4,
}
_OF_MOBILENET = re.compile(
    r"Conv1|bn_Conv1|Conv_1|Conv_1_bn|(expanded_conv|block_\d+)_(expand|depthwise|project)(_BN)?"
)
_COUNTED = re.compile(
    r"(.*layers)/(conv2d|depthwise_conv2d|batch_normalization)(?:_(\d+))?/vars/(\d)"
)
_CLASSES = {
    "conv2d": keras.layers.Conv2D,
    "depthwise_conv2d": keras.layers.DepthwiseConv2D,
    "batch_normalization": keras.layers.BatchNormalization,
}

_Arrays = dict[str, NDArray[Any]]
_Found = dict[tuple[Any, ...], NDArray[Any]]


def backbone_in(path: Path, build: Callable[[float], keras.Model]) -> keras.Model:
    """Find the MobileNetV2 in a file, and give its weights to a new one of its width.

    Parameters
    ----------
    path : Path
        `.h5`, `.weights.h5` or `.keras`, of MobileNetV2 or of a model that contains one.
    build : callable
        Width multiplier -> MobileNetV2 without its top.

    Raises
    ------
    ValueError
        If the file cannot be read, or contains no MobileNetV2 whose layers can be told from others.

    Examples
    --------
    >>> import tempfile
    >>> def build(alpha):
    ...     return keras.applications.MobileNetV2((32, 32, 3), alpha, False, weights=None)
    >>> network = build(0.35)
    >>> model = keras.Sequential([network, keras.layers.Flatten(), keras.layers.Dense(2)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     model.save(f"{folder}/mine.keras")
    ...     found = backbone_in(Path(folder, "mine.keras"), build)
    >>> all(map(np.array_equal, found.get_weights(), network.get_weights()))
    True
    """
    try:
        arrays = _arrays_in(path)
    except Exception as error:  # zip and HDF5 each raise their own
        reason = str(error).partition("\n")[0]
        raise ValueError(f"{printable(path)} cannot be read as weights: {reason}") from error
    candidates = [(found, _by_name) for found in _named(arrays)]
    candidates += [(found, _by_count) for found in _counted(arrays)]
    counts = [sum(array.size for array in found.values()) for found, _ in candidates]
    fitting = [i for i, count in enumerate(counts) if count in _ALPHA_OF_PARAMETERS]
    if len(fitting) != 1:
        raise ValueError(_none_or_many(path, arrays, len(fitting)))
    found, keys_of = candidates[fitting[0]]
    backbone = build(_ALPHA_OF_PARAMETERS[counts[fitting[0]]])
    for layer, keys in keys_of(backbone):
        layer.set_weights([found[key] for key in keys])
    return backbone


def _none_or_many(path: Path, arrays: _Arrays, fitting: int) -> str:
    if fitting > 1:
        return f"{printable(path)} contains {fitting} MobileNetV2; save the one that is meant"
    total = sum(array.size for array in arrays.values())
    return (
        f"{printable(path)} contains no MobileNetV2 that can be told from its other layers: "
        f"{total:,} parameters, of which none of "
        f"{', '.join(f'{count:,}' for count in _ALPHA_OF_PARAMETERS)} belong to one"
    )


def _arrays_in(path: Path) -> _Arrays:
    """Read the arrays of a file by their names, those of an optimizer left out."""
    import h5py  # type: ignore[import-untyped]

    source: Any = path
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            source = io.BytesIO(archive.read("model.weights.h5"))
    arrays: _Arrays = {}

    def add(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset) and "optimizer" not in name:
            arrays[name] = np.asarray(item)

    with h5py.File(source) as file:
        file.visititems(add)
    return arrays


def _named(arrays: _Arrays) -> list[_Found]:
    """Collect arrays by (layer, variable), in each place that holds a whole set of them."""
    places: dict[str, _Found] = {}
    for name, array in arrays.items():
        *above, layer, variable = name.split("/")
        if _OF_MOBILENET.fullmatch(layer):
            variable = variable.removesuffix(":0").replace("depthwise_kernel", "kernel")
            place = "/".join(part for part in above if part != layer)
            places.setdefault(place, {})[layer, variable] = array
    return list(places.values())


def _counted(arrays: _Arrays) -> list[_Found]:
    """Collect arrays by (class, number of the layer, number of the variable), in each place."""
    places: dict[str, _Found] = {}
    for name, array in arrays.items():
        if match := _COUNTED.fullmatch(name):
            place, kind, number, variable = match.groups()
            places.setdefault(place, {})[kind, int(number or 0), int(variable)] = array
    return list(places.values())


def _by_name(backbone: keras.Model) -> list[tuple[keras.layers.Layer, list[tuple[Any, ...]]]]:
    return [
        (layer, [(layer.name, variable.name) for variable in layer.weights])
        for layer in backbone.layers
        if layer.weights
    ]


def _by_count(backbone: keras.Model) -> list[tuple[keras.layers.Layer, list[tuple[Any, ...]]]]:
    keys = []
    for kind, cls in _CLASSES.items():
        layers = [layer for layer in backbone.layers if type(layer) is cls]
        for number, layer in enumerate(layers):
            keys.append((layer, [(kind, number, i) for i in range(len(layer.weights))]))
    return keys
