"""``cnnbook draw``: a folder tree of drawn cars."""

from __future__ import annotations

import argparse
from typing import Any

from cnnbook._extras import extra
from cnnbook.cli.arguments import add_command, at_least
from cnnbook.files import printable

__all__ = ["add", "run"]


def add(commands: Any) -> None:
    """Add the command to a parser's commands.

    Examples
    --------
    >>> parser = argparse.ArgumentParser()
    >>> add(parser.add_subparsers())
    >>> parser.parse_args(["draw", "cars"]).images
    500
    """
    command = add_command(
        commands,
        "draw",
        run,
        "Draw cars into DIR/make/1.jpg, 2.jpg, ...",
        "Five makes that differ in lamps, grille, wheels, and in boot or hatch.\n"
        "The same seed draws the same pictures.",
    )
    command.add_argument("folder", metavar="DIR", help="a new folder")
    command.add_argument("--images", type=at_least(1), default=500, help="how many (default 500)")
    command.add_argument("--seed", type=at_least(0), default=0)
    command.add_argument(
        "--size", type=at_least(1), default=150, help="side in pixels (default 150)"
    )
    command.add_argument(
        "--watermark", action="store_true", help="stamp a dealer's mark that betrays the make"
    )


def run(given: argparse.Namespace) -> None:
    """Draw the folder.

    Examples
    --------
    >>> import contextlib, tempfile
    >>> asked = argparse.Namespace(folder="cars", images=5, seed=0, size=32, watermark=False)
    >>> with contextlib.chdir(tempfile.mkdtemp()):
    ...     run(asked)
    5 pictures in cars
    """
    with extra("models", "cnnbook draw"):
        from cnnbook.cars import write_folder

    write_folder(given.folder, given.images, given.seed, given.size, given.watermark)
    print(f"{given.images} pictures in {printable(given.folder)}")
