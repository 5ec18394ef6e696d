"""Photos that somebody has split already: train, validation and test as folders."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from cnnbook.files import printable
from cnnbook.photos.folders import Photos, sha256
from cnnbook.photos.listing import list_classes
from cnnbook.photos.problems import Problem
from cnnbook.photos.splitting import Split

_PARTS = {"train": "train", "test": "test", "validation": "validation"}
_PARTS |= {"val": "validation", "valid": "validation"}  # as other programs call it


def load_parted(folder: str | Path) -> Photos:
    """List the photos of train/class/..., validation/class/... and test/class/....

    Such a tree is made by :func:`copy_split`; validation may be called val or valid.
    :func:`parts_by_folder` tells the part of each photo, also when some have been left out.

    Raises
    ------
    FileNotFoundError
        If one of the three is missing.
    ValueError
        If a class is not in all of them, or there are fewer than two.

    Examples
    --------
    >>> import tempfile
    >>> from cnnbook.cars import write_folder
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for part, seed in (("train", 1), ("val", 2), ("test", 3)):
    ...         write_folder(f"{folder}/{part}", n=5, seed=seed, size=32)
    ...     photos = load_parted(folder)
    >>> len(photos.class_names), parts_by_folder(photos).names()[4:6]
    (5, ['train', 'validation'])
    """
    root = Path(folder)
    found = _part_folders(root)
    listed: list[tuple[str, Path, str]] = []
    left_out = [
        Problem(path, "left out", "beside the folders train, validation and test")
        for path in sorted(root.iterdir(), key=lambda path: path.name)
        if path not in found.values()
    ]
    classes_of: dict[str, set[str]] = {}
    for part in Split._fields:
        classes, problems = list_classes(found[part])
        listed += [(name, path, sha256(path)) for name, paths in classes.items() for path in paths]
        left_out += problems
        classes_of[part] = set(classes)
    for part, classes_there in classes_of.items():
        for missing in sorted(set().union(*classes_of.values()) - classes_there):
            raise ValueError(f"{printable(found[part])} has no photo of class {printable(missing)}")
    return Photos.of(root, listed, left_out)


def parts_by_folder(photos: Photos) -> Split:
    """Tell the part of each photo of :func:`load_parted` from its folder.

    Examples
    --------
    >>> paths = [Path("train/a/1.jpg"), Path("val/b/2.jpg"), Path("test/a/3.jpg")]
    >>> parts_by_folder(Photos.of(Path("."), [(p.parent.name, p, "") for p in paths])).names()
    ['train', 'validation', 'test']
    """
    parts = [_PARTS[r.path.relative_to(photos.folder).parts[0]] for r in photos.records]
    return Split(*(np.flatnonzero(np.array(parts) == part) for part in Split._fields))


def _part_folders(root: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for name, part in _PARTS.items():
        if (root / name).is_dir():
            if part in found:
                raise ValueError(f"{printable(root)} has both {found[part].name} and {name}")
            found[part] = root / name
    for part in Split._fields:
        if part not in found:
            raise FileNotFoundError(
                f"no folder {part} in '{printable(root)}'; give one that holds train, validation "
                "and test, each with a sub-folder of photos a class"
            )
    return found
