"""Does the prediction fall when the marked pixels go?  Deletion, insertion, and their areas."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnbook.gradcam import resize

__all__ = ["area_under", "blurred", "deletion", "insertion"]

Floats = NDArray[np.float64]
Maps = NDArray[np.float32]

_ROUNDING = 1e-2  # of half-precision probabilities
_AT_ONCE = 32  # pictures in one prediction
_BLUR = 1 / 12  # of the picture's longer side: at 150 pixels no part of a car is left


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

    Raises
    ------
    ValueError
        Images and maps are not in pairs, the model returns no probabilities, or there is no such
        class.

    References
    ----------
    Petsiuk, Das and Saenko, "RISE: Randomized Input Sampling for Explanation", BMVC 2018.

    Examples
    --------
    The model's class 1 is a bright pixel in the middle; a map of it breaks the prediction at once:

    >>> import keras
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
    pictures = _pictures(images)
    return _probabilities(model, pictures, _wiped(pictures), maps, class_index, steps)


def insertion(
    model: Any, images: ArrayLike, maps: ArrayLike, class_index: ArrayLike, steps: int = 20
) -> Floats:
    """Probability of a class while blurred images (n, h, w, 3) sharpen, hottest pixels first.

    The counterpart of `deletion`, with the same parameters: a good map makes the curve
    (n, steps + 1) rise early, so a large `area_under` is good.

    Examples
    --------
    >>> import keras
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
    pictures = _pictures(images)
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

    A Gaussian is separable, so the blur is one matrix for the rows and one for the columns.  With
    ``sigma=0`` nothing is blurred.

    Raises
    ------
    ValueError
        The images are no batch (n, h, w, c), or sigma is negative or not finite.

    Examples
    --------
    >>> blurred(np.full((1, 5, 5, 1), 7.0), sigma=2).round(3).ravel()[:3].tolist()
    [7.0, 7.0, 7.0]
    >>> blurred(np.eye(2).reshape(1, 2, 2, 1), sigma=0).ravel().tolist()
    [1.0, 0.0, 0.0, 1.0]
    """
    pictures = _pictures(images)
    if not 0 <= sigma < np.inf:
        raise ValueError(f"sigma must be a number of pixels, 0 or more; got {sigma!r}")
    rows, columns = (_gaussian(side, sigma) for side in pictures.shape[1:3])
    result: Maps = np.einsum("ij,njkc,lk->nilc", rows, pictures, columns, optimize=True)
    return result


def _gaussian(side: int, sigma: float) -> Maps:
    """Weights (side, side) with which each pixel averages the others; rows sum to one."""
    if sigma == 0:
        return np.eye(side, dtype=np.float32)
    distance = np.subtract.outer(np.arange(side), np.arange(side)) / sigma
    weights = np.exp(-(distance**2) / 2)
    normalized: Maps = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    return normalized


def _wiped(pictures: Maps) -> Maps:
    return blurred(pictures, _BLUR * max(pictures.shape[1:3]))


def _pictures(images: ArrayLike) -> Maps:
    pictures = np.asarray(images, np.float32)
    if pictures.ndim != 4:
        raise ValueError(f"images must be a batch (n, h, w, c); got shape {pictures.shape}")
    return pictures


def _probabilities(
    model: Any, start: Maps, goal: Maps, maps: ArrayLike, class_index: ArrayLike, steps: int
) -> Floats:
    n, h, w, _ = start.shape
    heat = resize(maps, (h, w)).reshape(-1, h * w)
    if len(heat) != n:
        raise ValueError(f"a map for each picture, please: got {n} images and {len(heat)} maps")
    if steps < 1:
        raise ValueError(f"steps must be 1 or more; got {steps}")
    # Rectified maps have plateaus of zeros; in scan order these would vanish from the top down.
    ties = np.random.default_rng(0).random(heat.shape)
    by_heat = np.lexsort((ties, -heat))
    rank = np.argsort(by_heat, axis=1).reshape(n, h, w, 1)

    def probability(changed: int) -> Floats:
        return _of_class(_predicted(model, np.where(rank < changed, goal, start)), class_index)

    return np.stack([probability(round(h * w * s / steps)) for s in range(steps + 1)], axis=1)


def _of_class(p: Maps, class_index: ArrayLike) -> Floats:
    """Pick each picture's class from probabilities (n, classes), or (n, 1) of class 1: (n,)."""
    if p.ndim != 2 or p.min() < 0 or p.max() > 1 + _ROUNDING:
        raise ValueError(
            "the model must return probabilities (n, classes); got shape "
            f"{p.shape} with values {p.min():.3g}..{p.max():.3g}"
        )
    if p.shape[-1] == 1:
        p = np.concatenate([1 - p, p], axis=-1)
    classes = np.broadcast_to(class_index, (len(p),))
    if classes.dtype.kind not in "iu" or classes.min() < 0 or classes.max() >= p.shape[-1]:
        raise ValueError(f"class_index must be in 0..{p.shape[-1] - 1}; got {class_index!r}")
    return np.asarray(p[np.arange(len(p)), classes], np.float64)


def _predicted(model: Any, pictures: Maps) -> Maps:
    """Predict in small batches, without the set-up of `predict`, which is the dearer part here."""
    parts = range(0, len(pictures), _AT_ONCE)
    return np.concatenate([model.predict_on_batch(pictures[at : at + _AT_ONCE]) for at in parts])
