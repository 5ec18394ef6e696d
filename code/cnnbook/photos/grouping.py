"""Which photos belong together, so that none is trained on whose twin is tested.

A grouping is (n,) integers, one a photo; photos of one number go to one part of a split.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnbook._extras import extra
from cnnbook.files import printable
from cnnbook.photos.folders import Photos
from cnnbook.photos.problems import Problem
from cnnbook.photos.reading import read_image
from cnnbook.side_by_side import side_by_side

_SIDE = 16  # of a hash, in bits
_ALIKE = 48  # of its 256 bits may differ: see `group_alike`
_INSETS = (0, 0.025, 0.05)  # parts of each side that a copy may lack
_TILE = (128, 1024)  # photos compared with others at a time, whatever their number: 4 MB


def group_alike(photos: Photos) -> NDArray[np.int64]:
    """Group near-duplicates: saved again, resized, brightened, mirrored, cropped a little; (n,).

    Photos are alike if at most 48 of the 256 bits of their perceptual hashes differ, upright
    or mirrored, whole or without a margin. What is alike to the same photo is in one group.

    Measured on 120 drawn and 32 real photos, with the copies of ``tests/photos/test_grouping.py``:
    all that were saved at JPEG quality 30, halved, squeezed, made brighter, darker, grey or
    mirrored are found, 97 % of those that lack up to 3 % on each side, and 79 % of those that lack
    up to 5 %. Of 1,124,250 pairs of different drawn pictures none is taken for a copy where scenes
    vary (difficulty 0.6), and 31 where little but the car does (difficulty 0).

    References
    ----------
    Zauner, *Implementation and Benchmarking of Perceptual Image Hash Functions*, 2010, as
    ``imagehash.phash`` computes it.

    Raises
    ------
    ImageError
        If a photo cannot be read; see :func:`check`.
    ImportError
        If ImageHash is not installed; it comes with ``cnnbook[models]``.

    Examples
    --------
    >>> import tempfile
    >>> from cnnbook.cars import write_folder
    >>> from cnnbook.photos.folders import load
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_folder(folder, n=5, seed=1, size=96)
    ...     with Image.open(f"{folder}/mazda_3/1.jpg") as photo:
    ...         photo.resize((64, 64)).save(f"{folder}/mazda_3/2.jpg", quality=50)
    ...     group_alike(load(folder))
    array([0, 1, 2, 2, 4, 5])
    """
    hashes = np.empty((len(photos), 2 * len(_INSETS), _SIDE**2 // 8), np.uint8)
    of_each = side_by_side(_hashes, (record.path for record in photos.records))
    for position, own in enumerate(of_each):
        hashes[position] = own
    return _group_hashes(hashes)


def group_by_name(photos: Photos, pattern: str) -> NDArray[np.int64]:
    """Group photos by what a pattern finds in their paths; (n,).

    Parameters
    ----------
    photos : Photos
    pattern : str
        A regular expression, searched for in paths such as ``mazda_3/car7-front.jpg``. What its
        parentheses hold, or all that it finds, is the name of the group.

    Raises
    ------
    ValueError
        If it is no regular expression, or a path does not hold it.

    Examples
    --------
    >>> paths = [Path(name) for name in ("a/car1-front.jpg", "a/car2-front.jpg", "b/car1-rear.jpg")]
    >>> photos = Photos.of(Path("."), [(str(path.parent), path, "") for path in paths])
    >>> group_by_name(photos, r"car[0-9]+")
    array([0, 1, 0])
    """
    try:
        search = re.compile(pattern).search
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from None
    first: dict[tuple[str, ...], int] = {}
    groups = []
    for position, record in enumerate(photos.records):
        path = record.path.relative_to(photos.folder).as_posix()
        found = search(path)
        if found is None:
            raise ValueError(
                f"{pattern!r} is not found in {printable(path)}; each photo needs a group"
            )
        groups.append(first.setdefault(found.groups("") or (found[0],), position))
    return np.array(groups, np.int64)


def group_by_column(photos: Photos, file: str | Path, column: str) -> NDArray[np.int64]:
    r"""Group photos by a column of a CSV file whose column ``path`` names each photo; (n,).

    Paths are written as in a manifest, such as ``mazda_3/1.jpg``; more lines than photos are fine.

    Raises
    ------
    ValueError
        If the file has no such column, or a photo no line in it.

    Examples
    --------
    >>> import tempfile
    >>> paths = [Path(name) for name in ("a/1.jpg", "a/2.jpg", "b/1.jpg")]
    >>> photos = Photos.of(Path("."), [(str(path.parent), path, "") for path in paths])
    >>> with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
    ...     print("path,car", "a/1.jpg,red", "a/2.jpg,blue", "b/1.jpg,red", sep="\n", file=file)
    ...     file.flush()
    ...     group_by_column(photos, file.name, "car")
    array([0, 1, 0])
    """
    with Path(file).open(newline="", encoding="utf-8-sig") as lines:
        rows = csv.DictReader(lines)
        columns = list(rows.fieldnames or ())
        for needed in ("path", column):
            if needed not in columns:
                raise ValueError(
                    f"{printable(file)} has no column {needed!r}; it has {', '.join(columns)}"
                )
        value = {row["path"]: row[column] for row in rows}
    first: dict[str, int] = {}
    groups = []
    for position, record in enumerate(photos.records):
        path = record.path.relative_to(photos.folder).as_posix()
        if not value.get(path):
            raise ValueError(f"{printable(file)} has no {column} for {printable(path)}")
        groups.append(first.setdefault(value[path], position))
    return np.array(groups, np.int64)


def join_groups(*groupings: NDArray[np.int64]) -> NDArray[np.int64]:
    """Put together what any of the groupings puts together: each (n,) -> (n,).

    Examples
    --------
    >>> join_groups(np.array([0, 0, 2, 3]), np.array([7, 8, 8, 9]))
    array([0, 0, 0, 3])
    """
    groups = positions = np.arange(len(groupings[0]))
    for grouping in groupings:
        _, first, number = np.unique(grouping, return_index=True, return_inverse=True)
        groups = _joined(groups, positions, first[number])
    return groups


def doubtful_labels(photos: Photos, groups: NDArray[np.int64]) -> list[Problem]:
    """Name the photos of groups that lie in two classes: one of the labels is probably wrong.

    Examples
    --------
    >>> paths = [Path(name) for name in ("a/1.jpg", "b/2.jpg", "b/3.jpg")]
    >>> photos = Photos.of(Path("."), [(str(path.parent), path, "") for path in paths])
    >>> for problem in doubtful_labels(photos, np.array([0, 0, 2])):
    ...     print(problem)
    a/1.jpg: doubtful label (like b/2.jpg, which is in b)
    b/2.jpg: doubtful label (like a/1.jpg, which is in a)
    """
    members: dict[int, list[int]] = {}
    for position, group in enumerate(groups.tolist()):
        members.setdefault(group, []).append(position)
    problems = []
    for positions in members.values():
        records = [photos.records[position] for position in positions]
        first = records[0]
        foreign = next((record for record in records if record.label != first.label), None)
        if foreign is None:
            continue
        for own in records:
            other = foreign if own.label == first.label else first
            name = printable(photos.class_names[other.label])
            detail = f"like {printable(other.path)}, which is in {name}"
            problems.append(Problem(own.path, "doubtful label", detail))
    return problems


def _hashes(path: Path) -> NDArray[np.uint8]:
    """Hash a photo upright and mirrored, each whole and without margins: (6, 32), 8 bits a byte."""
    with extra("models", "group_alike"):  # nothing else in this room needs it
        from imagehash import phash

    upright = Image.fromarray(read_image(path, size=(128, 128))).convert("L")
    mirrored = upright.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    hashes = []
    for picture in (upright, mirrored):
        for inset in _INSETS:
            low, high = 128 * inset, 128 * (1 - inset)
            inner = picture.resize(
                (4 * _SIDE, 4 * _SIDE), Image.Resampling.LANCZOS, box=(low, low, high, high)
            )
            hashes.append(phash(inner, _SIDE).hash.ravel())
    return np.packbits(hashes, axis=1)


def _group_hashes(hashes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Group photos of which any hash of one is near the first of the other: (n, 6, 32) -> (n,)."""
    count, rows, columns = len(hashes), *_TILE
    least = _SIDE**2 - 2 * _ALIKE  # of the sum of products of signs, which is 256 - 2 * differing
    groups = np.arange(count)
    for top in range(0, count, rows):
        some = _signs(hashes[top : top + rows].reshape(-1, _SIDE**2 // 8))
        for left in range(0, count, columns):
            # One large product is far faster than many, and one of floats than one of integers.
            products = some @ _signs(hashes[left : left + columns, 0]).T
            likeness = products.reshape(-1, hashes.shape[1], products.shape[1]).max(axis=1)
            one, other = np.nonzero(likeness >= least)
            groups = _joined(groups, one + top, other + left)
    return groups


def _signs(hashes: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Unpack hashes, 8 bits a byte, to -1 and 1: (k, 32) -> (k, 256)."""
    return np.unpackbits(hashes, axis=1).astype(np.float32) * 2 - 1


def _joined(
    groups: NDArray[np.int64], one: NDArray[np.int64], other: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Join the groups of the positions of each pair, (k,) and (k,); a group's name is its first."""
    while True:
        apart = groups[one] != groups[other]
        if not apart.any():
            return groups
        one, other = one[apart], other[apart]
        name = np.arange(len(groups))  # that each group takes
        np.minimum.at(
            name,
            np.maximum(groups[one], groups[other]),
            np.minimum(groups[one], groups[other]),
        )
        while (name != name[name]).any():
            name = name[name]
        groups = name[groups]
