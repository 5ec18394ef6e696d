"""``cnnbook export``: the model of a run for other programs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from cnnbook.cli.arguments import (
    UsageError,
    add_command,
    check_file_to_write,
    import_keras,
    silenced,
)
from cnnbook.files import printable

__all__ = ["add", "run"]

_ENDINGS = {"keras": ".keras", "savedmodel": "", "tflite": ".tflite", "onnx": ".onnx"}


def add(commands: Any) -> None:
    """Add the command to a parser's commands.

    Examples
    --------
    >>> parser = argparse.ArgumentParser()
    >>> add(parser.add_subparsers())
    >>> parser.parse_args(["export", "run", "--to", "tflite", "--out", "cars.tflite"]).to
    'tflite'
    """
    command = add_command(
        commands,
        "export",
        run,
        "Write the calibrated model of a run for other programs.",
        "The model written answers photos of the test set as the run's does, or nothing is\n"
        "written. It takes RGB pictures of the run's size with values 0..255. keras, savedmodel\n"
        "and tflite need nothing more; onnx needs pip install 'cnnbook[export]'.",
    )
    command.add_argument("run_folder", metavar="RUN", help="a run folder of `train`")
    command.add_argument("--to", required=True, choices=tuple(_ENDINGS), help="the format")
    command.add_argument(
        "--out", required=True, metavar="FILE|DIR", help="a new folder for savedmodel, else a file"
    )


def run(given: argparse.Namespace) -> None:
    """Export, and tell how far the answers lie from the run's.

    Examples
    --------
    >>> try:
    ...     run(argparse.Namespace(run_folder="run", to="tflite", out="cars.onnx"))
    ... except UsageError as error:
    ...     print(error)
    --out must end in .tflite for tflite; got 'cars.onnx'
    """
    ending = _ENDINGS[given.to]
    if ending:
        check_file_to_write("--out", given.out)
    if ending and Path(given.out).suffix != ending:
        raise UsageError(f"--out must end in {ending} for {given.to}; got {given.out!r}")
    import_keras("export")
    from cnnbook.exporting import export, pictures_to_compare
    from cnnbook.training.runs import open_run

    opened = open_run(given.run_folder)
    batch = pictures_to_compare(opened, given.run_folder)
    with silenced():
        difference = export(opened, given.to, given.out, batch.pictures)
    names = ", ".join(map(printable, opened.class_names))
    print(
        f"{printable(given.out)}: RGB pictures (n, {opened.size}, {opened.size}, 3), 0..255 -> "
        f"probabilities of {names}; at most {difference:.1g} from the run's model on {batch.what}"
    )
