"""What a trained model says of pictures, and how that is written down."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnbook._extras import extra
from cnnbook.files import printable, write_atomically

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnnbook.training.runs import Run, Said

__all__ = [
    "SCHEMA",
    "Answer",
    "Asked",
    "answered",
    "paths_of",
    "tell",
    "write_answers",
    "write_pieces",
    "write_text",
]

SCHEMA = 1  # of the JSON; answers.schema.json holds it too
_AT_A_TIME = 32


@dataclass(frozen=True)
class Answer:
    """What a model says of one picture.

    Attributes
    ----------
    path : str
    probabilities : dict
        ``{class: calibrated probability}``.
    likeness : float
        To the photos of the training; see :func:`cnnbook.training.unlike.likeness`.
    unlike : bool, optional
        Whether it is unlike them, so that the probabilities mean nothing; None if unknown.

    Examples
    --------
    >>> answer = Answer("cars/1.jpg", {"dena": 0.25, "saina": 0.75}, 0.98, False)
    >>> answer.caption, answer.as_json()["class"]
    ('cars/1.jpg: saina 75.0%', 'saina')
    >>> Answer("bird.jpg", {"dena": 0.25, "saina": 0.75}, 0.31, True).caption
    "bird.jpg: saina 75.0% (unlike the training's photos)"
    """

    path: str
    probabilities: dict[str, float]
    likeness: float
    unlike: bool | None

    @property
    def verdict(self) -> str:
        """The likeliest class, with its probability, and a warning where it means nothing."""
        likeliest = f"{printable(self._likeliest)} {self.probabilities[self._likeliest]:.1%}"
        return likeliest + " (unlike the training's photos)" * bool(self.unlike)

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
            "likeness": self.likeness,
            "unlike": self.unlike,
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
    from cnnbook.photos import looks_like_a_picture

    paths: list[str] = []
    for name in given.images:
        if not Path(name).is_dir():
            paths.append(name)
            continue
        found = sorted(
            str(path)
            for path in Path(name).rglob("*")
            if looks_like_a_picture(path) and path.is_file()
        )
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
    >>> run = Run(None, ("dena", "saina"), 32, {}, None)
    >>> next(answered(run, ["nowhere.jpg"]))
    Traceback (most recent call last):
    ValueError: none of the pictures can be read
    """
    import numpy as np

    some = False
    for start in range(0, len(paths), _AT_A_TIME):
        read = list(_readable(run, paths[start : start + _AT_A_TIME]))
        if not read:
            continue
        some = True
        pictures = np.stack([picture for _, picture in read])
        yield Asked(pictures, _answers(run, [path for path, _ in read], run.ask(pictures)))
    if not some:
        raise ValueError("none of the pictures can be read")


def tell(answers: Sequence[Answer], json_file: str | None) -> None:
    """Print one line an answer, unless stdout is for the JSON.

    Examples
    --------
    >>> tell([Answer("1.jpg", {"dena": 1.0}, 0.9, False)], None)
    1.jpg: dena 100.0%
    """
    if json_file != "-":
        for answer in answers:
            print(answer.caption)


def write_answers(
    path: str | None, run: Run, answers: Sequence[Answer], layer: str | None = None
) -> None:
    """Write answers as JSON to a file, or to stdout where the path is ``-``.

    ``layer`` is the one that was explained. ``answers.schema.json``, beside this module, says what
    is written; ``schema`` in it grows when something changes its meaning or goes.

    Examples
    --------
    >>> from cnnbook.training.runs import Run
    >>> import contextlib, io
    >>> scores = {"log_loss": 0.5, "calibration_error": 0.1}
    >>> unlike = {"below": None, "false_alarms": {}}
    >>> metrics = {"run_id": "0a1b", "temperature": 1.5, "unlike": unlike, "uncalibrated": scores}
    >>> with contextlib.redirect_stdout(io.StringIO()) as written:
    ...     write_answers("-", Run(None, ("dena", "saina"), 32, metrics | scores, None), [])
    >>> told = json.loads(written.getvalue())
    >>> told["schema"], told["run"]["id"], told["layer"], told["answers"]
    (1, '0a1b', None, [])
    """
    if path is None:
        return
    told = {
        "schema": SCHEMA,
        "run": {
            "id": run.metrics["run_id"],
            "classes": run.class_names,
            "size": run.size,
            "temperature": run.metrics["temperature"],
            "unlike_below": run.metrics["unlike"]["below"],
            "of_test_photos": _of_test_photos(run.metrics),
        },
        "layer": layer,
        "answers": [answer.as_json() for answer in answers],
    }
    # Written piece by piece: the whole text would take more memory than the answers do.
    pieces = chain(json.JSONEncoder(indent=1, ensure_ascii=False).iterencode(told), ["\n"])
    if path == "-":
        sys.stdout.writelines(pieces)
    else:
        write_pieces(path, pieces)


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
    write_pieces(path, [text])


def write_pieces(path: str | Path, pieces: Iterable[str]) -> None:
    """Write a text, piece by piece as they come, in UTF-8, whole or not at all.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_pieces(Path(folder, "a.txt"), (word for word in ("سا", "ینا")))
    ...     Path(folder, "a.txt").read_text("utf-8")
    'ساینا'
    """
    with (
        write_atomically(path) as temporary,
        temporary.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file,
    ):
        file.writelines(pieces)


def _of_test_photos(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """Tell what calibration and the threshold do on the photos that nothing was fitted on."""
    told: dict[str, Any] = {
        name: {"before": metrics["uncalibrated"][name], "after": metrics[name]}
        for name in ("log_loss", "calibration_error")
    }
    return told | {"called_unlike": metrics["unlike"]["false_alarms"].get("on_test")}


def _answers(run: Run, paths: Sequence[str], said: Said) -> list[Answer]:
    unlike = [None] * len(paths) if said.unlike is None else map(bool, said.unlike)
    return [
        Answer(path, dict(zip(run.class_names, map(float, row), strict=True)), float(near), far)
        for path, row, near, far in zip(
            paths, said.probabilities, said.likeness, unlike, strict=True
        )
    ]


def _readable(run: Run, paths: Sequence[str]) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    with extra("models", "cnnbook"):
        from cnnbook.photos import ImageError, why_raw

    for path in paths:
        try:
            if (reason := why_raw(Path(path))) is not None:
                raise ImageError(path, reason)
            yield path, run.read([path])[0]
        except ImageError as error:
            print(f"{printable(path)}: unreadable ({error.reason})", file=sys.stderr)
