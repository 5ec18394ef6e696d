"""Maps that know nothing of what a network learnt, to print beside every score."""

from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnbook.faithfulness._fresh_weights import fresh_values
from cnnbook.gradcam import grad_cam

__all__ = ["baselines"]

Maps = NDArray[np.float32]


def baselines(
    model: Any,
    images: ArrayLike,
    class_index: ArrayLike,
    layer: str | keras.Layer | None = None,
    *,
    seed: int = 0,
) -> dict[str, Maps]:
    """Make maps (n, h, w) of images (n, height, width, 3) that know nothing of what was learnt.

    ``random``: noise of the resolution of the model's map.  ``center``: a blob in the middle,
    where photographers put things.  ``edges``: the grey picture's slope, which needs no network.
    ``untrained``: Grad-CAM of the same architecture with fresh weights.

    Parameters
    ----------
    model, images, class_index, layer
        As in `cnnbook.gradcam.grad_cam`; ``class_index`` and ``layer`` matter to ``untrained``.
    seed
        Of the noise and of the fresh weights.

    Returns
    -------
    dict
        ``{name: maps}``; ``center`` and ``edges`` have the pictures' resolution.

    Examples
    --------
    >>> model = keras.Sequential([
    ...     keras.Input((8, 8, 3)),
    ...     keras.layers.Conv2D(4, 3),
    ...     keras.layers.GlobalAveragePooling2D(),
    ...     keras.layers.Dense(5),
    ... ])
    >>> for name, maps in baselines(model, np.ones((2, 8, 8, 3)), class_index=1).items():
    ...     print(name, maps.shape)
    random (2, 6, 6)
    center (2, 8, 8)
    edges (2, 8, 8)
    untrained (2, 6, 6)
    """
    pictures = np.asarray(images, np.float32)
    rng = np.random.default_rng(seed)
    with keras.StatelessScope([(v, fresh_values(v, rng)) for v in model.weights]):
        untrained = grad_cam(model, pictures, class_index, layer)
    return {
        "random": rng.random(untrained.shape, np.float32),
        "center": _blob(pictures.shape[:3]),
        "edges": _slope(pictures),
        "untrained": untrained,
    }


def _blob(shape: tuple[int, ...]) -> Maps:
    n, h, w = shape
    y, x = (np.linspace(-1, 1, side, dtype=np.float32) for side in (h, w))
    blob: Maps = np.exp(-2 * (y[:, None] ** 2 + x**2))
    return np.broadcast_to(blob, (n, h, w))


def _slope(pictures: Maps) -> Maps:
    slope: Maps = np.hypot(*np.gradient(pictures.mean(axis=-1), axis=(1, 2)))
    return slope
