"""Pictures that a cell has shown: files beside the page, and titles in the edition's language."""

import hashlib
import os
from base64 import b64decode
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from sphinx.environment import BuildEnvironment

from cell_results.labels import Labels, with_persian_numbers
from cnnbook.files import write_atomically

from .shown import picture, picture_title, pictures

MOST_COLUMNS = 3  # or a picture is less than 200 pixels wide in the column of the text
TINY = 400  # pixels: of these, such as kernels, there may be more in a row
SHARP = 6000  # pixels: pictures up to so many are magnified as a matrix is, not smoothed


class Grid(HTMLParser):
    """The pictures of a grid of `cnnbook.plotting`: their attributes and titles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.columns = 1
        self.images: list[dict[str, Any]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the grid's columns and each picture."""
        found = dict(attrs)
        if tag == "img":
            self.images.append({**found, "title": ""})
        elif "data-columns" in found:
            self.columns = int(found["data-columns"] or 1)

    def handle_data(self, data: str) -> None:
        """Add to the title of the last picture."""
        if self.images:
            self.images[-1]["title"] += data


def columns_of(grid: Grid) -> tuple[int, bool]:
    """Return how many pictures stand in a row, and whether they are tiny."""
    tiny = all(pixels(image) <= TINY for image in grid.images)
    return grid.columns if tiny else min(MOST_COLUMNS, grid.columns), tiny


def is_sharp(image: dict[str, Any]) -> bool:
    """Say whether a picture is magnified as a matrix is."""
    return pixels(image) <= SHARP


def pixels(image: dict[str, Any]) -> int:
    """Count the pixels of a picture."""
    return int(image["width"]) * int(image["height"])


def picture_nodes(
    text: str, alt: str, labels: Labels, place: str, folder: Path, env: BuildEnvironment
) -> pictures:
    """Write the pictures of a cell into `folder`, and return them as nodes."""
    grid = Grid(text)
    columns, tiny = columns_of(grid)
    whole = pictures(alt=alt, columns=columns, tiny=tiny)
    for image in grid.images:
        content = b64decode(image["src"].partition(",")[2])
        path = folder / f"{hashlib.sha256(content).hexdigest()[:16]}.webp"
        if not path.exists():  # written anew, it would have other pages that show it read again
            with write_atomically(path) as temporary:
                temporary.write_bytes(content)
        words = " ".join(labels(line, place) for line in image["title"].splitlines())
        uri = Path(os.path.relpath(path, Path(env.doc2path(env.docname)).parent)).as_posix()
        spoken = with_persian_numbers(words) if labels.is_persian else words
        size = int(image["width"]), int(image["height"])
        node = picture(uri=uri, alt=spoken or alt, sharp=is_sharp(image), size=size)
        if words:
            node += picture_title("", words)
        whole += node
    return whole
