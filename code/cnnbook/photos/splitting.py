"""Share pictures out among training, validation and test: per class, repeatable, on paper.

Nothing is moved or copied: a split is three lists of positions.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnbook.files import printable
from cnnbook.photos.folders import Photos

__all__ = ["Split", "split"]


class Split(NamedTuple):
    """Positions of the pictures of each part, in increasing order.

    Examples
    --------
    >>> parts = Split(*map(np.array, ([0, 1], [2], [3])))
    >>> parts.names()
    ['train', 'train', 'validation', 'test']
    """

    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    test: NDArray[np.int64]

    def names(self) -> list[str]:
        """Return the name of the part of every picture."""
        names = [""] * sum(len(part) for part in self)
        for name, part in zip(self._fields, self, strict=True):
            for position in part:
                names[position] = name
        return names


def split(
    labels: ArrayLike | Photos,
    seed: int,
    fractions: tuple[float, float, float] = (0.8, 0.1, 0.1),
) -> Split:
    """Share out (n,) labels or photos into train, validation and test, class by class.

    In each class of ``m`` pictures, ``round(0.1 m)`` go to test and to validation (at least one
    of each from three pictures on), the rest to training. Given photos, files of equal content
    stay together: a photo that was saved twice must not be trained on and then tested. The result
    of photos depends on their content and ``seed`` alone, not on the order of a directory listing.

    Parameters
    ----------
    labels : (n,) integers, or :class:`Photos`
    seed : int
    fractions : three floats
        Train, validation, test; they sum to 1.

    Returns
    -------
    Split

    Raises
    ------
    TypeError
        If the labels are no integers.
    ValueError
        If the fractions do not sum to 1, or a class is too small to be shared out.

    Examples
    --------
    >>> labels = np.repeat([0, 1], [50, 20])
    >>> parts = split(labels, seed=1)
    >>> [len(part) for part in parts]
    [56, 7, 7]
    >>> np.bincount(labels[parts.test])
    array([5, 2])
    """
    if min(fractions) < 0 or abs(sum(fractions) - 1) > 1e-9:
        raise ValueError(f"fractions must be three parts of 1; got {fractions}")
    if isinstance(labels, Photos):
        classes = labels.labels.tolist()
        contents = [record.sha256 for record in labels.records]
        names = {label: printable(name) for label, name in enumerate(labels.class_names)}
    else:
        given = np.asarray(labels)
        if given.size and given.dtype.kind not in "iu":
            raise TypeError(f"labels must be integers; got {given.dtype}")
        classes = given.tolist()
        contents = [f"{position:012d}" for position in range(len(classes))]
        names = {label: str(label) for label in classes}
    if not classes:
        raise ValueError("there is nothing to split: no labels were given")
    parts: tuple[list[int], list[int], list[int]] = ([], [], [])
    for label in sorted(set(classes)):
        groups: dict[str, list[int]] = {}
        for position, (own, content) in enumerate(zip(classes, contents, strict=True)):
            if own == label:
                groups.setdefault(content, []).append(position)
        wanted = [
            0 if share == 0 else max(1, round(share * len(groups))) for share in fractions[1:]
        ]
        if len(groups) <= sum(wanted):
            raise ValueError(
                f"class {names[label]} has {len(groups)} different pictures; {sum(wanted) + 1} are "
                "needed for training, validation and test"
            )
        _deal(groups, wanted, np.random.default_rng([seed, label]), parts)
    return Split(*(np.array(sorted(part), np.int64) for part in parts))


def _deal(
    groups: dict[str, list[int]],
    wanted: list[int],
    rng: np.random.Generator,
    parts: tuple[list[int], list[int], list[int]],
) -> None:
    """Deal the groups of one class to the three parts, test and validation first."""
    contents = sorted(groups)
    rng.shuffle(contents)
    validation, test = wanted
    for place, content in enumerate(contents):
        part = 2 if place < test else 1 if place < test + validation else 0
        parts[part].extend(groups[content])
