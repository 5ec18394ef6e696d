"""Command line: ``cnnbook draw | split | train | predict | explain``."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnbook import __version__

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnnbook.training.runs import Run

_DESCRIPTION = """\
Train a classifier on a folder of photos, one sub-folder a class, and ask it why.

A first session, without any photo of your own:

  cnnbook draw cars --images 500 --seed 1          # a folder tree of five drawn makes
  cnnbook split cars --out split.csv               # what would be trained and tested on
  cnnbook train --data cars --model mobilenet_v2 --weights drawn --epochs 5 --out run
  cnnbook predict --run run cars/mazda_3/1.jpg
  cnnbook explain --run run cars/mazda_3/*.jpg --out why.png

Each command explains itself: cnnbook train --help
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, or 1 after an error that was explained on stderr.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     status = main(["draw", f"{folder}/cars", "--images", "5", "--size", "32"])
    5 pictures in ...cars
    >>> status
    0
    """
    given = _parser().parse_args(arguments)
    try:
        return int(given.run_command(given) or 0)
    except (ValueError, OSError, ImportError, RuntimeError) as error:
        print(f"cnnbook {given.command}: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "cnnbook", description=_DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", action="version", version=f"cnnbook {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for add in (_add_draw, _add_split, _add_train, _add_predict, _add_explain):
        add(commands)
    return parser


def _command(commands: Any, name: str, run: Any, summary: str, text: str) -> Any:
    command = commands.add_parser(
        name,
        help=summary.replace("%", "%%"),  # argparse formats helps, not descriptions
        description=f"{summary}\n\n{text}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(run_command=run)
    return command


def _add_draw(commands: Any) -> None:
    command = _command(
        commands,
        "draw",
        _draw,
        "Draw cars into DIR/make/1.jpg, 2.jpg, ...",
        "Five makes that differ in lamps, grille, wheels, and in boot or hatch.\n"
        "The same seed draws the same pictures.",
    )
    command.add_argument("folder", metavar="DIR", help="a new folder")
    command.add_argument("--images", type=int, default=500, help="how many (default 500)")
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("--size", type=int, default=150, help="side in pixels (default 150)")
    command.add_argument(
        "--watermark", action="store_true", help="stamp a dealer's mark that betrays the make"
    )


def _add_split(commands: Any) -> None:
    command = _command(
        commands,
        "split",
        _split,
        "Share photos out: 80 % to train, 10 % to validation, 10 % to test, class by class.",
        "Nothing is moved. The manifest is a CSV file with the hash of each photo; files of equal\n"
        "content stay in one part. The same photos and seed give the same split.",
    )
    command.add_argument("folder", metavar="DIR", help="one sub-folder of photos a class")
    command.add_argument("--out", required=True, metavar="MANIFEST", help="the CSV file to write")
    command.add_argument("--seed", type=int, default=0)
    command.add_argument(
        "--copy-to", metavar="NEWDIR", help="also copy the photos to NEWDIR/train/class/..."
    )


def _add_train(commands: Any) -> None:
    command = _command(
        commands,
        "train",
        _train,
        "Train on a folder of photos and write a run folder.",
        "Files that cannot be read, are tiny, copies, or in two classes are named and left out\n"
        "(--strict refuses instead). Training stops when the validation loss has not improved for\n"
        "8 epochs; the best weights are kept. Killed? Give the same command again: it goes on and\n"
        "ends with the same weights. RUN then holds model.keras, metrics.json, report.html, logs.",
    )
    command.add_argument(
        "--data", required=True, metavar="DIR", help="one sub-folder of photos a class"
    )
    command.add_argument("--out", required=True, metavar="RUN", help="the run folder")
    command.add_argument("--model", choices=("baseline", "mobilenet_v2"), default="baseline")
    command.add_argument(
        "--weights",
        default="drawn",
        help="of MobileNetV2: imagenet (downloads), drawn (comes along), or a .h5/.keras file",
    )
    command.add_argument(
        "--head",
        choices=("flatten", "gap"),
        default="gap",
        help="of MobileNetV2: flatten as in the homework, or gap, which overfits less (default)",
    )
    command.add_argument("--size", type=int, default=150, help="side in pixels (default 150)")
    command.add_argument("--epochs", type=int, default=50, help="at most (default 50)")
    command.add_argument(
        "--fine-tune",
        type=int,
        default=0,
        metavar="EPOCHS",
        help="of a second stage in which MobileNetV2 is trained too (default 0: none)",
    )
    command.add_argument("--batch-size", type=int, default=32)
    command.add_argument("--seed", type=int, default=0)
    command.add_argument(
        "--strict", action="store_true", help="refuse when a file has a problem of any kind"
    )


def _add_predict(commands: Any) -> None:
    command = _command(
        commands,
        "predict",
        _predict,
        "Name the class of pictures, with the probability of each class.",
        "A picture that cannot be read is named; the others are still predicted (exit code 1).",
    )
    _add_pictures(command)
    command.add_argument("--html", metavar="FILE", help="also write a page with the pictures")


def _add_explain(commands: Any) -> None:
    command = _command(
        commands,
        "explain",
        _explain,
        "Show by Grad-CAM where the evidence for the predicted class lies.",
        "With --out FILE.png all pictures come on one sheet; with --out DIR each gets its own\n"
        "file, beside a report.html.",
    )
    _add_pictures(command)
    command.add_argument("--out", required=True, metavar="PNG|DIR")
    command.add_argument("--layer", help="a feature layer's name (default: the last one)")


def _add_pictures(command: Any) -> None:
    command.add_argument("--run", required=True, metavar="RUN", help="a run folder of `train`")
    command.add_argument("images", nargs="+", metavar="IMAGE")
    command.add_argument("--json", metavar="FILE", help="also write the answers as JSON")


def _draw(given: argparse.Namespace) -> None:
    from cnnbook.cars import write_folder

    write_folder(given.folder, given.images, given.seed, given.size, given.watermark)
    print(f"{given.images} pictures in {given.folder}")


def _split(given: argparse.Namespace) -> None:
    from cnnbook.photos import Split, check, copy_split, load, split, write_manifest

    photos = load(given.folder)
    problems = check(photos)
    for problem in problems:
        _print_problem(problem)
    photos = photos.without(problems)
    parts = split(photos, seed=given.seed)
    write_manifest(given.out, photos, parts)
    if given.copy_to:
        copy_split(photos, parts, given.copy_to)
    counts = [f"{len(part)} {name}" for name, part in zip(Split._fields, parts, strict=True)]
    print(f"{given.out}: {', '.join(counts)}, {len(photos.class_names)} classes")


def _print_problem(problem: object) -> None:
    print(problem, file=sys.stderr)


def _train(given: argparse.Namespace) -> None:
    from cnnbook import training
    from cnnbook.training.runs import RunConfig, train_run

    if training.MACHINES in os.environ:
        training.join_machines()
    config = RunConfig(
        data=given.data,
        model=given.model,
        weights=given.weights,
        head=given.head,
        size=given.size,
        epochs=given.epochs,
        fine_tune_epochs=given.fine_tune,
        batch_size=given.batch_size,
        seed=given.seed,
    )
    metrics = train_run(config, given.out, given.strict, on_problem=_print_problem)
    print(
        f"test accuracy {metrics['test_accuracy']:.3f} on {metrics['photos']['test']} photos "
        f"after {metrics['epochs']} epochs; see {Path(given.out) / 'report.html'}"
    )


def _predict(given: argparse.Namespace) -> int:
    run, paths, pictures = _open(given)
    answers = _answers(run, paths, pictures)
    for answer in answers:
        print(f"{answer['path']}: {answer['class']} {answer['probability']:.1%}")
    _write_answers(given.json, answers)
    if given.html:
        from cnnbook.training.reports import pictures_report

        captions = [f"{a['path']}: {a['class']} {a['probability']:.1%}" for a in answers]
        _write(given.html, pictures_report("Predictions", list(pictures), captions))
    return int(len(paths) < len(given.images))


def _explain(given: argparse.Namespace) -> int:
    from cnnbook.gradcam import grad_cam, overlay
    from cnnbook.training.reports import pictures_report

    run, paths, pictures = _open(given)
    answers = _answers(run, paths, pictures)
    explained = list(overlay(pictures, grad_cam(run.model, pictures, layer=given.layer)))
    captions = [f"{a['path']}: {a['class']} {a['probability']:.1%}" for a in answers]
    out = Path(given.out)
    if out.suffix.lower() == ".png":
        _write_sheet(out, explained, captions)
    else:
        for i, (path, picture) in enumerate(zip(paths, explained, strict=True), start=1):
            _write_picture(out / f"{i:03d}-{Path(path).stem}.png", picture)
        _write(out / "report.html", pictures_report("Explanations", explained, captions))
    _write_answers(given.json, answers)
    print(f"{len(explained)} pictures explained in {out}")
    return int(len(paths) < len(given.images))


def _open(given: argparse.Namespace) -> tuple[Run, list[str], NDArray[np.uint8]]:
    """Load the run and those pictures that can be read."""
    from cnnbook.photos.reading import unreadable
    from cnnbook.training.runs import open_run

    bad = unreadable(given.images)
    for path, reason in bad.items():
        print(f"{path}: unreadable ({reason})", file=sys.stderr)
    paths = [path for path in given.images if Path(path) not in bad]
    if not paths:
        raise ValueError("none of the pictures can be read")
    run = open_run(given.run)
    return run, paths, run.read(paths)


def _answers(run: Run, paths: Sequence[str], pictures: NDArray[np.uint8]) -> list[dict[str, Any]]:
    probabilities = run.model.predict(pictures, verbose=0)
    return [
        {
            "path": path,
            "class": run.class_names[int(row.argmax())],
            "probability": float(row.max()),
            "probabilities": dict(zip(run.class_names, map(float, row), strict=True)),
        }
        for path, row in zip(paths, probabilities, strict=True)
    ]


def _write_answers(path: str | None, answers: list[dict[str, Any]]) -> None:
    if path:
        _write(path, json.dumps(answers, indent=1, ensure_ascii=False) + "\n")


def _write(path: str | Path, text: str) -> None:
    from cnnbook.files import write_atomically

    with write_atomically(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _write_picture(path: Path, picture: NDArray[np.uint8]) -> None:
    from PIL import Image

    from cnnbook.files import write_atomically

    with write_atomically(path) as temporary:
        Image.fromarray(picture).save(temporary)


def _write_sheet(out: Path, pictures: Sequence[NDArray[np.uint8]], captions: list[str]) -> None:
    from cnnbook.files import write_atomically
    from cnnbook.plotting import show_images

    names = [f"{Path(c.partition(': ')[0]).name}\n{c.partition(': ')[2]}" for c in captions]
    figure = show_images(pictures, titles=names)
    with write_atomically(out) as temporary:
        figure.savefig(temporary, dpi=120)
