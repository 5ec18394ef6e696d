"""Does a map point to what truly moves the prediction?  Maps against measured effects.

`cnnbook.cars.change` alters one thing of a picture and nothing else; the change of the score is
then the effect of that thing, whatever a map says.  The map is asked how much of it lies on each
thing, and the two orders are compared.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnbook.faithfulness.randomization import rank_correlation
from cnnbook.gradcam import logits, resize

__all__ = ["agreement", "effects", "shares_of"]

Floats = NDArray[np.float64]


def effects(model: Any, before: ArrayLike, after: ArrayLike, class_index: ArrayLike) -> Floats:
    """Return what a change took from the logit of a class: two (n, h, w, 3) -> (n,).

    Parameters
    ----------
    model : keras.Model
    before, after
        The pictures without and with the change.
    class_index : int or (n,) int

    Returns
    -------
    numpy.ndarray
        ``(n,)``; positive where the score fell, so where what is gone spoke for the class.

    Raises
    ------
    ValueError
        If there are not as many pictures after as before, or a class is none.

    References
    ----------
    Hesse, Schaub-Meyer, Roth, *FunnyBirds: a synthetic vision dataset for a part-based analysis of
    explainable AI methods*, ICCV 2023 (their single deletion).

    Examples
    --------
    >>> import keras
    >>> model = keras.Sequential([
    ...     keras.Input((4, 4, 1)), keras.layers.Conv2D(1, 1, kernel_initializer="ones"),
    ...     keras.layers.Flatten(), keras.layers.Dense(2, kernel_initializer="ones"),
    ... ])
    >>> before, after = np.ones((1, 4, 4, 1)), np.ones((1, 4, 4, 1))
    >>> after[0, 0, 0] = 0  # a pixel goes
    >>> effects(model, before, after, 1).tolist()
    [1.0]
    """
    one, other = (np.asarray(pictures) for pictures in (before, after))
    if one.shape != other.shape:
        raise ValueError(f"pictures before are {one.shape} and after {other.shape}")
    scores = [logits(model, pictures) for pictures in (one, other)]
    classes = np.broadcast_to(np.asarray(class_index), len(one))
    if not ((classes >= 0) & (classes < scores[0].shape[1])).all():
        raise ValueError(f"class_index must be in 0..{scores[0].shape[1] - 1}; got {class_index!r}")
    here = np.arange(len(one)), classes
    return np.asarray(scores[0][here] - scores[1][here], float)


def shares_of(maps: ArrayLike, areas: ArrayLike) -> Floats:
    """Return how much of each map lies on each area: (n, h, w), (n, p, H, W) bool -> (n, p).

    An area without a pixel, a part that cannot be seen, has nan. A map of zeros has zeros.

    Raises
    ------
    ValueError
        If the numbers of maps and of pictures differ.

    Examples
    --------
    >>> areas = [[[[True, False]], [[False, True]], [[False, False]]]]
    >>> shares_of([[[1.0, 3.0]]], areas).tolist()
    [[0.25, 0.75, nan]]
    """
    places = np.asarray(areas, bool)
    sized = resize(maps, places.shape[2:])
    if len(sized) != len(places):
        raise ValueError(f"{len(sized)} maps for {len(places)} pictures")
    on_areas = np.einsum("nhw,nphw->np", sized, places, dtype=float)
    total = sized.sum(axis=(1, 2), dtype=float)[:, None]
    shares = np.divide(on_areas, total, out=np.zeros_like(on_areas), where=total > 0)
    return np.where(places.any(axis=(2, 3)), shares, np.nan)


def agreement(shares: ArrayLike, effects: ArrayLike, least: int = 3) -> Floats:
    """Compare the order of the map's shares with that of the effects: two (n, p) -> (n,).

    Spearman's rank correlation over the parts of each picture that can be seen: 1 where the map
    ranks them as they matter, 0 on average for a map that knows nothing.

    Parameters
    ----------
    shares : (n, p)
        From `shares_of`; nan for a part that cannot be seen.
    effects : (n, p)
        How strongly the score moves when each part changes, for instance the mean of ``abs`` over
        several donors.
    least : int
        A picture with fewer parts to rank has nan, as has one whose shares or effects are all
        equal.

    Raises
    ------
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> agreement([[0.1, 0.2, 0.7], [0.5, np.nan, 0.2]], [[1, 2, 3], [1, 2, 3]]).tolist()
    [1.0, nan]
    """
    claimed, true = np.asarray(shares, float), np.asarray(effects, float)
    if claimed.shape != true.shape:
        raise ValueError(f"shares are {claimed.shape} and effects {true.shape}")
    found = np.full(len(claimed), np.nan)
    for i, (a, b) in enumerate(zip(claimed, true, strict=True)):
        seen = np.isfinite(a) & np.isfinite(b)
        if seen.sum() >= least and np.ptp(a[seen]) and np.ptp(b[seen]):
            (found[i],) = rank_correlation(a[seen][None, None], b[seen][None, None])
    return found
