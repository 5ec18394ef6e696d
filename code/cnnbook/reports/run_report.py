"""The report of a run: what was trained on what, how well, and where it fails."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from cnnbook.intervals import Interval, share
from cnnbook.photos import ImageError
from cnnbook.reports.charts import curves, reliability
from cnnbook.reports.gallery import Mistake, Shown, mistakes_of, seen_of
from cnnbook.reports.page import image, name, page, paragraph, path, section, table
from cnnbook.reports.per_class import scores_of
from cnnbook.reports.reasons import reason
from cnnbook.reports.words import WORDS, Language, number, percent, whole
from cnnbook.training.run_folder import read_notes
from cnnbook.training.runs import open_run

__all__ = ["run_report"]


def run_report(folder: str | Path, language: Language = "en") -> str:
    """Return the report of a finished run as one HTML page, in Persian or English.

    Raises
    ------
    FileNotFoundError
        If the folder holds no finished run.
    ValueError
        If a file of it is damaged.

    Examples
    --------
    >>> run_report("nowhere")
    Traceback (most recent call last):
    FileNotFoundError: nowhere holds no finished run (no model.keras); make one with `cnnbook train`
    """
    run = open_run(folder)
    notes = read_notes(Path(folder))
    assert notes is not None  # or there would be no run to open
    told, say = run.metrics, _Words(language)
    predictions = json.loads(Path(folder, "predictions.json").read_text("utf-8"))
    problems = json.loads(Path(folder, "problems.json").read_text("utf-8"))
    config = json.loads(Path(folder, "config.json").read_text("utf-8"))
    mistakes = mistakes_of(predictions, run.class_names)
    layer, seen = seen_of(run, Path(notes.config.data), mistakes)
    body = [
        section(say("in short"), *_in_short(told, say)),
        section(say("classes"), _classes(told, say), paragraph(say("intervals"))),
        section(say("confusion"), paragraph(say("confusion note")), _confusion(told, say)),
        section(say("calibration"), *_calibration(told, say)),
        section(say("unlike"), paragraph(_unlike(told["unlike"], say))),
        section(say("curves"), _curves(Path(folder), say)),
        section(say("mistakes"), *_gallery(mistakes, seen, layer, notes.config.data, say)),
        section(say("left out"), _left_out(problems, say)),
        section(say("settings"), _settings(asdict(notes.config), config["versions"], told, say)),
    ]
    return page(say("title"), body, language)


class _Words:
    """The words and numbers of one language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, key: str, **values: str) -> str:
        return WORDS[key][("fa", "en").index(self.language)].format(**values)

    def share(self, value: float) -> str:
        return percent(value, self.language)

    def interval(self, found: Interval | None) -> str:
        if found is None:
            return "–"
        to = " تا " if self.language == "fa" else " to "
        low, high = (number(value, self.language) for value in found[1:])
        return f"{number(found.value, self.language)} ({low}{to}{high})"


def _in_short(told: Mapping[str, Any], say: _Words) -> list[str]:
    confusion = np.array(told["confusion"])
    right, of = int(np.trace(confusion)), int(confusion.sum())
    value, low, high = map(say.share, share(np.arange(of) < right))
    counts = (whole(right, say.language), whole(of, say.language))
    numbers = dict(zip(("right", "of"), counts, strict=True))
    lines = [
        paragraph(say("right", **numbers, value=value, low=low, high=high)),
        paragraph(
            say(
                "balanced",
                balanced=say.share(told["balanced_accuracy"]),
                majority=say.share(told["majority_share"]),
                chance=say.share(1 / np.count_nonzero(confusion.sum(axis=1))),
            )
        ),
    ]
    if told["test_accuracy"] <= told["majority_share"]:
        lines.append(paragraph(say("nothing"), warns=True))
    return lines


def _classes(told: Mapping[str, Any], say: _Words) -> str:
    parts = ("train", "validation", "test")
    counts = [told["class_counts"][part] for part in parts]
    rows = [
        [
            name(class_name),
            *(whole(each[i], say.language) for each in counts),
            *(say.interval(score) for score in scores),
        ]
        for i, (class_name, scores) in enumerate(
            zip(told["class_names"], scores_of(np.array(told["confusion"])), strict=True)
        )
    ]
    columns = ("class", *parts, "precision", "recall", "f1")
    return table([say(column) for column in columns], rows)


