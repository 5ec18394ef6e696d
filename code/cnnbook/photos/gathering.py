"""From what a person has, a folder tree or a split of one, to photos in three parts.

Three things can be had: a folder with one sub-folder a class, which is split here; a folder with
train, validation and test in it; and a folder with a manifest that tells the part of each photo.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from cnnbook.files import printable
from cnnbook.photos.checking import check
from cnnbook.photos.folders import Photos, load
from cnnbook.photos.grouping import (
    doubtful_labels,
    group_alike,
    group_by_column,
    group_by_name,
    join_groups,
)
from cnnbook.photos.manifest import read_manifest
from cnnbook.photos.parted import load_parted, parts_by_folder
from cnnbook.photos.problems import Problem
from cnnbook.photos.splitting import Split, split

__all__ = ["Gathered", "find", "is_left_out", "share_out"]

_STAY = ("doubtful label", "leak")  # problems to look at; the photo is used all the same


class Gathered(NamedTuple):
    """Photos that may be trained on, their parts, and all problems, of those left out too.

    Examples
    --------
    >>> Gathered._fields
    ('photos', 'parts', 'problems')
    """

    photos: Photos
    parts: Split
    problems: tuple[Problem, ...]


def find(folder: str | Path, manifest: str | Path | None = None) -> tuple[Photos, Split | None]:
    """List photos, and their parts if somebody has split them already.

    A folder is split already if its sub-folder ``train`` holds folders and no photo of its own.

    Raises
    ------
    FileNotFoundError, ValueError
        As :func:`load`, :func:`load_parted` and :func:`read_manifest`.

    Examples
    --------
    >>> import tempfile
    >>> from cnnbook.cars import write_folder
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_folder(f"{folder}/cars", n=5, seed=1, size=32)
    ...     photos, parts = find(f"{folder}/cars")
    >>> len(photos), parts
    (5, None)
    """
    if manifest is not None:
        return read_manifest(manifest, folder)
    if _is_parted(Path(folder)):
        photos = load_parted(folder)
        return photos, parts_by_folder(photos)
    return load(folder), None


def share_out(
    photos: Photos, parts: Split | None, seed: int, group_by: str | None = None
) -> Gathered:
    """Check photos, and split them so that no photo is trained on whose twin is tested.

    Near-duplicates (:func:`group_alike`) stay in one part. If they lie in two classes, they are
    used, and told as doubtful labels. Parts that somebody has made stay as they are; a twin in
    another part is told as a leak.

    Parameters
    ----------
    photos : Photos
    parts : Split or None
        As :func:`find` returns them.
    seed : int
    group_by : str, optional
        What else belongs together: a pattern for :func:`group_by_name`, or FILE.csv:COLUMN for
        :func:`group_by_column`.

    Raises
    ------
    ValueError
        If a class is too small to be shared out, or ``group_by`` is given with ``parts``.

    Examples
    --------
    >>> import tempfile
    >>> from PIL import Image, ImageOps
    >>> from cnnbook.cars import write_folder
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_folder(folder, n=50, seed=1, size=96)
    ...     with Image.open(f"{folder}/mazda_3/1.jpg") as photo:
    ...         ImageOps.mirror(photo).save(f"{folder}/mazda_3/mirrored.jpg", quality=50)
    ...     shared = share_out(*find(folder), seed=0)
    >>> names = [record.path.name for record in shared.photos.records]
    >>> one, other = names.index("mirrored.jpg") - 10, names.index("mirrored.jpg")
    >>> names[one], shared.parts.names()[one] == shared.parts.names()[other]
    ('1.jpg', True)
    """
    if parts is not None and group_by is not None:
        raise ValueError("group_by decides a split; these photos are split already")
    problems = check(photos)
    remaining = photos.without(problems)
    groups = group_alike(remaining)
    problems += doubtful_labels(remaining, groups)
    if parts is None:
        if group_by is not None:
            groups = join_groups(groups, _grouped(remaining, group_by))
        return Gathered(remaining, split(remaining, seed, groups=groups), tuple(problems))
    part_of = {r.path: name for r, name in zip(photos.records, parts.names(), strict=True)}
    names = np.array([part_of[record.path] for record in remaining.records])
    for part in Split._fields:
        if not (names == part).any():
            raise ValueError(f"no photo of the {part} part is left")
    problems += _leaks(remaining, names.tolist(), groups.tolist())
    return Gathered(
        remaining,
        Split(*(np.flatnonzero(names == part) for part in Split._fields)),
        tuple(problems),
    )


def is_left_out(problem: Problem) -> bool:
    """Tell whether a photo with this problem is left out, or used and worth a look.

    Examples
    --------
    >>> is_left_out(Problem(Path("a.jpg"), "doubtful label", "like b.jpg, which is in b"))
    False
    """
    return problem.kind not in _STAY


def _grouped(photos: Photos, group_by: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    file, _, column = group_by.rpartition(":")
    if file.lower().endswith(".csv"):
        return group_by_column(photos, file, column)
    return group_by_name(photos, group_by)


def _is_parted(folder: Path) -> bool:
    train = folder / "train"
    if not train.is_dir():
        return False
    inside = [path for path in train.iterdir() if not path.name.startswith(".")]
    return bool(inside) and all(path.is_dir() for path in inside)


def _leaks(photos: Photos, names: list[str], groups: list[int]) -> list[Problem]:
    """Name the photos of validation and test whose twin is in an earlier part."""
    order = {part: place for place, part in enumerate(Split._fields)}
    first: dict[int, int] = {}
    for position in sorted(range(len(names)), key=lambda position: order[names[position]]):
        first.setdefault(groups[position], position)
    return [
        Problem(
            record.path,
            "leak",
            f"like {printable(photos.records[first[group]].path)}, "
            f"which is in {names[first[group]]}",
        )
        for record, name, group in zip(photos.records, names, groups, strict=True)
        if names[first[group]] != name
    ]
