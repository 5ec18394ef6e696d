"""``cnnbook train``: from a folder of photos to a run folder."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

from cnnbook.cli.answers import write_text
from cnnbook.cli.arguments import (
    UsageError,
    add_command,
    add_group_by,
    at_least,
    import_keras,
)
from cnnbook.cli.partners import ends_with_partners, run_beneath
from cnnbook.files import printable
from cnnbook.settings import Augment, ModelName, RunConfig

__all__ = ["add", "run"]

_SEVERAL = "KERAS_DISTRIBUTION_NUM_PROCESSES"  # `training.MACHINES`, before Keras is imported
_DEFAULTS = {field.name: field.default for field in fields(RunConfig)}


def add(commands: Any) -> None:
    """Add the command to a parser's commands.

    Examples
    --------
    >>> parser = argparse.ArgumentParser()
    >>> add(parser.add_subparsers())
    >>> parser.parse_args(["train", "--data", "photos", "--out", "run"]).batch_size
    32
    """
    command = add_command(
        commands,
        "train",
        run,
        "Train on a folder of photos and write a run folder.",
        "Files that cannot be read, are tiny, copies, or in two classes are named and left out\n"
        "(--strict refuses instead). Photos that look alike stay in one part of the split.\n"
        "Training stops when the validation loss has not improved for some epochs (--patience);\n"
        "kept are the latest weights as accurate in validation as those of the lowest loss.\n"
        "Killed, or more --epochs wanted? Give the same command again: it goes on and ends as if\n"
        "it had never stopped. RUN then holds model.keras, metrics.json, report.html, logs.",
        way_on="the same command goes on after the last finished epoch",
    )
    command.add_argument(
        "--data",
        required=True,
        metavar="DIR",
        help="one sub-folder of photos a class, or train, validation and test with these",
    )
    command.add_argument(
        "--manifest", metavar="CSV", help="take the split that `cnnbook split` wrote for DIR"
    )
    add_group_by(command)
    command.add_argument("--out", required=True, metavar="RUN", help="the run folder")
    command.add_argument(
        "--strict", action="store_true", help="refuse when a file has a problem of any kind"
    )
    command.add_argument(
        "--tensorboard",
        metavar="DIR",
        help="also write logs, to look at with `pip install tensorboard; tensorboard --logdir DIR`",
    )
    _add_model(command)
    _add_training(command)


def _add_model(command: Any) -> None:
    _option(command, "model", "the network", choices=get_args(ModelName))
    _option(
        command,
        "weights",
        "of a network with a backbone: imagenet (downloads), drawn (MobileNetV2 of drawn vehicles, "
        "for drawn cars), scratch, or a .h5/.keras file that contains a MobileNetV2 (default: "
        "imagenet where it can be had, else scratch)",
    )
    _option(
        command,
        "head",
        "of a network with a backbone: flatten as in the assignment, or gap, which overfits less",
        choices=("flatten", "gap"),
    )
    _option(command, "size", "side in pixels", type=at_least(1))


def _add_training(command: Any) -> None:
    _option(
        command,
        "augment",
        "gentle turns by 8 degrees and mirrors, which is wrong for writing: take none there; "
        "assignment turns by 40",
        choices=get_args(Augment),
    )
    _option(command, "epochs", "at most", type=at_least(1))
    _option(
        command,
        "fine_tune_epochs",
        "of a second stage in which the backbone is trained too (0: none)",
        flag="--fine-tune",
        metavar="EPOCHS",
        type=at_least(0),
    )
    _option(command, "learning_rate", "to begin with", type=float)
    _option(command, "patience", "epochs without progress before the end", type=at_least(1))
    _option(command, "batch_size", "photos a step", type=at_least(1))
    _option(command, "seed", "of weights, order, augmentation and split", type=at_least(0))


def _option(command: Any, name: str, meaning: str, flag: str = "", **options: Any) -> None:
    """Add an option of the name and the default that `RunConfig` has."""
    default = _DEFAULTS[name]
    shown = "" if default is None else f" (default {default})"
    flag = flag or f"--{name.replace('_', '-')}"
    command.add_argument(flag, dest=name, default=default, help=meaning + shown, **options)


def run(given: argparse.Namespace) -> int:
    """Train.

    Examples
    --------
    >>> asked = dict(_DEFAULTS, data="photos", fine_tune_epochs=1)
    >>> try:
    ...     run(argparse.Namespace(**asked))
    ... except UsageError as error:
    ...     print(error)
    fine-tuning needs a model with a backbone, such as mobilenet_v2; got baseline
    """
    try:
        config = RunConfig(**{name: getattr(given, name) for name in _DEFAULTS})
    except ValueError as error:
        raise UsageError(str(error)) from None
    if _SEVERAL in os.environ and (status := run_beneath(given.arguments)) is not None:
        return status
    import_keras("train")
    from cnnbook import training
    from cnnbook.reports import run_report
    from cnnbook.training.runs import train_run

    with ends_with_partners():
        if _SEVERAL in os.environ:
            training.join_machines()
        writes = training.is_first_machine()
        metrics = train_run(
            config,
            given.out,
            given.strict,
            tell=lambda line: print(line, file=sys.stderr, flush=True),
            tensorboard=given.tensorboard,
        )
    report = Path(given.out) / "report.html"
    if writes and not report.exists():
        write_text(report, run_report(given.out))
    if metrics["test_accuracy"] <= metrics["majority_share"]:
        print(
            "It has learnt nothing that counts: always saying the most frequent class is right in "
            f"{metrics['majority_share']:.1%}. More photos, epochs or pretrained weights may help.",
            file=sys.stderr,
        )
    print(
        f"test accuracy {metrics['test_accuracy']:.3f} on {metrics['photos']['test']} photos "
        f"after {metrics['epochs']} epochs; see {printable(report)}"
    )
    return 0
