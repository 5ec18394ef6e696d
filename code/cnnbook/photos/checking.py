"""Find what is wrong with photos before training, by name."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

from cnnbook.files import printable
from cnnbook.photos.folders import Photo, Photos
from cnnbook.photos.problems import Problem
from cnnbook.photos.reading import ImageError, read_reduced
from cnnbook.side_by_side import side_by_side

_SMALLEST = 32  # pixels; below it there is no lamp left to see

# Compared at full size: what a telephone's camera takes. Larger JPEGs would take gigabytes.
_COMPARED = 2**24


def check(photos: Photos) -> list[Problem]:
    """Find unreadable, tiny, mislabelled and duplicate files, by name, before training.

    Photos are compared by a hash of their upright RGB pixels, so that a copy saved again without
    loss is found too; JPEGs of more than 16 million pixels by those of a half, a quarter or an
    eighth of their sides, which finds copies of the file and those without its EXIF data.
    "mislabelled" means that the same photo lies in the folders of two classes: one of them must be
    wrong, so both are named. The second copy within one class is a "duplicate". A class all of
    whose photos have a problem is named too. First comes what :func:`load` left out.

    Examples
    --------
    >>> from cnnbook.cars import write_folder
    >>> from cnnbook.photos.folders import load
    >>> import shutil, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_folder(folder, n=10, seed=1, size=64)
    ...     _ = shutil.copy(f"{folder}/mazda_3/1.jpg", f"{folder}/kia_cerato/9.jpg")
    ...     _ = Path(f"{folder}/mazda_3/broken.jpg").write_text("<html>404</html>")
    ...     problems = check(load(folder))
    >>> sorted((p.path.name, p.kind) for p in problems)
    [('1.jpg', 'mislabelled'), ('9.jpg', 'mislabelled'), ('broken.jpg', 'unreadable')]
    """
    problems: list[Problem] = []
    same_pixels: dict[bytes, list[Photo]] = {}
    contents = side_by_side(_content, (record.path for record in photos.records))
    for record, content in zip(photos.records, contents, strict=True):
        if isinstance(content, Problem):
            problems.append(content)
        else:
            same_pixels.setdefault(content, []).append(record)
    for group in same_pixels.values():
        problems += _copies(group, photos.class_names)
    return [*photos.left_out, *problems, *_emptied(photos, problems)]


def _content(path: Path) -> bytes | Problem:
    """Hash the pixels of a photo, or say what is wrong with it."""
    try:
        pixels = read_reduced(path, _COMPARED)
    except ImageError as error:
        return Problem(path, "unreadable", error.reason)
    h, w, _ = pixels.shape
    if min(h, w) < _SMALLEST:
        return Problem(path, "tiny", f"{w}x{h} pixels")
    digest = hashlib.sha256(f"{w}x{h}:".encode())
    digest.update(pixels.data)
    return digest.digest()


def _copies(group: list[Photo], names: tuple[str, ...]) -> list[Problem]:
    """Name the photos of equal pixels that cannot stay."""
    classes = sorted({printable(names[record.label]) for record in group})
    if len(classes) > 1:
        detail = f"the same photo is in {' and '.join(classes)}"
        return [Problem(record.path, "mislabelled", detail) for record in group]
    detail = f"the same photo as {printable(group[0].path)}"
    return [Problem(record.path, "duplicate", detail) for record in group[1:]]


def _emptied(photos: Photos, problems: list[Problem]) -> list[Problem]:
    """Name the classes all of whose photos have a problem."""
    bad = {problem.path for problem in problems}
    all_of, bad_of = (
        Counter(r.label for r in photos.records if every or r.path in bad)
        for every in (True, False)
    )
    return [
        Problem(photos.folder / name, "empty class", f"none of its {all_of[label]} photos is left")
        for label, name in enumerate(photos.class_names)
        if bad_of[label] == all_of[label]
    ]
