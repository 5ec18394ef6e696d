"""A page of pictures: what a model says of them, and where it looks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from cnnbook.reports.page import image, name, page, paragraph
from cnnbook.reports.words import WORDS

__all__ = ["pictures_page"]


def pictures_page(
    title: str, figures: Iterable[tuple[Sequence[NDArray[np.uint8]], str]], note: str = ""
) -> str:
    """Show pictures (h, w, 3), one or more side by side above each caption.

    Examples
    --------
    >>> page = pictures_page("predictions", [([np.zeros((2, 2, 3), np.uint8)], "a <car>")])
    >>> "<figcaption><bdi>a &lt;car&gt;</bdi></figcaption>" in page
    True
    """
    shown = []
    for pictures, caption in figures:
        row = "".join(f"<div>{image(picture, caption)}</div>" for picture in pictures)
        shown.append(
            f'<figure><div class="row">{row}</div><figcaption>{name(caption)}</figcaption></figure>'
        )
    body = [paragraph(name(note))] if note else []
    return page(WORDS[title][1], [*body, f'<div class="gallery">{"".join(shown)}</div>'], "en")
