"""``cnnbook split``: share photos out, on paper."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from cnnbook._extras import extra
from cnnbook.cli.arguments import (
    add_command,
    add_group_by,
    at_least,
    check_file_to_write,
)
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
        "Nothing is moved. The manifest is a CSV file with the hash of each photo. Photos that\n"
        "look alike (copies, also resized, brightened, mirrored or cropped a little) stay in one\n"
        "part, and are named where they lie in two classes. The same photos and seed give the\n"
        "same split. `cnnbook train --manifest MANIFEST --data DIR` trains on it, as does\n"
        "`--data NEWDIR` on its copy.",
    )
    command.add_argument("folder", metavar="DIR", help="one sub-folder of photos a class")
    command.add_argument("--out", required=True, metavar="MANIFEST", help="the CSV file to write")
    command.add_argument("--seed", type=at_least(0), default=0)
    add_group_by(command)
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
    ...     run(argparse.Namespace(folder="cars", out="split.csv", seed=0, copy_to=None,
    ...         group_by=None))
    split.csv: 5 train, 5 validation, 5 test, 5 classes
    """
    check_file_to_write("--out", given.out)
    with extra("models", "cnnbook split"):
        from cnnbook.photos import Split, copy_split, load, share_out, write_manifest

    photos, parts, problems = share_out(load(given.folder), None, given.seed, given.group_by)
    for problem in problems:
        print(problem, file=sys.stderr)
    write_manifest(given.out, photos, parts)
    if given.copy_to:
        copy_split(photos, parts, given.copy_to)
    counts = [f"{len(part)} {name}" for name, part in zip(Split._fields, parts, strict=True)]
    print(f"{printable(given.out)}: {', '.join(counts)}, {len(photos.class_names)} classes")
