"""Does a map lie on pixels known to be the evidence?  Scores of maps against masks.

No score means anything alone: print it beside those of `baselines`.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnbook.gradcam import resize

__all__ = [
    "energy",
    "energy_ratio",
    "iou_at_half",
    "localization",
    "pointing_game",
    "rank_accuracy",
]

Floats = NDArray[np.float64]
Maps = NDArray[np.float32]
Masks = NDArray[np.bool_]


def pointing_game(maps: ArrayLike, masks: ArrayLike, tolerance: float = 0) -> NDArray[np.bool_]:
    """Tell for maps (n, h, w) and masks (n, height, width) whether the peak is on the mask: (n,).

    A peak at most `tolerance` pixels away counts as a hit, because thin parts are missed by less
    than a cell of the map.  Of several equal peaks one hit is enough; an all-zero map misses.

    Parameters
    ----------
    maps
        Not negative; resized bilinearly to the masks.
    masks
        True on the evidence; every mask needs a pixel.
    tolerance
        Euclidean distance in pixels of the mask.

    Returns
    -------
    numpy.ndarray
        ``(n,)`` bool.

    References
    ----------
    Zhang et al., "Top-down neural attention by excitation backprop", IJCV 2018 (with a tolerance
    of 15 pixels).

    Examples
    --------
    >>> maps = [[[0.0, 0.0, 1.0, 0.0]]]
    >>> masks = [[[True, False, False, False]]]
    >>> pointing_game(maps, masks).tolist(), pointing_game(maps, masks, tolerance=2).tolist()
    ([False], [True])
    """
    pairs = zip(*_aligned(maps, masks), strict=True)
    return np.array([_hits(one_map, mask, tolerance) for one_map, mask in pairs])


def energy(maps: ArrayLike, masks: ArrayLike) -> Floats:
    """Share of the sum of maps (n, h, w) that lies on masks (n, height, width): (n,), 0..1.

    The energy-based pointing game of Score-CAM (Wang et al. 2020), also called relevance mass
    accuracy.  An all-zero map has energy 0.

    Examples
    --------
    >>> energy([[[3.0, 1.0]]], [[[True, False]]]).tolist()
    [0.75]
    """
    values, on = _aligned(maps, masks)
    total = values.sum(axis=(1, 2), dtype=np.float64)
    inside = np.where(on, values, 0).sum(axis=(1, 2), dtype=np.float64)
    shares: Floats = np.divide(inside, total, out=np.zeros_like(total), where=total > 0)
    return shares


def energy_ratio(maps: ArrayLike, masks: ArrayLike) -> Floats:
    """`energy` over the mask's share of the picture: (n,); a uniform map has 1.

    Small masks catch little energy by their size alone; the ratio is comparable.

    Examples
    --------
    >>> energy_ratio([[[1.0, 1.0, 1.0, 5.0]]], [[[False, False, False, True]]]).tolist()
    [2.5]
    """
    on_mask = energy(maps, masks)
    ratios: Floats = on_mask / np.asarray(masks, bool).mean(axis=(1, 2))
    return ratios


def iou_at_half(maps: ArrayLike, masks: ArrayLike) -> Floats:
    """Intersection over union of masks with where maps exceed half their maximum: (n,), 0..1.

    Examples
    --------
    >>> iou_at_half([[[1.0, 0.5, 0.4]]], [[[True, False, False]]]).tolist()
    [0.5]
    """
    values, on = _aligned(maps, masks)
    marked = (values >= values.max(axis=(1, 2), keepdims=True) / 2) & (values > 0)
    shared, either = ((marked & on).sum(axis=(1, 2)), (marked | on).sum(axis=(1, 2)))
    return np.asarray(shared / either)


def rank_accuracy(maps: ArrayLike, masks: ArrayLike) -> Floats:
    """Share of a mask's k pixels among the k highest of its map: (n,), 0..1.

    Called relevance rank accuracy by Arras et al. 2022.  Of equal values the first pixel ranks
    higher.

    Examples
    --------
    >>> rank_accuracy([[[9.0, 1.0, 8.0]]], [[[True, True, False]]]).tolist()
    [0.5]
    """
    values, on = _aligned(maps, masks)
    order = np.argsort(-values.reshape(len(values), -1), axis=1, kind="stable")
    hits = np.take_along_axis(on.reshape(len(on), -1), order, axis=1)
    sizes = on.sum(axis=(1, 2))
    return np.array([row[:k].mean() for row, k in zip(hits, sizes, strict=True)])


def localization(maps: ArrayLike, masks: ArrayLike, tolerance: float = 0) -> dict[str, float]:
    """Mean scores of maps (n, h, w) against masks (n, height, width), one row of a table.

    Examples
    --------
    >>> localization([[[1.0, 0.0, 0.0, 0.0]]], [[[True, False, False, False]]])
    {'pointing': 1.0, 'energy / area': 4.0, 'IoU at half': 1.0}
    """
    return {
        "pointing": float(pointing_game(maps, masks, tolerance).mean()),
        "energy / area": float(energy_ratio(maps, masks).mean()),
        "IoU at half": float(iou_at_half(maps, masks).mean()),
    }


def _aligned(maps: ArrayLike, masks: ArrayLike) -> tuple[Maps, Masks]:
    """Bring maps to the masks' size; refuse what has no score."""
    values, on = np.asarray(maps, np.float32), np.asarray(masks, bool)
    if values.ndim != 3 or on.ndim != 3 or len(values) != len(on):
        raise ValueError(
            f"maps (n, h, w) and masks (n, height, width) must come in pairs; "
            f"got shapes {values.shape} and {on.shape}"
        )
    if not (values >= 0).all():
        raise ValueError("maps must not be negative or NaN: rectify them first")
    empty = np.flatnonzero(~on.any(axis=(1, 2)))
    if empty.size:
        raise ValueError(f"masks without a pixel have no score: {empty.tolist()}")
    return values if values.shape == on.shape else resize(values, on.shape[1:]), on


def _hits(one_map: Maps, mask: Masks, tolerance: float) -> bool:
    peak = one_map.max()
    if peak == 0:
        return False
    peaks = one_map == peak
    if tolerance == 0 or (peaks & mask).any():
        return bool((peaks & mask).any())
    apart = np.argwhere(peaks)[:, None] - np.argwhere(mask)
    return bool((apart**2).sum(-1).min() <= tolerance**2)
