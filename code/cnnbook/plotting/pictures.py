"""Photographs, drawn cars and maps: pictures of their own beside each other, as WebP."""

import base64
import html
import io
from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray
from PIL import Image

QUALITY = 85
LOSSLESS = 6000  # pixels: a picture of no more is seen pixel by pixel


def show_images(
    images: Sequence[ArrayLike] | NDArray[Any],
    titles: Sequence[str] | None = None,
    columns: int = 3,
) -> "Pictures":
    """Show images ``(n, h, w, 3)`` or maps ``(n, h, w)`` in a grid.

    Parameters
    ----------
    images : sequence of array_like
        Integers 0..255 or floats 0..1. A map ``(h, w)`` is shown in grey, 0 black.
    titles : sequence of str, optional
        One title an image; the book translates each of its lines.
    columns : int
        Images in a row.

    Returns
    -------
    Pictures
        The pictures, which a notebook displays; ``figure()`` is one that can be saved.

    Raises
    ------
    ValueError
        If there is no image, or not one title an image.

    Examples
    --------
    >>> pictures = show_images(np.zeros((3, 8, 8, 3)), titles=["a", "b", "c"])
    >>> len(pictures.images), pictures.images[0].dtype
    (3, dtype('uint8'))
    """
    titles = [""] * len(images) if titles is None else list(titles)
    if not len(images) or len(titles) != len(images):
        raise ValueError(f"show_images got {len(images)} images and {len(titles)} titles.")
    return Pictures([_bytes(image) for image in images], titles, min(columns, len(images)))


class Pictures:
    """Images ``(h, w)`` or ``(h, w, 3)`` of bytes with their titles; see `show_images`.

    Examples
    --------
    >>> pictures = Pictures([np.zeros((8, 8), np.uint8)], ["black"], columns=1)
    >>> pictures
    A picture.
    """

    def __init__(
        self, images: Sequence[NDArray[np.uint8]], titles: Sequence[str], columns: int
    ) -> None:
        self.images, self.titles, self.columns = list(images), list(titles), columns

    def __repr__(self) -> str:
        """Say how many there are."""
        return "A picture." if len(self.images) == 1 else f"{len(self.images)} pictures."

    def _repr_html_(self) -> str:
        """Write the pictures as a grid, each with its bytes."""
        pieces = [
            f'<figure style="margin: 0"><img width="{image.shape[1]}" height="{image.shape[0]}" '
            f'style="width: 100%; height: auto" alt="{html.escape(title)}" '
            f'src="data:image/webp;base64,{_webp(image)}">'
            f"<figcaption>{html.escape(title)}</figcaption></figure>"
            for image, title in zip(self.images, self.titles, strict=True)
        ]
        style = f"display: grid; grid-template-columns: repeat({self.columns}, 200px); gap: 0.5em"
        grid = f'<div class="cnnbook-pictures" data-columns="{self.columns}" style="{style}">'
        return f"{grid}{''.join(pieces)}</div>"

    def figure(self) -> Figure:
        """Draw the pictures on one figure, which can be saved as a file.

        Examples
        --------
        >>> len(show_images(np.zeros((3, 8, 8))).figure().axes)
        3
        """
        rows = -(-len(self.images) // self.columns)
        figure = Figure(figsize=(1.9 * self.columns, 2.1 * rows), layout="constrained")
        for index, (image, title) in enumerate(zip(self.images, self.titles, strict=True)):
            ax = figure.add_subplot(rows, self.columns, index + 1)
            ax.imshow(image, cmap="gray", vmin=0, vmax=255)
            ax.set_title(title, fontsize=9, parse_math=False)
            ax.axis("off")
        return figure


def signed_picture(values: ArrayLike, limit: float) -> NDArray[np.uint8]:
    """Colour signed values ``(h, w)``: white is zero, red positive, blue negative.

    Parameters
    ----------
    values : array_like, shape (h, w)
        The values.
    limit : float
        Magnitude of the strongest colours; larger ones are shown as it.

    Returns
    -------
    ndarray of uint8, shape (h, w, 3)
        The colours.

    Examples
    --------
    >>> red, white, blue = signed_picture([[400, 0, -400]], limit=400)[0]
    >>> red[0] > red[2], white.min() > 240, blue[2] > blue[0]
    (np.True_, np.True_, np.True_)
    """
    shares = np.clip(np.asarray(values, float) / limit, -1, 1) / 2 + 0.5
    colours = np.asarray(matplotlib.colormaps["RdBu_r"](shares, bytes=True))
    return colours[..., :3].astype(np.uint8)


def _bytes(image: ArrayLike) -> NDArray[np.uint8]:
    """Return an image as bytes: integers as they are, floats as shares of white."""
    array: NDArray[Any] = np.asarray(image)
    if array.ndim not in (2, 3):
        raise ValueError(f"An image has axes (h, w) or (h, w, channels); got shape {array.shape}.")
    if array.dtype.kind == "f":
        array = np.round(255 * np.clip(array, 0, 1))
    elif array.dtype.kind == "b":
        array = 255 * array.astype(np.uint8)
    clipped: NDArray[np.uint8] = np.clip(array, 0, 255).astype(np.uint8)
    return clipped


def _webp(image: NDArray[np.uint8]) -> str:
    """Write an image as WebP, small ones, which are magnified, without any loss."""
    stream = io.BytesIO()
    lossless = image.shape[0] * image.shape[1] <= LOSSLESS
    Image.fromarray(image).save(stream, "WEBP", quality=QUALITY, method=6, lossless=lossless)
    return base64.b64encode(stream.getvalue()).decode()
