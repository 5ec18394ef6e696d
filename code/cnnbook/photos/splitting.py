"""Share pictures out among training, validation and test: per class, repeatable, on paper.

Nothing is moved or copied: a split is three lists of positions.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnbook.files import printable
from cnnbook.photos.folders import Photos
from cnnbook.photos.grouping import join_groups

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
    groups: ArrayLike | None = None,
) -> Split:
    """Share out (n,) labels or photos into train, validation and test, class by class.

    In each class of ``m`` pictures, ``round(0.1 m)`` go to test and to validation (at least one
    of each from three pictures on), the rest to training. Given photos, files of equal content
    stay together: a photo that was saved twice must not be trained on and then tested. So do
    pictures of one group; then groups are counted and dealt instead of pictures, one that lies in
    several classes once. The result of photos depends on their content, groups and ``seed`` alone,
    not on the order of a directory listing.

    Parameters
    ----------
    labels : (n,) integers, or :class:`Photos`
    seed : int
    fractions : three floats
        Train, validation, test; they sum to 1.
    groups : (n,) integers, optional
        As from :func:`group_alike` or :func:`group_by_name`.

    Returns
    -------
    Split

    Raises
    ------
    TypeError
        If the labels are no integers.
    ValueError
        If the fractions do not sum to 1, a class is too small to be shared out, or there are more
        or fewer groups than pictures.

    Examples
    --------
    >>> labels = np.repeat([0, 1], [50, 20])
    >>> parts = split(labels, seed=1)
    >>> [len(part) for part in parts]
    [56, 7, 7]
    >>> np.bincount(labels[parts.test])
    array([5, 2])
    >>> parts = split(labels, seed=1, groups=np.arange(70) // 2)  # pairs stay together
    >>> parts.test
    array([ 2,  3, 40, 41, 64, 65])
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
    dealt = _by_class(classes, contents, groups)
    what = "different pictures" if groups is None else "groups of pictures"
    parts: tuple[list[int], list[int], list[int]] = ([], [], [])
    for label, own in dealt.items():
        wanted = [0 if share == 0 else max(1, round(share * len(own))) for share in fractions[1:]]
        if len(own) <= sum(wanted):
            raise ValueError(
                f"class {names[label]} has {len(own)} {what}; {sum(wanted) + 1} are "
                "needed for training, validation and test"
            )
        _deal(own, wanted, np.random.default_rng([seed, label]), parts)
    return Split(*(np.array(sorted(part), np.int64) for part in parts))


def _by_class(
    classes: list[int], contents: list[str], groups: ArrayLike | None
) -> dict[int, dict[str, list[int]]]:
    """Give each group to the class of its least content, which also is its name."""
    groupings = [np.unique(contents, return_inverse=True)[1]]
    if groups is not None:
        groupings.append(np.asarray(groups))
        if groupings[1].shape != (len(classes),):
            raise ValueError(
                f"{len(classes)} pictures need as many groups; got {groupings[1].shape}"
            )
    members: dict[int, list[int]] = {}
    for position, group in enumerate(join_groups(*groupings).tolist()):
        members.setdefault(group, []).append(position)
    dealt: dict[int, dict[str, list[int]]] = {label: {} for label in sorted(set(classes))}
    for positions in members.values():
        content, label = min((contents[position], classes[position]) for position in positions)
        dealt[label][content] = positions
    return dealt


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
