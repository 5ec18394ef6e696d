"""One way to read a picture, for training and for explaining alike.

Libraries differ in what they do with a rotated, transparent or 16-bit file, and a network that was
trained through one loader and explained through another sees two different pictures.  Everything
in this package reads pictures here: right pixels, or an error that names the file.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

__all__ = ["ImageError", "read_image", "unreadable"]

_SIXTEEN_BIT = 65535


class ImageError(ValueError):
    """A file cannot be read as a picture; the message names the file and the reason.

    Examples
    --------
    >>> raise ImageError("cars/7.jpg: the file is empty")
    Traceback (most recent call last):
    cnnbook.photos.reading.ImageError: cars/7.jpg: the file is empty
    """


def read_image(path: str | PathLike[str], size: tuple[int, int] | None = None) -> NDArray[np.uint8]:
    """Read a picture as (h, w, 3) RGB, 0..255, the way up that it was taken.

    The content decides the format, not the file's name.  The EXIF orientation is applied;
    transparent pixels lie on white; palette, grey, CMYK and 16-bit pictures become 8-bit RGB
    (16-bit values are divided by 257, so that 65535 gives 255); of an animation the first frame
    is taken.

    Parameters
    ----------
    path
        The picture file.
    size
        ``(height, width)`` to resize to, bilinear; pixels are averaged when the picture shrinks.
        ``None`` keeps the picture's own size.

    Returns
    -------
    numpy.ndarray
        ``(h, w, 3)`` uint8, writable.

    Raises
    ------
    ImageError
        The file is missing, empty, truncated, not a picture, or holds pixels without a known
        range (floating-point or 32-bit TIFF).

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> Image.new("RGBA", (4, 2), (255, 0, 0, 0)).save(folder / "clear.png")
    >>> read_image(folder / "clear.png").shape
    (2, 4, 3)
    >>> read_image(folder / "clear.png", size=(1, 1)).tolist()      # fully transparent: white
    [[[255, 255, 255]]]
    """
    try:
        with Image.open(path) as picture:
            # Rotating also decodes: a truncated file fails here.
            upright = ImageOps.exif_transpose(picture)
            rgb = _on_white(_eight_bit(upright))
    except ImageError as error:
        raise ImageError(f"{path}: {error}") from None
    # Decoders raise anything on damaged bytes: OSError, SyntaxError, struct.error, ...
    except Exception as error:
        raise ImageError(f"{path}: {_reason(Path(path), error)}") from error
    if size is not None:
        height, width = size
        rgb = rgb.resize((width, height), Image.Resampling.BILINEAR)
    return np.array(rgb)


def unreadable(paths: Iterable[str | PathLike[str]]) -> dict[Path, str]:
    """Find the files that `read_image` refuses, with the reason for each.

    Every file is decoded completely, because a truncated picture still opens.  Run this before
    training: a single broken file otherwise stops an epoch somewhere in the middle.

    Parameters
    ----------
    paths
        The files to try.

    Returns
    -------
    dict
        ``{path: reason}`` of the unreadable files, in the order given; empty if all are fine.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> Image.new("RGB", (4, 4)).save(folder / "good.png")
    >>> _ = (folder / "page.jpg").write_text("<html>404</html>")
    >>> {path.name: reason for path, reason in unreadable(sorted(folder.iterdir())).items()}
    {'page.jpg': "not a picture: it begins with b'<html>404</html>'"}
    """
    with ThreadPoolExecutor() as pool:
        failures = pool.map(_failure, paths)
        return dict(failure for failure in failures if failure is not None)


def _failure(path: str | PathLike[str]) -> tuple[Path, str] | None:
    try:
        read_image(path)
    except ImageError as error:
        return Path(path), str(error).removeprefix(f"{path}: ")
    return None


def _eight_bit(picture: Image.Image) -> Image.Image:
    """Bring deep grey pictures to mode L; every other mode is 8 bits a channel already."""
    if picture.mode == "F":
        raise ImageError("floating-point pixels have no known range; save it as 8- or 16-bit")
    if not picture.mode.startswith("I"):
        return picture
    values: NDArray[Any] = np.asarray(picture, dtype=np.int64)
    if values.min() < 0 or values.max() > _SIXTEEN_BIT:
        raise ImageError("32-bit pixels have no known range; save it as 8- or 16-bit")
    return Image.fromarray(np.round(values / 257).astype(np.uint8))


def _on_white(picture: Image.Image) -> Image.Image:
    """Convert to RGB, transparent pixels on white rather than on whatever colour lies below."""
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    rgba = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")


def _reason(path: Path, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if path.is_file() and path.stat().st_size == 0:
        return "the file is empty"
    if isinstance(error, UnidentifiedImageError):
        with path.open("rb") as file:
            return f"not a picture: it begins with {file.read(16)!r}"
    return str(error)