def _confusion(told: Mapping[str, Any], say: _Words) -> str:
    columns = [f"{say('true')} \\ {say('said')}", *map(name, told["class_names"])]
    rows = [
        [name(class_name), *(whole(count, say.language) for count in row)]
        for class_name, row in zip(told["class_names"], told["confusion"], strict=True)
    ]
    return table(columns, rows)


def _calibration(told: Mapping[str, Any], say: _Words) -> list[str]:
    before = told["uncalibrated"]
    rows = [
        [say(word), *(number(of[key], say.language, 3) for of in (before, told))]
        for word, key in (
            ("log loss", "log_loss"),
            ("calibration error", "calibration_error"),
        )
    ]
    return [
        paragraph(say("temperature", temperature=number(told["temperature"], say.language))),
        table(["", say("before"), say("after")], rows),
        _charts(reliability(before["calibration"], told["calibration"], say.language)),
        paragraph(say("reliability")),
    ]


def _unlike(told: Mapping[str, Any], say: _Words) -> str:
    if told["below"] is None:
        return say("unlike none")
    alarms = told["false_alarms"]
    return say(
        "unlike some",
        below=number(told["below"], say.language, 3),
        value=say.share(alarms["on_test"]),
        **{key: say.share(alarms[key]) for key in ("low", "high", "promised")},
    )


def _curves(folder: Path, say: _Words) -> str:
    history: dict[str, list[float]] = {}
    for log in (folder / "stage-1" / "log.csv", folder / "stage-2" / "log.csv"):
        if log.exists():
            with log.open(newline="", encoding="utf-8") as file:
                for row in csv.DictReader(file):
                    for key, value in row.items():
                        history.setdefault(key, []).append(float(value))
    charts = (
        curves(history, what, say(what), say.language)
        for what in ("loss", "accuracy")
        if what in history
    )
    return _charts(*charts)


def _charts(*drawn: str) -> str:
    return f'<div class="charts">{"".join(drawn)}</div>'


def _gallery(
    mistakes: Sequence[Mistake],
    seen: Sequence[Shown | ImageError],
    layer: str,
    data: str,
    say: _Words,
) -> list[str]:
    if not mistakes:
        return [paragraph(say("no mistakes"))]
    found = [
        (mistake, pictures)
        for mistake, pictures in zip(mistakes, seen, strict=True)
        if isinstance(pictures, Shown)
    ]
    if not found:
        return [paragraph(f"{say('no photos')} {path(data)}", warns=True)]
    figures = "".join(_figure(mistake, pictures, say) for mistake, pictures in found)
    return [
        paragraph(f"{say('mistakes note')} {name(layer)}"),
        f'<div class="gallery">{figures}</div>',
    ]


def _figure(mistake: Mistake, pictures: Shown, say: _Words) -> str:
    parts = "".join(
        f"<div>{image(picture, f'{mistake.path}: {say(word)}')}{say(word)}</div>"
        for word, picture in zip(("photo", "map", "overlay"), pictures, strict=True)
    )
    said = say(
        "mistake",
        true=name(mistake.true),
        said=name(mistake.said),
        value=say.share(mistake.probability),
    )
    return (
        f'<figure><div class="row">{parts}</div>'
        f"<figcaption>{path(mistake.path)}<br>{said}</figcaption></figure>"
    )


def _left_out(problems: Sequence[Mapping[str, str]], say: _Words) -> str:
    if not problems:
        return paragraph(say("nothing left out"))
    rows = [
        [path(p["path"]), say(f"kind {p['kind']}"), reason(p["detail"], say.language)]
        for p in problems
    ]
    return table([say("file"), say("problem"), say("detail")], rows, "list")


def _settings(
    config: Mapping[str, Any], versions: Mapping[str, str], told: Mapping[str, Any], say: _Words
) -> str:
    rows = [
        [say("run id"), name(told["run_id"])],
        [say("data digest"), name(told["data_digest"])],
        [say("parameters"), whole(told["parameters"], say.language)],
        [say("epochs done"), whole(told["epochs"], say.language)],
        *([name(key), path(str(value))] for key, value in config.items() if value is not None),
        *([name(key), name(value)] for key, value in versions.items()),
    ]
    return table([say("setting"), say("value")], rows)
