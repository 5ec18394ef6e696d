"""Where pretrained weights come from: Keras' download, this package, or a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import keras
import numpy as np

from cnnbook.files import printable
from cnnbook.models.weight_files import backbone_in

__all__ = ["downloaded", "mobilenet_v2_backbone"]

# Sizes for which Keras publishes ImageNet weights of MobileNetV2; for any other size the 224 ones
# are taken, which is right: the weights of a convolution do not depend on the picture's size.
_IMAGENET_SIZES = (96, 128, 160, 192, 224)


@contextmanager
def downloaded(weights: str) -> Iterator[None]:
    """Say what could not be had and what to give instead, where Keras downloads weights.

    Examples
    --------
    >>> with downloaded("imagenet"):
    ...     raise Exception("URL fetch failure")
    Traceback (most recent call last):
    ConnectionError: no imagenet weights: URL fetch failure; give a file of weights, or none
    """
    try:
        yield
    except (ValueError, MemoryError):
        raise
    except Exception as error:  # Keras raises it bare
        reason = str(error).partition("\n")[0]
        raise ConnectionError(
            f"no {weights} weights: {reason}; give a file of weights, or none"
        ) from error


def mobilenet_v2_backbone(size: int, weights: str | Path | None) -> keras.Model:
    """Build MobileNetV2 without its top, named "backbone": (n, size, size, 3) -> (n, i, j, 1280).

    Parameters
    ----------
    size : int
    weights : {"imagenet", "drawn"}, path or None
        As in :func:`cnnbook.models.mobilenet_v2`.

    Raises
    ------
    ValueError, FileNotFoundError
        If a file is not there, cannot be read, or contains no MobileNetV2.
    ConnectionError
        If ImageNet weights cannot be downloaded.

    Examples
    --------
    >>> mobilenet_v2_backbone(64, "drawn").count_params()
    410208
    """
    if weights is None:
        return _build(size, 1.0)
    if weights == "imagenet":
        return _imagenet(size)
    if weights == "drawn":
        backbone = _build(size, 0.35)
        backbone.set_weights(_drawn_weights())
        return backbone
    return _from_file(size, Path(weights))


def _build(size: int, alpha: float, source: str | None = None) -> keras.Model:
    return keras.applications.MobileNetV2(
        input_shape=(size, size, 3),
        alpha=alpha,
        include_top=False,
        weights=source,
        name="backbone",
    )


def _imagenet(size: int) -> keras.Model:
    with downloaded("imagenet"):
        if size in _IMAGENET_SIZES:
            return _build(size, 1.0, "imagenet")
        source = _build(224, 1.0, "imagenet")
    backbone = _build(size, 1.0)
    backbone.set_weights(source.get_weights())
    return backbone


def _drawn_weights() -> list[np.ndarray[Any, Any]]:
    """Read the shipped weights: float16 arrays in Keras' order."""
    source = resources.files("cnnbook.models") / "weights" / "mobilenet_v2_drawn.npz"
    with resources.as_file(source) as path, np.load(path) as archive:
        return [archive[name].astype("float32") for name in sorted(archive.files)]


def _from_file(size: int, path: Path) -> keras.Model:
    if not path.is_file():
        raise FileNotFoundError(
            f"no weights file {printable(path)}; "
            "give 'imagenet', 'drawn' or an existing .h5 or .keras file"
        )
    return backbone_in(path, lambda alpha: _build(size, alpha))
