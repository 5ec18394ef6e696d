"""Which files of a folder tree are photos of which class, and why the others are not."""

from __future__ import annotations

import os
from pathlib import Path

from cnnbook.files import printable
from cnnbook.photos.problems import Problem

_ENDINGS = frozenset(
    {
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".bmp", ".gif", ".webp"),
        *(".tif", ".tiff", ".avif"),
    }
)
_HEIC = frozenset({".heic", ".heif", ".hif"})
_RAW = frozenset(
    {
        *(".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dng", ".erf", ".iiq", ".kdc", ".mrw", ".nef"),
        *(".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf", ".srw", ".x3f"),
    }
)


def list_classes(root: Path) -> tuple[dict[str, list[Path]], list[Problem]]:
    """List the photos in each sub-folder, and every file and folder that is none, with its reason.

    A photo is known by the ending of its name; nothing is opened. A link is what it leads to.

    Examples
    --------
    >>> import tempfile
    >>> root = Path(tempfile.mkdtemp())
    >>> (root / "mazda_3").mkdir()
    >>> for name in ("1.jpg", "2.heic"):
    ...     (root / "mazda_3" / name).touch()
    >>> classes, left_out = list_classes(root)
    >>> {name: [path.name for path in photos] for name, photos in classes.items()}
    {'mazda_3': ['1.jpg']}
    >>> [(problem.path.name, problem.detail) for problem in left_out]
    [('2.heic', 'a HEIC picture, which Pillow cannot read; save it as JPEG')]
    """
    classes: dict[str, list[Path]] = {}
    left_out: list[Problem] = []

    def keep(paths: list[Path], reasons: list[str | None]) -> list[Path]:
        pairs = list(zip(paths, reasons, strict=True))
        left_out.extend(Problem(path, "left out", why) for path, why in pairs if why)
        return [path for path, why in pairs if not why]

    inside = _inside(root)
    for folder in keep(inside, [_why_no_class(path, root) for path in inside]):
        inside = _inside(folder)
        photos = keep(inside, [_why_no_photo(path) for path in inside])
        if photos:
            classes[folder.name] = photos
        else:
            left_out.append(Problem(folder, "empty class", "no photo in it"))
    return classes, left_out


def looks_like_a_picture(path: Path) -> bool:
    """Tell whether a name's ending is a picture's, also of a kind that cannot be read.

    Examples
    --------
    >>> [looks_like_a_picture(Path(name)) for name in ("a.JPG", "a.heic", "a.txt", ".a.jpg")]
    [True, True, False, False]
    """
    known = path.suffix.lower() in _ENDINGS | _HEIC | _RAW
    return known and not path.name.startswith(".")


def why_raw(path: Path) -> str | None:
    """Say why a camera's raw file is none of the pictures; None of another file.

    Pillow would read the small preview in it.

    Examples
    --------
    >>> why_raw(Path("a.NEF")), why_raw(Path("a.jpg"))
    ("a camera's raw file; develop it and save it as JPEG", None)
    """
    is_raw = path.suffix.lower() in _RAW
    return "a camera's raw file; develop it and save it as JPEG" if is_raw else None


def _inside(folder: Path) -> list[Path]:
    return sorted(folder.iterdir(), key=lambda path: path.name)


def _why_no_class(path: Path, root: Path) -> str | None:
    if (reason := _why_nothing(path)) is not None:
        return reason
    if not path.is_dir():
        return "beside the classes' folders; a photo belongs into one of them"
    if path.is_symlink():
        here, there = root.resolve(), path.resolve()
        if there == here or there in here.parents:
            return "a link to the folder that holds it"
        if there.parent == here:
            return f"a link to the class {printable(there.name)}"
    return None


def _why_no_photo(path: Path) -> str | None:
    if (reason := _why_nothing(path)) is not None:
        return reason
    if path.is_dir():
        photos = sum(Path(name).suffix.lower() in _ENDINGS
                     for _, _, names in os.walk(path) for name in names)  # fmt: skip
        return f"a folder in a class's folder; move its photos ({photos}) up into the class"
    if not path.is_file():
        return "neither a file nor a folder"
    ending = path.suffix.lower()
    if ending in _ENDINGS:
        return None
    if ending in _HEIC:
        return "a HEIC picture, which Pillow cannot read; save it as JPEG"
    if (reason := why_raw(path)) is not None:
        return reason
    what = f"the ending {printable(ending)} is none of a photo's" if ending else "no ending"
    return f"{what}; a photo needs one of its format, such as .jpg"


def _why_nothing(path: Path) -> str | None:
    if path.name.startswith("."):
        return "its name begins with a dot"
    if path.is_symlink() and not path.exists():
        if os.path.islink(os.path.realpath(path)):
            return "a link to itself"
        return f"a link to {printable(os.readlink(path))}, which does not exist"
    return None
