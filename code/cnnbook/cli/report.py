"""``cnnbook report``: a page on a run that one can hand over."""

from __future__ import annotations

import argparse
from typing import Any

from cnnbook.cli.answers import write_text
from cnnbook.cli.arguments import add_command, check_file_to_write, import_keras
from cnnbook.files import printable

__all__ = ["add", "run"]


def add(commands: Any) -> None:
    """Add the command to a parser's commands.

    Examples
    --------
    >>> parser = argparse.ArgumentParser()
    >>> add(parser.add_subparsers())
    >>> parser.parse_args(["report", "run", "--lang", "fa", "--out", "run.html"]).lang
    'fa'
    """
    command = add_command(
        commands,
        "report",
        run,
        "Write a page on a run, in Persian or English, to hand over.",
        "One HTML file with everything in it: the scores of each class with their intervals,\n"
        "calibration, the curves, the worst mistakes with their maps, what was left out, and what\n"
        "the run was asked for. `train` writes it in English, as RUN/report.html.",
    )
    command.add_argument("run_folder", metavar="RUN", help="a run folder of `train`")
    command.add_argument("--lang", choices=("fa", "en"), default="en", help="(default en)")
    command.add_argument("--out", required=True, metavar="FILE", help="the page")


def run(given: argparse.Namespace) -> None:
    """Write the report.

    Examples
    --------
    >>> run(argparse.Namespace(out="-"))
    Traceback (most recent call last):
    cnnbook.cli.arguments.UsageError: --out must name a file; got '-'
    """
    check_file_to_write("--out", given.out)
    import_keras("report")
    from cnnbook.reports import run_report

    write_text(given.out, run_report(given.run_folder, given.lang))
    print(f"report in {printable(given.out)}")
