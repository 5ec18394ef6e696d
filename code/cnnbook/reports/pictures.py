"""A page of pictures: what a model says of them, and where it looks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from cnnbook.reports.page import image, name, paragraph, pieces_of_page
from cnnbook.reports.words import WORDS

__all__ = ["Figure", "pictures_page"]

Figure = tuple[Sequence[NDArray[np.uint8]], str]  # pictures (h, w, 3) and their caption


def pictures_page(title: str, figures: Iterable[Figure], note: str = "") -> Iterator[str]:
    """Show pictures (h, w, 3), one or more side by side above each caption, piece by piece.

    Examples
    --------
    >>> pieces = pictures_page("predictions", [([np.zeros((2, 2, 3), np.uint8)], "a <car>")])
    >>> "<figcaption><bdi>a &lt;car&gt;</bdi></figcaption>" in "".join(pieces)
    True
    """

    def body() -> Iterator[str]:
        yield paragraph(name(note)) if note else ""
        yield '<div class="gallery">'
        for pictures, caption in figures:
            row = "".join(f"<div>{image(picture, caption)}</div>" for picture in pictures)
            yield f'<figure><div class="row">{row}</div>'
            yield f"<figcaption>{name(caption)}</figcaption></figure>"
        yield "</div>"

    return pieces_of_page(WORDS[title][1], body(), "en")
