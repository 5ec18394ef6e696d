"""The commands of ``cnnbook``, one file each."""

from __future__ import annotations

import argparse
import io
import os
import sys
import warnings
from collections.abc import Sequence
from typing import NoReturn

from cnnbook import __version__
from cnnbook.cli import draw, explain, export, practice, predict, report, split, train
from cnnbook.cli.arguments import EXIT_STATUSES, UsageError

__all__ = ["main", "program"]

_DESCRIPTION = """\
Train a classifier on a folder of photos, one sub-folder a class, and ask it why.

A first session, without any photo of your own:

  cnnbook draw cars --images 500 --seed 1          # a folder tree of five drawn makes
  cnnbook split cars --out split.csv               # what would be trained and tested on
  cnnbook train --data cars --size 96 --out run
  cnnbook predict --run run cars/mazda_3/1.jpg
  cnnbook explain --run run cars/mazda_3/*.jpg --out why.png
  cnnbook report run --lang fa --out run.html
  cnnbook export run --to tflite --out cars.tflite

And, for a class, a sheet of problems for each name of a list:

  cnnbook practice --students names.txt --out sheets

Each command explains itself: cnnbook train --help
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; an error is one line on stderr.

    0: done; 1: it failed, or a picture could not be read; 2: the command was given wrongly;
    130: interrupted.

    Examples
    --------
    >>> import contextlib, tempfile
    >>> with contextlib.chdir(tempfile.mkdtemp()):
    ...     status = main(["draw", "cars", "--images", "5", "--size", "32"])
    5 pictures in cars
    >>> status
    0
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name may be no text at all
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # Pillow says so of a JPEG that is decoded at an eighth, too; beyond twice the limit it refuses.
    warnings.filterwarnings("ignore", "Image size .* exceeds limit")
    given = _parser().parse_args(arguments)
    given.arguments = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return int(given.run_command(given) or 0)
    except UsageError as error:
        return _fail(given.command, str(error), status=2)
    except (ValueError, OSError, ImportError, RuntimeError, ArithmeticError) as error:
        return _fail(given.command, str(error), status=1)
    except KeyboardInterrupt:
        return _fail(given.command, f"interrupted; {given.way_on}", status=130)


def program() -> NoReturn:
    """Run the command that was typed, and end the process with its status.

    One that failed ends without taking the interpreter down: TensorFlow's threads may still be
    reading photos by Python, and would crash in it or wait for it for ever.

    Examples
    --------
    >>> from unittest.mock import patch
    >>> with patch("sys.argv", ["cnnbook", "--version"]):
    ...     program()
    Traceback (most recent call last):
    SystemExit: 0
    """
    status = main()
    if status:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    sys.exit()


def _fail(command: str, message: str, status: int) -> int:
    print(f"cnnbook {command}: {' '.join(message.split())}", file=sys.stderr)
    return status


class _OneLine(argparse.ArgumentParser):
    """A parser whose errors are one line, as all errors of the commands are."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    parser = _OneLine(
        "cnnbook",
        description=_DESCRIPTION,
        epilog=EXIT_STATUSES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"cnnbook {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in (draw, split, train, predict, explain, report, export, practice):
        command.add(commands)
    return parser
