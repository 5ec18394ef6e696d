"""Share pictures out among training, validation and test: per class, repeatable, on paper.

Nothing is moved or copied: a split is three lists of positions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

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
    labels: ArrayLike | Sequence[Any],
    seed: int,
    fractions: tuple[float, float, float] = (0.8, 0.1, 0.1),
) -> Split:
    """Share out (n,) labels or records into train, validation and test, class by class.

    In each class of ``m`` pictures, ``round(0.1 m)`` go to test and to validation (at least one
    of each from three pictures on), the rest to training. Given records, files of equal content
    stay together: a photo that was saved twice must not be trained on and then tested. The result
    of records depends on their content and ``seed`` alone, not on the order of a directory listing.

    Parameters
    ----------
    labels : (n,) integers, or n records
        Records have ``.label`` and ``.sha256`` (see :func:`cnnbook.photos.load`).
    seed : int
    fractions : three floats
        Train, validation, test; they sum to 1.

    Returns
    -------
    Split

    Raises
    ------
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
    items: list[Any] = labels.tolist() if isinstance(labels, np.ndarray) else [*labels]  # type: ignore[misc]
    if not items:
        raise ValueError("there is nothing to split: no labels were given")
    if hasattr(items[0], "sha256"):
        classes = [item.label for item in items]
        contents = [item.sha256 for item in items]
    else:
        classes = [int(item) for item in items]
        contents = [f"{position:012d}" for position in range(len(items))]
    parts: tuple[list[int], list[int], list[int]] = ([], [], [])
    for label in sorted(set(classes)):
        groups: dict[str, list[int]] = {}
        for position, (own, content) in enumerate(zip(classes, contents, strict=True)):
            if own == label:
                groups.setdefault(content, []).append(position)
        _share_class(label, groups, seed, fractions, parts)
    return Split(*(np.array(sorted(part), np.int64) for part in parts))


def _share_class(
    label: int,
    groups: dict[str, list[int]],
    seed: int,
    fractions: tuple[float, float, float],
    parts: tuple[list[int], list[int], list[int]],
) -> None:
    """Deal the groups of one class to the three parts, test and validation first."""
    wanted = [0 if share == 0 else max(1, round(share * len(groups))) for share in fractions[1:]]
    if len(groups) <= sum(wanted):
        raise ValueError(
            f"class {label} has {len(groups)} different pictures; {sum(wanted) + 1} are needed for "
            "training, validation and test"
        )
    contents = sorted(groups)
    np.random.default_rng([seed, label]).shuffle(contents)
    validation, test = wanted
    for place, content in enumerate(contents):
        part = 2 if place < test else 1 if place < test + validation else 0
        parts[part].extend(groups[content])
