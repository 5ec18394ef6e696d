"""Does a map change when the network's weights do?  The sanity check of Adebayo et al. 2018."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnbook.faithfulness._fresh_weights import fresh_values
from cnnbook.gradcam import called_layers, grad_cam

__all__ = ["randomization_cascade", "rank_correlation"]

Floats = NDArray[np.float64]
Maps = NDArray[np.float32]


def randomization_cascade(
    model: Any,
    images: Any,
    class_index: ArrayLike,
    layer: str | keras.Layer | None = None,
    *,
    explain: Callable[..., Maps] = grad_cam,
    steps: int = 8,
    seed: int = 0,
) -> dict[str, Floats]:
    """Correlate maps with those of the model randomized from the head down: (n,) a step.

    A map that survives shows the picture, not what the network learnt.  Randomized weights are
    those of a network that was never trained; the model itself is not touched.  A map that turns
    out empty counts as unrelated: 0.

    Parameters
    ----------
    model, images, class_index, layer
        As in `cnnbook.gradcam.grad_cam`.
    explain
        What makes the maps: `cnnbook.gradcam.grad_cam` or `cnnbook.gradcam.hires_cam`.
    steps
        The layers with weights are randomized in so many groups, each on top of the former.
    seed
        Of the random weights.

    Returns
    -------
    dict
        ``{path of the lowest layer randomized so far: correlations}``, the head first.

    References
    ----------
    Adebayo et al., "Sanity Checks for Saliency Maps", NeurIPS 2018.

    Examples
    --------
    >>> model = keras.Sequential([
    ...     keras.Input((8, 8, 3)),
    ...     keras.layers.Conv2D(4, 3, name="conv"),
    ...     keras.layers.GlobalAveragePooling2D(),
    ...     keras.layers.Dense(5, name="head"),
    ... ])
    >>> cascade = randomization_cascade(model, np.ones((2, 8, 8, 3), "float32"), class_index=1)
    >>> [(name, correlations.shape) for name, correlations in cascade.items()]
    [('head', (2,)), ('conv', (2,))]
    """
    rng = np.random.default_rng(seed)
    original = explain(model, images, class_index, layer)
    fresh = [
        (path, [(v, fresh_values(v, rng)) for v in variables])
        for path, variables in reversed(_weights_by_layer(model, images))
    ]
    correlations = {}
    ends = np.linspace(0, len(fresh), min(steps, len(fresh)) + 1).astype(int)[1:]
    for end in ends:
        # The scope answers for the variables' values; the variables keep theirs.
        with keras.StatelessScope([pair for _, pairs in fresh[:end] for pair in pairs]):
            maps = explain(model, images, class_index, layer)
        lowest, _ = fresh[end - 1]
        correlations[lowest] = rank_correlation(original, maps)
    return correlations


def rank_correlation(a: ArrayLike, b: ArrayLike) -> Floats:
    """Spearman's correlation of maps (n, h, w) with other maps of the same size: (n,), -1..1.

    A constant map correlates with nothing: 0.

    Examples
    --------
    >>> rank_correlation([[[1.0, 2.0, 30.0]]], [[[0.1, 0.2, 0.3]]]).tolist()
    [1.0]
    """
    ranks_a, ranks_b = (_centered_ranks(np.asarray(maps, np.float64)) for maps in (a, b))
    covariance = (ranks_a * ranks_b).sum(axis=1)
    scale = np.sqrt((ranks_a**2).sum(axis=1) * (ranks_b**2).sum(axis=1))
    defined = scale > 0
    result: Floats = np.divide(covariance, scale, out=np.zeros_like(covariance), where=defined)
    return result


def _weights_by_layer(model: Any, images: Any) -> list[tuple[str, list[Any]]]:
    """List the layers that own weights, with these, in the order they are called."""
    owned: list[tuple[str, list[Any]]] = []
    seen: set[int] = set()
    for path, layer in called_layers(model, images):  # a container's parts come first
        variables = [v for v in getattr(layer, "weights", ()) if id(v) not in seen]
        if variables:
            owned.append((path, variables))
            seen.update(map(id, variables))
    return owned


def _centered_ranks(maps: Floats) -> Floats:
    """Ranks (n, h * w) minus their mean; equal values share the mean of their ranks."""

    def ranks(values: Floats) -> Floats:
        _, value, counts = np.unique(values, return_inverse=True, return_counts=True)
        return np.asarray((counts.cumsum() - (counts - 1) / 2)[value])

    rows = np.stack([ranks(row) for row in maps.reshape(len(maps), -1)])
    return np.asarray(rows - rows.mean(axis=1, keepdims=True))
