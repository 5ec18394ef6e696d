"""One way to read a picture, for training and for explaining alike.

Libraries differ in what they do with a rotated, transparent or 16-bit file, and a network that was
trained through one loader and explained through another sees two different pictures.  Everything
in this package reads pictures here: right pixels, or an error that names the file.
"""

from collections.abc import Callable, Iterable
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from cnnbook.files import printable
from cnnbook.side_by_side import side_by_side

__all__ = ["ImageError", "read_image", "read_reduced", "unreadable"]

_SIXTEEN_BIT = 65535
_DIVISORS = (1, 2, 4, 8)  # by which libjpeg can divide the sides of a picture while decoding

# Brands of the ISO base media container, https://mp4ra.org/registered-types/brands
_HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_AVIF = frozenset({b"avif", b"avis"})


class ImageError(ValueError):
    """A file cannot be read as a picture; the message names the file and the reason.

    Attributes
    ----------
    path : Path
    reason : str

    Examples
    --------
    >>> print(ImageError("cars/7.jpg", "the file is empty"))
    cars/7.jpg: the file is empty
    """

    def __init__(self, path: str | PathLike[str], reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = Path(path), reason

    def __str__(self) -> str:
        return f"{printable(self.path)}: {self.reason}"


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
        A JPEG that is at least four times as large is halved while it is decoded, as long as twice
        the size remains.
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
    if size is None:
        return np.array(_decoded(path))
    height, width = size
    enough = 2 * max(*size, 1)
    rgb = _decoded(
        path, lambda w, h: max((d for d in _DIVISORS if d * enough <= min(w, h)), default=1)
    )
    return np.array(rgb.resize((width, height), Image.Resampling.BILINEAR))


def read_reduced(path: str | PathLike[str], pixels: int) -> NDArray[np.uint8]:
    """Read a picture at its own size, or a JPEG at a half, a quarter or an eighth of its sides.

    A reduced picture costs the memory of its reduced size, yet all of the file is decoded, so that
    a truncated one is found.

    Parameters
    ----------
    path
        The picture file.
    pixels
        A JPEG of more is reduced until it has no more, or to an eighth.

    Returns
    -------
    numpy.ndarray
        ``(h, w, 3)`` uint8, as `read_image` returns it.

    Raises
    ------
    ImageError
        As `read_image`.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "large.jpg")
    >>> Image.new("RGB", (640, 480)).save(path)
    >>> read_reduced(path, pixels=80_000).shape
    (240, 320, 3)
    """
    return np.array(
        _decoded(
            path, lambda w, h: min((d for d in _DIVISORS if w * h <= pixels * d * d), default=8)
        )
    )


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
    failures = side_by_side(_failure, paths)
    return {failure.path: failure.reason for failure in failures if failure is not None}


def _failure(path: str | PathLike[str]) -> ImageError | None:
    try:
        read_reduced(path, pixels=1)
    except ImageError as error:
        return error
    return None


def _decoded(
    path: str | PathLike[str], divisor: Callable[[int, int], int] = lambda w, h: 1
) -> Image.Image:
    """Decode an upright RGB picture; ``divisor`` tells from a JPEG's sides what divides them."""
    try:
        with Image.open(path) as picture:
            w, h = picture.size
            divided = divisor(w, h)
            picture.draft(None, (w // divided, h // divided))
            # Rotating also decodes: a truncated file fails here.
            ImageOps.exif_transpose(picture, in_place=True)
            return _on_white(_eight_bit(picture))
    # Decoders raise anything on damaged bytes: OSError, SyntaxError, struct.error, ...
    except Exception as error:
        raise ImageError(path, _reason(Path(path), error)) from error


def _eight_bit(picture: Image.Image) -> Image.Image:
    """Bring deep grey pictures to mode L; every other mode is 8 bits a channel already."""
    if picture.mode == "F":
        raise ValueError("floating-point pixels have no known range; save it as 8- or 16-bit")
    if not picture.mode.startswith("I"):
        return picture
    values: NDArray[Any] = np.asarray(picture, dtype=np.int64)
    if values.min() < 0 or values.max() > _SIXTEEN_BIT:
        raise ValueError("32-bit pixels have no known range; save it as 8- or 16-bit")
    return Image.fromarray(np.round(values / 257).astype(np.uint8))


def _on_white(picture: Image.Image) -> Image.Image:
    """Convert to RGB, transparent pixels on white rather than on whatever colour lies below."""
    if not picture.has_transparency_data:
        return picture if picture.mode == "RGB" else picture.convert("RGB")
    rgba = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")


def _reason(path: Path, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if path.is_file() and path.stat().st_size == 0:
        return "the file is empty"
    if isinstance(error, UnidentifiedImageError):
        with path.open("rb") as file:
            return _foreign(file.read(64))
    return str(error)


def _foreign(beginning: bytes) -> str:
    """Say what a file is that Pillow does not know, by its first bytes."""
    if beginning[4:8] == b"ftyp":
        brands = {beginning[8:12], *(beginning[i : i + 4] for i in range(16, 64, 4))}
        if brands & _AVIF:
            return "an AVIF picture, and this Pillow was built without AVIF; save it as JPEG"
        if brands & _HEIC:
            return "a HEIC picture, which Pillow cannot read; save it as JPEG"
    return f"not a picture: it begins with {beginning[:16]!r}"
