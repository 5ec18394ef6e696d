"""What the commands' arguments have in common."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = [
    "EXIT_STATUSES",
    "UsageError",
    "add_command",
    "add_group_by",
    "add_pictures",
    "at_least",
    "check_file_to_write",
    "import_keras",
    "silenced",
]

EXIT_STATUSES = """\
exit status: 0 done; 1 failed, or a picture could not be read; 2 wrong arguments; 130 interrupted
"""


class UsageError(ValueError):
    """The command was given wrongly.

    Examples
    --------
    >>> print(UsageError("--out must name a file"))
    --out must name a file
    """


def add_command(
    commands: Any,
    name: str,
    run: Callable[[argparse.Namespace], int | None],
    summary: str,
    text: str,
    way_on: str = "nothing is half-written, give the command again",
) -> Any:
    """Add a command that explains itself; ``way_on`` is said when it is interrupted.

    Examples
    --------
    >>> parser = argparse.ArgumentParser("cnnbook")
    >>> commands = parser.add_subparsers()
    >>> _ = add_command(commands, "nothing", lambda given: 0, "Do nothing.", "Quickly.")
    >>> parser.parse_args(["nothing"]).way_on
    'nothing is half-written, give the command again'
    """
    command = commands.add_parser(
        name,
        help=summary.replace("%", "%%"),  # argparse formats helps, not descriptions
        description=f"{summary}\n\n{text}",
        epilog=EXIT_STATUSES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(run_command=run, way_on=way_on)
    return command


def add_group_by(command: Any) -> None:
    """Add the argument that tells what belongs together in a split.

    Examples
    --------
    >>> parser = argparse.ArgumentParser()
    >>> add_group_by(parser)
    >>> parser.parse_args(["--group-by", "car[0-9]+"]).group_by
    'car[0-9]+'
    """
    command.add_argument(
        "--group-by",
        metavar="PATTERN|FILE.csv:COLUMN",
        help="photos that belong together stay in one part: those in whose paths this regular "
        "expression finds the same, or that have the same in this column of a CSV file "
        "(its column `path` names them)",
    )


def add_pictures(command: Any) -> None:
    """Add the arguments of the commands that ask a trained model about pictures.

    Examples
    --------
    >>> parser = argparse.ArgumentParser("cnnbook")
    >>> add_pictures(parser)
    >>> parser.parse_args(["--run", "run", "a.jpg", "b.jpg"]).images
    ['a.jpg', 'b.jpg']
    """
    command.add_argument("--run", required=True, metavar="RUN", help="a run folder of `train`")
    command.add_argument(
        "images", nargs="+", metavar="IMAGE", help="a picture, or a folder of pictures"
    )
    command.add_argument(
        "--json", metavar="FILE", help="also write the answers as JSON; - writes it alone to stdout"
    )


def at_least(smallest: int) -> Callable[[str], int]:
    """Return a type of arguments: an integer, this large or larger.

    Examples
    --------
    >>> at_least(1)("12")
    12
    >>> at_least(1)("-3")
    Traceback (most recent call last):
    argparse.ArgumentTypeError: must be a whole number of at least 1; got '-3'
    """

    def integer(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = smallest - 1
        if value < smallest:
            raise argparse.ArgumentTypeError(
                f"must be a whole number of at least {smallest}; got {text!r}"
            )
        return value

    return integer


def check_file_to_write(option: str, path: str | None) -> None:
    """Refuse, before anything is done, a name that cannot be a file to write.

    Raises
    ------
    UsageError
        If it is empty, ``-`` or a folder.

    Examples
    --------
    >>> try:
    ...     check_file_to_write("--html", "-")
    ... except UsageError as error:
    ...     print(error)
    --html must name a file; got '-'
    """
    if path is not None and (path in ("", "-") or path.endswith(os.sep) or Path(path).is_dir()):
        raise UsageError(f"{option} must name a file; got {path!r}")


@contextmanager
def silenced() -> Iterator[None]:
    """Keep back what C++ writes to stderr; a Python exception is heard all the same.

    TensorFlow's notices come before any setting of a log level is read, so only the file
    descriptor can keep them back.

    Examples
    --------
    >>> with silenced():
    ...     _ = os.write(2, b"a notice")
    """
    heard = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(heard, 2)
        os.close(heard)
        os.close(nowhere)


def import_keras(command: str) -> None:
    """Import Keras and its backend without the notices that TensorFlow writes when it starts.

    Examples
    --------
    >>> import_keras("train")
    """
    from cnnbook._extras import extra

    with silenced(), extra("models", f"cnnbook {command}"):
        import keras  # noqa: F401
