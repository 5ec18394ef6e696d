"""A page of pictures: what a model says of them, and where it looks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from cnnbook.reports.page import image, name, paragraph, path, pieces_of_page
from cnnbook.reports.words import WORDS

__all__ = ["Figure", "pictures_page"]

# Pictures (h, w, 3), the path of their file, and what is said of it.
Figure = tuple[Sequence[NDArray[np.uint8]], str, str]


def pictures_page(title: str, figures: Iterable[Figure], note: str = "") -> Iterator[str]:
    """Show pictures (h, w, 3), one or more side by side above each path, piece by piece.

    Examples
    --------
    >>> black = np.zeros((2, 2, 3), np.uint8)
    >>> page = "".join(pictures_page("predictions", [([black], "1.jpg", "<car>")]))
    >>> "<bdi>1.jpg</bdi></bdi>: <bdi>&lt;car&gt;</bdi></figcaption>" in page
    True
    """

    def body() -> Iterator[str]:
        yield paragraph(name(note)) if note else ""
        yield '<div class="gallery">'
        for pictures, file, verdict in figures:
            alt = f"{file}: {verdict}"
            row = "".join(f"<div>{image(picture, alt)}</div>" for picture in pictures)
            yield f'<figure><div class="row">{row}</div>'
            yield f"<figcaption>{path(file)}: {name(verdict)}</figcaption></figure>"
        yield "</div>"

    return pieces_of_page(WORDS[title][1], body(), "en")
