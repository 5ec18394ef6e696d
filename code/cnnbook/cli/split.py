"""``cnnbook split``: share photos out, on paper."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from cnnbook._extras import extra
from cnnbook.cli.arguments import add_command, at_least, check_file_to_write
from cnnbook.files import printable

__all__ = ["add", "run"]


def add(commands: Any) -> None:
    """Add the command to a parser's commands.

    Examples
    --------
    >>> parser = argparse.ArgumentParser()
    >>> add(parser.add_subparsers())
    >>> parser.parse_args(["split", "cars", "--out", "split.csv"]).seed
    0
    """
    command = add_command(
        commands,
        "split",
        run,
        "Share photos out: 80 % to train, 10 % to validation, 10 % to test, class by class.",
        "Nothing is moved. The manifest is a CSV file with the hash of each photo; files of equal\n"
        "content stay in one part. The same photos and seed give the same split.",
    )
    command.add_argument("folder", metavar="DIR", help="one sub-folder of photos a class")
    command.add_argument("--out", required=True, metavar="MANIFEST", help="the CSV file to write")
    command.add_argument("--seed", type=at_least(0), default=0)
    command.add_argument(
        "--copy-to", metavar="NEWDIR", help="also copy the photos to NEWDIR/train/class/..."
    )


def run(given: argparse.Namespace) -> None:
    """Split the folder.

    Examples
    --------
    >>> import contextlib, tempfile
    >>> from cnnbook import cars
    >>> with contextlib.chdir(tempfile.mkdtemp()):
    ...     cars.write_folder("cars", n=15, seed=1, size=32)
    ...     run(argparse.Namespace(folder="cars", out="split.csv", seed=0, copy_to=None))
    split.csv: 5 train, 5 validation, 5 test, 5 classes
    """
    check_file_to_write("--out", given.out)
    with extra("models", "cnnbook split"):
        from cnnbook.photos import Split, check, copy_split, load, split, write_manifest

    photos = load(given.folder)
    problems = check(photos)
    for problem in problems:
        print(problem, file=sys.stderr)
    photos = photos.without(problems)
    parts = split(photos, seed=given.seed)
    write_manifest(given.out, photos, parts)
    if given.copy_to:
        copy_split(photos, parts, given.copy_to)
    counts = [f"{len(part)} {name}" for name, part in zip(Split._fields, parts, strict=True)]
    print(f"{printable(given.out)}: {', '.join(counts)}, {len(photos.class_names)} classes")
