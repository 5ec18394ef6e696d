"""Write drawn cars as a folder tree like the real one."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from cnnbook.cars.drawing import draw
from cnnbook.cars.makes import CLASS_NAMES
from cnnbook.files import write_atomically

_AT_ONCE = 100


def write_folder(
    folder: str | Path, n: int, seed: int, size: int = 150, watermark: bool = False
) -> None:
    """Draw n pictures into folder/make/1.jpg, 2.jpg, ..., one hundred in memory at a time.

    Raises
    ------
    FileExistsError
        If the folder exists and is not empty.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_folder(folder, n=7, seed=1, size=64)
    ...     sorted(p.relative_to(folder).as_posix() for p in Path(folder).rglob("*.jpg"))[:3]
    ['iranKhodro_dena/1.jpg', 'iranKhodro_dena/2.jpg', 'kia_cerato/1.jpg']
    """
    root = Path(folder)
    if root.exists() and any(root.iterdir()):
        raise FileExistsError(f"{root} is not empty; give a new folder")
    for first in range(0, n, _AT_ONCE):
        last = min(first + _AT_ONCE, n)
        cars = draw(last - first, seed, size, watermark, start=first)
        for i, (image, label) in enumerate(zip(cars.images, cars.labels, strict=True), first):
            path = root / CLASS_NAMES[label] / f"{i // len(CLASS_NAMES) + 1}.jpg"
            with write_atomically(path) as temporary:
                Image.fromarray(image).save(temporary, quality=95)
