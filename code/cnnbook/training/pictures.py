"""Photos at the size of training, each decoded once, however many epochs look at it."""

from __future__ import annotations

import math
import os
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnnbook.photos import Photos, read_image
from cnnbook.side_by_side import side_by_side

__all__ = ["read_once"]

_IN_MEMORY = 2**29  # bytes: 7,900 photos at 150 pixels; more of them lie on the disk


def read_once(photos: Photos, size: int, folder: str | Path) -> NDArray[np.uint8]:
    """Read all photos at one size, on all cores: (n, size, size, 3) uint8.

    Up to 512 MB are in memory. More are in a file without a name in ``folder``, of which the
    system keeps in memory what fits: no other program sees it, and it is gone when this one ends,
    however it ends. So there is nothing to check, to bound or to delete.

    Raises
    ------
    ImageError
        If a photo cannot be read.
    OSError
        If the disk is full.

    Examples
    --------
    >>> from cnnbook.cars import write_folder
    >>> from cnnbook.photos import load
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_folder(folder, n=5, seed=1, size=64)
    ...     pictures = read_once(load(folder), 32, folder)
    >>> pictures.shape, pictures.dtype
    ((5, 32, 32, 3), dtype('uint8'))
    """
    pictures = _room_for((len(photos), size, size, 3), Path(folder))

    def read(position: int) -> None:
        pictures[position] = read_image(photos.records[position].path, size=(size, size))

    for _ in side_by_side(read, range(len(photos))):
        pass
    return pictures


def _room_for(shape: tuple[int, ...], folder: Path) -> NDArray[np.uint8]:
    size = math.prod(shape)
    if size <= _IN_MEMORY:
        return np.empty(shape, np.uint8)
    with tempfile.TemporaryFile(dir=folder) as file:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, size)  # a full disk is an error, not a signal
        return np.asarray(np.memmap(file, np.uint8, "w+", shape=shape))
