"""Write drawn cars as a folder tree like the real one."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from cnnbook.cars.drawing import draw, whole_number
from cnnbook.cars.makes import CLASS_NAMES
from cnnbook.files import write_folder_atomically

_AT_ONCE = 100


def write_folder(
    folder: str | Path, n: int, seed: int, size: int = 150, watermark: bool = False
) -> None:
    """Draw n pictures into folder/make/1.jpg, 2.jpg, ..., all of them or none.

    One hundred are in memory at a time.

    Raises
    ------
    FileExistsError
        If the folder exists and is not empty.
    TypeError, ValueError
        If ``n`` is below 1, and as :func:`draw`.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_folder(folder, n=7, seed=1, size=64)
    ...     sorted(p.relative_to(folder).as_posix() for p in Path(folder).rglob("*.jpg"))[:3]
    ['iranKhodro_dena/1.jpg', 'iranKhodro_dena/2.jpg', 'kia_cerato/1.jpg']
    """
    n = whole_number("n", n, least=1)
    with write_folder_atomically(folder) as root:
        for first in range(0, n, _AT_ONCE):
            cars = draw(min(_AT_ONCE, n - first), seed, size, watermark, start=first)
            for i, (image, label) in enumerate(zip(cars.images, cars.labels, strict=True), first):
                make = root / CLASS_NAMES[label]
                make.mkdir(exist_ok=True)
                path = make / f"{i // len(CLASS_NAMES) + 1}.jpg"
                Image.fromarray(image).save(path, quality=95)
