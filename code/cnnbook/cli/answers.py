"""What a trained model says of pictures, and how that is written down."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnbook._extras import extra
from cnnbook.files import printable, write_atomically

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnnbook.training.runs import Run

__all__ = ["Answer", "Asked", "answered", "paths_of", "tell", "write_answers", "write_text"]

_AT_A_TIME = 32


@dataclass(frozen=True)
class Answer:
    """What a model says of one picture.

    Examples
    --------
    >>> answer = Answer("cars/1.jpg", {"dena": 0.25, "saina": 0.75})
    >>> answer.caption, answer.as_json()["class"]
    ('cars/1.jpg: saina 75.0%', 'saina')
    """

    path: str
    probabilities: dict[str, float]

    @property
    def verdict(self) -> str:
        """The likeliest class, with its probability."""
        return f"{printable(self._likeliest)} {self.probabilities[self._likeliest]:.1%}"

    @property
    def caption(self) -> str:
        """The path, and the verdict."""
        return f"{printable(self.path)}: {self.verdict}"

    def as_json(self) -> dict[str, Any]:
        """Return the answer as `--json` writes it."""
        return {
            "path": self.path,
            "class": self._likeliest,
            "probability": self.probabilities[self._likeliest],
            "probabilities": self.probabilities,
        }

    @property
    def _likeliest(self) -> str:
        return max(self.probabilities, key=self.probabilities.__getitem__)


class Asked(NamedTuple):
    """Some pictures (n, size, size, 3) as the model sees them, and its answers.

    Examples
    --------
    >>> Asked._fields
    ('pictures', 'answers')
    """

    pictures: NDArray[np.uint8]
    answers: list[Answer]


def paths_of(given: argparse.Namespace) -> list[str]:
    """List the pictures that a command was given: files as they are, folders by what is in them.

    Raises
    ------
    ValueError
        If a folder holds no picture.

    Examples
    --------
    >>> paths_of(argparse.Namespace(images=["b.jpg", "a.jpg"]))
    ['b.jpg', 'a.jpg']
    """
    paths: list[str] = []
    for name in given.images:
        if not Path(name).is_dir():
            paths.append(name)
            continue
        found = sorted(str(path) for path in Path(name).rglob("*") if _looks_like_a_picture(path))
        if not found:
            raise ValueError(f"{printable(name)} holds no picture")
        paths += found
    return paths


def answered(run: Run, paths: Sequence[str]) -> Iterator[Asked]:
    """Ask a run's model about pictures, some at a time; those that cannot be read are named.

    Raises
    ------
    ValueError
        If none can be read, or the model's answers are no probabilities.

    Examples
    --------
    >>> from cnnbook.training.runs import Run
    >>> next(answered(Run(None, ("dena", "saina"), 32), ["nowhere.jpg"]))
    Traceback (most recent call last):
    ValueError: none of the pictures can be read
    """
    import numpy as np

    from cnnbook.training import class_probabilities

    some = False
    for start in range(0, len(paths), _AT_A_TIME):
        read = list(_readable(run, paths[start : start + _AT_A_TIME]))
        if not read:
            continue
        some = True
        pictures = np.stack([picture for _, picture in read])
        rows = class_probabilities(run.model.predict(pictures, verbose=0))
        yield Asked(
            pictures,
            [
                Answer(path, dict(zip(run.class_names, map(float, row), strict=True)))
                for (path, _), row in zip(read, rows, strict=True)
            ],
        )
    if not some:
        raise ValueError("none of the pictures can be read")


def tell(answers: Sequence[Answer], json_file: str | None) -> None:
    """Print one line an answer, unless stdout is for the JSON.

    Examples
    --------
    >>> tell([Answer("1.jpg", {"dena": 1.0})], None)
    1.jpg: dena 100.0%
    """
    if json_file != "-":
        for answer in answers:
            print(answer.caption)


def write_answers(path: str | None, answers: Sequence[Answer]) -> None:
    """Write answers as JSON to a file, or to stdout where the path is ``-``.

    Examples
    --------
    >>> write_answers("-", [])
    []
    """
    if path is None:
        return
    text = json.dumps([answer.as_json() for answer in answers], indent=1, ensure_ascii=False)
    if path == "-":
        print(text)
    else:
        write_text(path, text + "\n")


def write_text(path: str | Path, text: str) -> None:
    """Write a text in UTF-8, whole or not at all.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_text(Path(folder, "a.txt"), "ساینا")
    ...     Path(folder, "a.txt").read_text("utf-8")
    'ساینا'
    """
    with write_atomically(path) as temporary:
        temporary.write_bytes(text.encode("utf-8", "backslashreplace"))


def _looks_like_a_picture(path: Path) -> bool:
    from PIL import Image

    known = path.suffix.lower() in Image.registered_extensions()
    return known and path.is_file() and not path.name.startswith(".")


def _readable(run: Run, paths: Sequence[str]) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    with extra("models", "cnnbook"):
        from cnnbook.photos import ImageError

    for path in paths:
        try:
            yield path, run.read([path])[0]
        except ImageError as error:
            print(f"{printable(path)}: unreadable ({error.reason})", file=sys.stderr)
