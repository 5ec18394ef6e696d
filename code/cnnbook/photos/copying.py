"""A split as folders."""

from __future__ import annotations

import shutil
from pathlib import Path

from cnnbook.files import printable, write_folder_atomically
from cnnbook.photos.folders import Photos
from cnnbook.photos.splitting import Split


def copy_split(photos: Photos, parts: Split, destination: str | Path) -> None:
    """Copy the photos into destination/train/class/..., all of them or none.

    The folders that the homework asks for; :func:`write_manifest` does without a copy.

    Raises
    ------
    FileExistsError
        If the destination exists and is not empty.
    ValueError
        If two photos of a class in one part have the same name.

    Examples
    --------
    >>> from cnnbook.cars import write_folder
    >>> from cnnbook.photos.folders import load
    >>> from cnnbook.photos.splitting import split
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_folder(f"{folder}/all", n=50, seed=1, size=64)
    ...     photos = load(f"{folder}/all")
    ...     copy_split(photos, split(photos, seed=1), f"{folder}/data")
    ...     len(list(Path(folder).glob("data/train/*/*.jpg")))
    40
    """
    with write_folder_atomically(destination) as root:
        for part, record in zip(parts.names(), photos.records, strict=True):
            copy = root / part / photos.class_names[record.label] / record.path.name
            if copy.exists():
                raise ValueError(
                    f"{printable(record.path)}: {printable(copy.relative_to(root))} is taken by a "
                    "photo from another folder; rename one of the two"
                )
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(record.path, copy)
