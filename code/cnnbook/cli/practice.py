"""``cnnbook practice``: a sheet of problems for each student, and the key."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

from cnnbook.cli.arguments import UsageError, add_command, at_least
from cnnbook.files import printable, write_folder_atomically
from cnnbook.practice import (
    DIFFICULTIES,
    TOPICS,
    answer_key,
    key_page,
    make_sheets,
    sheet_page,
)

__all__ = ["add", "run"]

_LONGEST_NAME = 80  # letters of a name that a file's name keeps


def add(commands: Any) -> None:
    """Add the command to a parser's commands.

    Examples
    --------
    >>> parser = argparse.ArgumentParser()
    >>> add(parser.add_subparsers())
    >>> parser.parse_args(["practice", "--students", "list.txt", "--out", "sheets"]).language
    'fa'
    """
    command = add_command(
        commands,
        "practice",
        run,
        "Make a sheet of problems for each student, with its own numbers, and the key.",
        "DIR gets sheet-001-NAME.html and so on, to print; key.html with every step; key.json.\n"
        "The same list and seed give the same sheets.",
    )
    command.add_argument(
        "--students", required=True, metavar="LIST", help="a text file (UTF-8), a name a line"
    )
    command.add_argument("--out", required=True, metavar="DIR", help="a new folder")
    command.add_argument("--seed", type=at_least(0), default=0)
    command.add_argument("--topics", nargs="+", choices=TOPICS, default=list(TOPICS))
    command.add_argument(
        "--difficulty", nargs="+", type=int, choices=DIFFICULTIES, default=list(DIFFICULTIES)
    )
    command.add_argument("--language", choices=("fa", "en"), default="fa", help="default: fa")


def run(given: argparse.Namespace) -> None:
    r"""Write the sheets.

    Examples
    --------
    >>> import contextlib, tempfile
    >>> asked = dict(seed=0, topics=["shapes"], difficulty=[1], language="en")
    >>> with contextlib.chdir(tempfile.mkdtemp()):
    ...     _ = Path("list.txt").write_text("Ada\nAlan\n")
    ...     run(argparse.Namespace(students="list.txt", out="sheets", **asked))
    ...     sorted(path.name for path in Path("sheets").iterdir())
    2 sheets and their key in sheets
    ['key.html', 'key.json', 'sheet-001-Ada.html', 'sheet-002-Alan.html']
    """
    students = _names(given.students)
    sheets = make_sheets(students, given.seed, given.topics, given.difficulty)
    with write_folder_atomically(given.out) as folder:
        for number, sheet in enumerate(sheets, 1):
            name = f"sheet-{number:03d}-{_file_name(sheet.student)}.html"
            (folder / name).write_text(sheet_page(sheet, given.language), "utf-8")
        (folder / "key.html").write_text(key_page(sheets, given.language), "utf-8")
        key = json.dumps(answer_key(sheets), ensure_ascii=False, indent=1)
        (folder / "key.json").write_text(key + "\n", "utf-8")
    print(f"{len(sheets)} sheets and their key in {printable(given.out)}")


def _names(path: str) -> list[str]:
    try:
        lines = Path(path).read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise UsageError(
            f"--students {printable(path)}: is no UTF-8 text; save it as UTF-8"
        ) from None
    names = [name for line in lines if (name := " ".join(line.split()))]
    if not names:
        raise UsageError(f"--students {printable(path)}: names nobody; write a name a line")
    return names


def _file_name(student: str) -> str:
    """Keep of a name what every file system takes."""
    return re.sub(r"[^\w\u200c-]+", "-", student)[:_LONGEST_NAME].strip("-") or "student"
