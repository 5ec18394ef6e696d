"""``cnnbook explain``: show where the evidence for a class lies."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnbook.cli.answers import Answer, answered, paths_of, write_answers, write_text
from cnnbook.cli.arguments import (
    UsageError,
    add_command,
    add_pictures,
    check_file_to_write,
    import_keras,
)
from cnnbook.files import printable, write_atomically

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["add", "run"]

_SHEETS = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".pdf", ".svg")
_LONGEST_STEM = 200  # bytes; file systems allow 255 for a name


def add(commands: Any) -> None:
    """Add the command to a parser's commands.

    Examples
    --------
    >>> parser = argparse.ArgumentParser()
    >>> add(parser.add_subparsers())
    >>> parser.parse_args(["explain", "--run", "run", "a.jpg", "--out", "why.png"]).out
    'why.png'
    """
    command = add_command(
        commands,
        "explain",
        run,
        "Show by Grad-CAM where the evidence for the predicted class lies.",
        "With --out FILE.png (or .jpg, .pdf, .svg, ...) all pictures come on one sheet; with\n"
        "--out DIR each gets its own file, beside a report.html.",
    )
    add_pictures(command)
    command.add_argument("--out", required=True, metavar="FILE|DIR")
    command.add_argument("--layer", help="a feature layer's name (default: the last one)")


def run(given: argparse.Namespace) -> int:
    """Explain; return 1 if a picture could not be read.

    Examples
    --------
    >>> run(argparse.Namespace(out="why.docx", json=None))
    Traceback (most recent call last):
    cnnbook.cli.arguments.UsageError: --out why.docx: no picture ends so; give .png, .jpg, .jpeg, \
.webp, .tif, .tiff, .pdf, .svg, or a folder (why.docx/)
    """
    on_a_sheet = _is_sheet(given.out)
    if given.json != "-":
        check_file_to_write("--json", given.json)
    import_keras("explain")
    from cnnbook.gradcam import grad_cam, overlay
    from cnnbook.training.reports import pictures_report
    from cnnbook.training.runs import open_run

    opened, paths = open_run(given.run), paths_of(given)
    out = Path(given.out)
    answers: list[Answer] = []
    explained: list[NDArray[np.uint8]] = []
    for asked in answered(opened, paths):
        overlays = overlay(
            asked.pictures, grad_cam(opened.model, asked.pictures, layer=given.layer)
        )
        if not on_a_sheet:
            for i, (answer, picture) in enumerate(
                zip(asked.answers, overlays, strict=True), start=len(answers) + 1
            ):
                _write_picture(out / _file_name(i, answer.path), picture)
        answers += asked.answers
        explained += list(overlays)
    if on_a_sheet:
        _write_sheet(out, explained, answers)
    else:
        captions = [answer.caption for answer in answers]
        write_text(out / "report.html", pictures_report("Explanations", explained, captions))
    write_answers(given.json, answers)
    said = sys.stderr if given.json == "-" else sys.stdout
    print(f"{len(explained)} pictures explained in {printable(out)}", file=said)
    return int(len(answers) < len(paths))


def _is_sheet(out: str) -> bool:
    """Tell whether ``--out`` names one picture, or else a folder; refuse what is neither."""
    path = Path(out)
    if out in ("", "-"):
        raise UsageError(f"--out must name a picture or a folder; got {out!r}")
    if path.is_dir() or out.endswith(os.sep) or not path.suffix:
        if path.exists() and not path.is_dir():
            raise UsageError(f"--out {printable(out)}: is a file without a picture's ending")
        return False
    if path.suffix.lower() not in _SHEETS:
        raise UsageError(
            f"--out {printable(out)}: no picture ends so; give {', '.join(_SHEETS)}, "
            f"or a folder ({printable(out)}{os.sep})"
        )
    return True


def _file_name(number: int, path: str) -> str:
    """Name a picture's file by number, and keep as much of its own name as fits."""
    stem = os.fsencode(Path(path).stem)[:_LONGEST_STEM].decode("utf-8", "ignore")
    return f"{number:03d}-{stem}.png"


def _write_picture(path: Path, picture: NDArray[np.uint8]) -> None:
    from PIL import Image

    with write_atomically(path) as temporary:
        Image.fromarray(picture).save(temporary)


def _write_sheet(
    out: Path, pictures: Sequence[NDArray[np.uint8]], answers: Sequence[Answer]
) -> None:
    from cnnbook.plotting import show_images

    titles = [f"{printable(Path(answer.path).name)}\n{answer.verdict}" for answer in answers]
    figure = show_images(pictures, titles=titles, columns=5).figure()
    with write_atomically(out) as temporary:
        figure.savefig(temporary, dpi=120)
