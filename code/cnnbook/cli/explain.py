"""``cnnbook explain``: show where the evidence for a class lies."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnbook.cli.answers import Answer, answered, paths_of, write_answers, write_pieces
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

    from cnnbook.reports.pictures import Figure

__all__ = ["add", "run"]

_SHEETS = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".pdf", ".svg")
_LONGEST_STEM = 200  # bytes; file systems allow 255 for a name
_MOST_ON_A_SHEET = 100  # pictures; a sheet of many more is taller than a file of pixels may be
_LONGEST_TITLE = 24  # letters of a name above a picture of a sheet
_SIDE = 224  # of the pictures shown, in pixels


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
    import numpy as np

    from cnnbook.gradcam import feature_layer, grad_cam
    from cnnbook.photos import read_image
    from cnnbook.reports import pictures_page, shown
    from cnnbook.training.runs import open_run

    opened, paths = open_run(given.run), paths_of(given)
    if on_a_sheet and len(paths) > _MOST_ON_A_SHEET:
        raise UsageError(
            f"--out {printable(given.out)}: a sheet holds {_MOST_ON_A_SHEET} pictures, and these "
            f"are {len(paths)}; give a folder ({printable(Path(given.out).stem)}{os.sep})"
        )
    out, layer = Path(given.out), given.layer or feature_layer(opened.model)
    answers: list[Answer] = []

    def figures() -> Iterator[Figure]:
        """Explain some pictures at a time, so that a thousand need no more memory than those."""
        for asked in answered(opened, paths):
            maps = grad_cam(opened.model, asked.pictures, layer=layer)
            for answer, its_map in zip(asked.answers, maps, strict=True):
                answers.append(answer)
                seen = shown(read_image(answer.path, size=(_SIDE, _SIDE)), its_map)
                if not on_a_sheet:
                    name = _file_name(len(answers), answer.path)
                    _write_picture(out / name, np.hstack([seen.picture, seen.overlay]))
                yield [seen.picture, seen.overlay], answer.path, answer.verdict

    if on_a_sheet:
        _write_sheet(out, list(figures()), answers, layer)
    else:
        page = pictures_page("explanations", figures(), f"Grad-CAM, layer {layer}")
        write_pieces(out / "report.html", page)
    write_answers(given.json, opened, answers, layer)
    said = sys.stderr if given.json == "-" else sys.stdout
    print(
        f"{len(answers)} pictures explained in {printable(out)} (layer {printable(layer)})",
        file=said,
    )
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
    out: Path, figures: Sequence[Figure], answers: Sequence[Answer], layer: str
) -> None:
    from cnnbook.plotting import show_images

    pictures = [picture for pair, *_ in figures for picture in pair]
    titles = []
    for answer in answers:
        titles += [_short(answer.path), f"{answer.verdict}\n{layer}"]
    figure = show_images(pictures, titles=titles, columns=4).figure()
    with write_atomically(out) as temporary:
        figure.savefig(temporary, dpi=120)


def _short(path: str) -> str:
    """Name a picture by its folder and file: five classes may each have a 0001.jpg."""
    names = [printable(part)[-_LONGEST_TITLE:] for part in Path(path).parts[-2:]]
    return "/\n".join(names)
