r"""Whether to believe a map: where it looks, what it changes, and what it does not depend on.

Three kinds of question, each with a number:

* *Localisation*: does the map lie on pixels known to be the evidence?  `pointing_game`,
  `energy_ratio`, `iou_at_half`, `rank_accuracy` compare maps with masks.
* *Faithfulness*: does the prediction fall when the marked pixels go?  `deletion`, `insertion`.
* *Dependence*: does the map change when the network's weights do?  `randomisation_cascade`.

No number means anything alone: print it beside those of `baselines`, which know nothing about the
trained network.
"""

from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnbook.gradcam import grad_cam, resize
from cnnbook.gradcam.interception import listen

__all__ = [
    "area_under",
    "baselines",
    "blurred",
    "deletion",
    "energy",
    "energy_ratio",
    "insertion",
    "iou_at_half",
    "localisation",
    "pointing_game",
    "randomisation_cascade",
    "rank_accuracy",
    "rank_correlation",
]

Floats = NDArray[np.float64]
Maps = NDArray[np.float32]
Masks = NDArray[np.bool_]

_BATCH = 32
_BLUR = 1 / 12  # of the picture's longer side: at 150 pixels no part of a car is left


# ------------------------------------------------------------------------------------ localisation


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


def localisation(maps: ArrayLike, masks: ArrayLike, tolerance: float = 0) -> dict[str, float]:
    """Mean scores of maps (n, h, w) against masks (n, height, width), one row of a table.

    Examples
    --------
    >>> localisation([[[1.0, 0.0, 0.0, 0.0]]], [[[True, False, False, False]]])
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


# ------------------------------------------------------------------------------------ faithfulness


def deletion(
    model: Any, images: ArrayLike, maps: ArrayLike, class_index: ArrayLike, steps: int = 20
) -> Floats:
    """Probability of a class while the hottest pixels of images (n, h, w, 3) blur: (n, steps + 1).

    A good map makes the curve fall early, so a small `area_under` is good.  Pixels are blurred,
    not blackened: black shapes are evidence of their own.

    Parameters
    ----------
    model
        Returns a probability for each class, or one for class 1.
    images
        As the model takes them.
    maps
        ``(n, h, w)``, resized bilinearly to the images; equal values go in random order.
    class_index
        The class of all images, or one an image.
    steps
        In how many equal portions the pixels go.

    Returns
    -------
    numpy.ndarray
        ``(n, steps + 1)``; the first column is the untouched picture, the last one wholly blurred.

    References
    ----------
    Petsiuk, Das and Saenko, "RISE: Randomized Input Sampling for Explanation", BMVC 2018.

    Examples
    --------
    The model's class 1 is a bright pixel in the middle; a map of it breaks the prediction at once:

    >>> model = keras.Sequential([
    ...     keras.Input((9, 9, 1)),
    ...     keras.layers.GlobalMaxPooling2D(),
    ...     keras.layers.Rescaling(20, -10),
    ...     keras.layers.Activation("sigmoid"),
    ... ])
    >>> image = np.zeros((1, 9, 9, 1))
    >>> image[0, 4, 4] = 1
    >>> deletion(model, image, image[..., 0], class_index=1, steps=3).round(1)
    array([[1., 0., 0., 0.]])
    """
    pictures = np.asarray(images, np.float32)
    return _probabilities(model, pictures, _wiped(pictures), maps, class_index, steps)


def insertion(
    model: Any, images: ArrayLike, maps: ArrayLike, class_index: ArrayLike, steps: int = 20
) -> Floats:
    """Probability of a class while blurred images (n, h, w, 3) sharpen, hottest pixels first.

    The counterpart of `deletion`, with the same parameters: a good map makes the curve
    (n, steps + 1) rise early, so a large `area_under` is good.

    Examples
    --------
    >>> model = keras.Sequential([
    ...     keras.Input((9, 9, 1)),
    ...     keras.layers.GlobalMaxPooling2D(),
    ...     keras.layers.Rescaling(20, -10),
    ...     keras.layers.Activation("sigmoid"),
    ... ])
    >>> image = np.zeros((1, 9, 9, 1))
    >>> image[0, 4, 4] = 1
    >>> insertion(model, image, image[..., 0], class_index=1, steps=3).round(1)
    array([[0., 1., 1., 1.]])
    """
    pictures = np.asarray(images, np.float32)
    return _probabilities(model, _wiped(pictures), pictures, maps, class_index, steps)


def area_under(curves: ArrayLike) -> Floats:
    """Area under curves (n, steps + 1) over 0..1, by trapezoids: (n,).

    Examples
    --------
    >>> area_under([[1.0, 0.0, 0.0]]).tolist()
    [0.25]
    """
    values = np.asarray(curves, np.float64)
    return np.asarray((values[:, :-1] + values[:, 1:]).mean(axis=1) / 2)


def blurred(images: ArrayLike, sigma: float) -> Maps:
    """Blur images (n, h, w, c) with a Gaussian of `sigma` pixels; borders use what is inside.

    A Gaussian is separable, so the blur is one matrix for the rows and one for the columns.

    Examples
    --------
    >>> blurred(np.full((1, 5, 5, 1), 7.0), sigma=2).round(3).ravel()[:3].tolist()
    [7.0, 7.0, 7.0]
    """
    pictures = np.asarray(images, np.float32)
    rows, columns = (_gaussian(side, sigma) for side in pictures.shape[1:3])
    result: Maps = np.einsum("ij,njkc,lk->nilc", rows, pictures, columns, optimize=True)
    return result


def _gaussian(side: int, sigma: float) -> Maps:
    """Weights (side, side) with which each pixel averages the others; rows sum to one."""
    distance = np.subtract.outer(np.arange(side), np.arange(side))
    weights = np.exp(-(distance**2) / (2 * sigma**2))
    normalised: Maps = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    return normalised


def _wiped(pictures: Maps) -> Maps:
    return blurred(pictures, _BLUR * max(pictures.shape[1:3]))


def _probabilities(
    model: Any, start: Maps, goal: Maps, maps: ArrayLike, class_index: ArrayLike, steps: int
) -> Floats:
    n, h, w, _ = start.shape
    heat = resize(np.asarray(maps, np.float32), (h, w)).reshape(n, -1)
    # Rectified maps have plateaus of zeros; in scan order these would vanish from the top down.
    ties = np.random.default_rng(0).random(heat.shape)
    by_heat = np.lexsort((ties, -heat))
    rank = np.argsort(by_heat, axis=1).reshape(n, h, w, 1)
    classes = np.broadcast_to(class_index, (n,))

    def probability(changed: int) -> Floats:
        p = _predicted(model, np.where(rank < changed, goal, start))
        if p.shape[-1] == 1:
            p = np.concatenate([1 - p, p], axis=-1)
        return np.asarray(p[np.arange(n), classes], np.float64)

    return np.stack([probability(round(h * w * s / steps)) for s in range(steps + 1)], axis=1)


def _predicted(model: Any, pictures: Maps) -> Maps:
    """Predict in small batches, without the set-up of `predict`, which is the dearer part here."""
    parts = range(0, len(pictures), _BATCH)
    return np.concatenate([model.predict_on_batch(pictures[at : at + _BATCH]) for at in parts])


# -------------------------------------------------------------------------------------- dependence


def randomisation_cascade(
    model: Any,
    images: Any,
    class_index: ArrayLike,
    layer: str | keras.Layer | None = None,
    *,
    steps: int = 8,
    seed: int = 0,
) -> dict[str, Floats]:
    """Correlate Grad-CAM maps with those of the model randomised from the head down: (n,) a step.

    A map that survives shows the picture, not what the network learnt.  Randomised weights are
    those of a network that was never trained; the model itself is not touched.  A map that turns
    out empty counts as unrelated: 0.

    Parameters
    ----------
    model, images, class_index, layer
        As in `cnnbook.gradcam.grad_cam`.
    steps
        The layers with weights are randomised in so many groups, each on top of the former.
    seed
        Of the random weights.

    Returns
    -------
    dict
        ``{path of the lowest layer randomised so far: correlations}``, the head first.

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
    >>> cascade = randomisation_cascade(model, np.ones((2, 8, 8, 3), "float32"), class_index=1)
    >>> [(name, correlations.shape) for name, correlations in cascade.items()]
    [('head', (2,)), ('conv', (2,))]
    """
    rng = np.random.default_rng(seed)
    original = grad_cam(model, images, class_index, layer)
    fresh = [
        (path, [(v, _fresh(v, rng)) for v in variables])
        for path, variables in reversed(_weights_by_layer(model, images))
    ]
    correlations = {}
    ends = np.linspace(0, len(fresh), min(steps, len(fresh)) + 1).astype(int)[1:]
    for end in ends:
        # The scope answers for the variables' values; the variables keep theirs.
        with keras.StatelessScope([pair for _, pairs in fresh[:end] for pair in pairs]):
            maps = grad_cam(model, images, class_index, layer)
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
    ranks_a, ranks_b = (_centred_ranks(np.asarray(maps, np.float64)) for maps in (a, b))
    covariance = (ranks_a * ranks_b).sum(axis=1)
    scale = np.sqrt((ranks_a**2).sum(axis=1) * (ranks_b**2).sum(axis=1))
    defined = scale > 0
    result: Floats = np.divide(covariance, scale, out=np.zeros_like(covariance), where=defined)
    return result


def _weights_by_layer(model: Any, images: Any) -> list[tuple[str, list[Any]]]:
    """List the layers that own weights, with these, in the order they are called."""
    first = keras.tree.map_structure(lambda x: keras.ops.convert_to_tensor(x[:1]), images)
    calls, _ = listen(model, first)
    owned: list[tuple[str, list[Any]]] = []
    seen: set[int] = set()
    for call in calls:  # a container comes after its children, which own theirs
        variables = [v for v in getattr(call.op, "weights", ()) if id(v) not in seen]
        if variables:
            owned.append((call.path, variables))
            seen.update(map(id, variables))
    return owned


def _fresh(variable: Any, rng: np.random.Generator) -> Floats:
    """Draw a weight as in a network that was never trained: kernels as He et al. 2015 do."""
    shape = tuple(variable.shape)
    if len(shape) > 1:
        return rng.normal(0, np.sqrt(2 / np.prod(shape[:-1])), shape)
    scales = variable.name.endswith(("gamma", "variance"))
    return np.ones(shape) if scales else np.zeros(shape)


def _centred_ranks(maps: Floats) -> Floats:
    """Ranks (n, h * w) minus their mean; equal values share the mean of their ranks."""

    def ranks(values: Floats) -> Floats:
        _, value, counts = np.unique(values, return_inverse=True, return_counts=True)
        return np.asarray((counts.cumsum() - (counts - 1) / 2)[value])

    rows = np.stack([ranks(row) for row in maps.reshape(len(maps), -1)])
    return np.asarray(rows - rows.mean(axis=1, keepdims=True))


# --------------------------------------------------------------------------------------- baselines


def baselines(
    model: Any,
    images: ArrayLike,
    class_index: ArrayLike,
    layer: str | keras.Layer | None = None,
    *,
    seed: int = 0,
) -> dict[str, Maps]:
    """Make maps (n, h, w) of images (n, height, width, 3) that know nothing of what was learnt.

    ``random``: noise of the resolution of the model's map.  ``centre``: a blob in the middle,
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
        ``{name: maps}``; ``centre`` and ``edges`` have the pictures' resolution.

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
    centre (2, 8, 8)
    edges (2, 8, 8)
    untrained (2, 6, 6)
    """
    pictures = np.asarray(images, np.float32)
    rng = np.random.default_rng(seed)
    with keras.StatelessScope([(v, _fresh(v, rng)) for v in model.weights]):
        untrained = grad_cam(model, pictures, class_index, layer)
    return {
        "random": rng.random(untrained.shape, np.float32),
        "centre": _blob(pictures.shape[:3]),
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
