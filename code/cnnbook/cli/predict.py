"""``cnnbook predict``: name the class of pictures."""

from __future__ import annotations

import argparse
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cnnbook.cli.answers import Answer, answered, paths_of, tell, write_answers, write_pieces
from cnnbook.cli.arguments import (
    UsageError,
    add_command,
    add_pictures,
    check_file_to_write,
    import_keras,
)

if TYPE_CHECKING:
    from cnnbook.reports.pictures import Figure

__all__ = ["add", "run"]


def add(commands: Any) -> None:
    """Add the command to a parser's commands.

    Examples
    --------
    >>> parser = argparse.ArgumentParser()
    >>> add(parser.add_subparsers())
    >>> parser.parse_args(["predict", "--run", "run", "a.jpg"]).run
    'run'
    """
    command = add_command(
        commands,
        "predict",
        run,
        "Name the class of pictures, with the probability of each class.",
        "Probabilities are calibrated. A picture unlike those of the training is called so: its\n"
        "probabilities mean nothing. One that cannot be read is named; the others are still\n"
        "predicted (exit status 1).",
    )
    add_pictures(command)
    command.add_argument("--html", metavar="FILE", help="also write a page with the pictures")


def run(given: argparse.Namespace) -> int:
    """Predict; return 1 if a picture could not be read.

    Examples
    --------
    >>> run(argparse.Namespace(html="-", json=None))
    Traceback (most recent call last):
    cnnbook.cli.arguments.UsageError: --html must name a file; got '-'
    """
    check_file_to_write("--html", given.html)
    if given.json != "-":
        check_file_to_write("--json", given.json)
    if given.html is not None and given.html == given.json:
        raise UsageError("--html and --json must name two files")
    import_keras("predict")
    from cnnbook.reports import pictures_page
    from cnnbook.training.runs import open_run

    opened, paths = open_run(given.run), paths_of(given)
    answers: list[Answer] = []

    def figures() -> Iterator[Figure]:
        """Ask about some pictures at a time; only the answers are kept."""
        for asked in answered(opened, paths):
            tell(asked.answers, given.json)
            answers.extend(asked.answers)
            for picture, answer in zip(asked.pictures, asked.answers, strict=True):
                yield [picture], answer.path, answer.verdict

    if given.html is None:
        deque(figures(), maxlen=0)
    else:
        write_pieces(given.html, pictures_page("predictions", figures()))
    write_answers(given.json, opened, answers)
    return int(len(answers) < len(paths))
