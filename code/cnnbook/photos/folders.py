"""Photos in a folder tree, one folder a class."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnnbook.files import printable
from cnnbook.photos.listing import list_classes
from cnnbook.photos.problems import Problem
from cnnbook.photos.reading import read_image


class Photo(NamedTuple):
    """One photo: where it is, its class, and the hash of its bytes.

    Examples
    --------
    >>> Photo(Path("mazda_3/1.jpg"), 2, "00ff").label
    2
    """

    path: Path
    label: int
    sha256: str


@dataclass(frozen=True)
class Photos:
    """The photos of a folder tree.

    Attributes
    ----------
    folder : Path
    class_names : tuple of str
        The names of the sub-folders, sorted; each has a photo.
    records : tuple of Photo
    left_out : tuple of Problem
        What else lies in the folder, each with its reason.

    Examples
    --------
    >>> from cnnbook.cars import write_folder
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_folder(folder, n=10, seed=1, size=64)
    ...     photos = load(folder)
    ...     pictures = photos.read(np.array([0, 9]), size=32)
    >>> len(photos), photos.labels
    (10, array([0, 0, 1, 1, 2, 2, 3, 3, 4, 4]))
    >>> pictures.shape, pictures.dtype
    ((2, 32, 32, 3), dtype('uint8'))
    """

    folder: Path
    class_names: tuple[str, ...]
    records: tuple[Photo, ...]
    left_out: tuple[Problem, ...] = field(default=(), compare=False)

    def __len__(self) -> int:
        return len(self.records)

    @classmethod
    def of(
        cls,
        folder: Path,
        photos: Iterable[tuple[str, Path, str]],
        left_out: Iterable[Problem] = (),
    ) -> Photos:
        """Gather photos, given as (class, path, sha256), and number their classes by name.

        Listing, leaving out and replaying all number here: what has no photo is no class.

        Raises
        ------
        ValueError
            If the photos are of fewer than two classes.

        Examples
        --------
        >>> photos = [("b", Path("b/1.jpg"), "01"), ("a", Path("a/1.jpg"), "02")]
        >>> Photos.of(Path("."), photos).labels
        array([1, 0])
        """
        listed, problems = list(photos), tuple(left_out)
        names = tuple(sorted({name for name, _, _ in listed}))
        if len(names) < 2:
            raise ValueError(_too_few_classes(folder, names, problems))
        numbers = {name: number for number, name in enumerate(names)}
        records = tuple(Photo(path, numbers[name], sha256) for name, path, sha256 in listed)
        return cls(folder, names, records, problems)

    @property
    def labels(self) -> NDArray[np.int64]:
        """Class of each photo, (n,)."""
        return np.array([record.label for record in self.records], np.int64)

    def read(self, positions: NDArray[np.int64], size: int) -> NDArray[np.uint8]:
        """Read photos at these positions: (b,) -> (b, size, size, 3) uint8."""
        return np.stack([read_image(self.records[i].path, size=(size, size)) for i in positions])

    def without(self, problems: Sequence[Problem]) -> Photos:
        """Leave out the files that these problems name, and the classes of which none remains.

        Raises
        ------
        ValueError
            If fewer than two classes remain.

        Examples
        --------
        >>> names = ("a", "b", "c")
        >>> records = [(name, Path(name, "1.jpg"), "00") for name in names]
        >>> photos = Photos.of(Path("."), records)
        >>> remaining = photos.without([Problem(Path("b/1.jpg"), "tiny", "9x9 pixels")])
        >>> remaining.class_names, remaining.labels
        (('a', 'c'), array([0, 1]))
        """
        bad = {problem.path for problem in problems}
        kept = (
            (self.class_names[record.label], record.path, record.sha256)
            for record in self.records
            if record.path not in bad
        )
        return Photos.of(self.folder, kept, dict.fromkeys((*self.left_out, *problems)))


def load(folder: str | Path) -> Photos:
    """List the photos of a folder tree, one sub-folder a class.

    Nothing is decoded: 2,100 photos are listed and hashed in a second. :func:`check` reads them.
    Whatever is not taken for a photo is in ``left_out``, with its reason.

    Raises
    ------
    FileNotFoundError
        If the folder does not exist.
    ValueError
        If it has fewer than two sub-folders with photos.

    Examples
    --------
    >>> load("nowhere")
    Traceback (most recent call last):
    FileNotFoundError: no folder 'nowhere'; give one that holds a sub-folder of photos a class
    """
    root = Path(folder)
    if not os.fspath(folder) or not root.is_dir():
        raise FileNotFoundError(
            f"no folder '{printable(folder)}'; give one that holds a sub-folder of photos a class"
        )
    classes, left_out = list_classes(root)
    photos = [(name, path, sha256(path)) for name, paths in classes.items() for path in paths]
    return Photos.of(root, photos, left_out)


def sha256(path: Path) -> str:
    """Return the hash of a file's bytes, in hexadecimal digits.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile() as empty:
    ...     sha256(Path(empty.name))[:8]
    'e3b0c442'
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _too_few_classes(folder: Path, names: tuple[str, ...], left_out: tuple[Problem, ...]) -> str:
    found = ", ".join(map(printable, names)) or "none"
    told = [str(problem) for problem in left_out[:3]]
    more = [f"{len(left_out) - 3} more"] if len(left_out) > 3 else []
    return (
        f"{printable(folder)} has photos of {len(names)} classes ({found}), and a classifier needs "
        "two or more, each in a sub-folder" + "; left out: " * bool(told) + ", ".join(told + more)
    )
