"""What a run folder says about its run: what was asked for, of which photos, and which it left out.

``config.json``, ``manifest.csv`` and ``problems.json`` are written before training. A folder that
is given again must be asked for the same run, on the same photos, or for more epochs of it.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np

from cnnbook.files import printable, write_atomically
from cnnbook.photos import (
    Photos,
    Problem,
    Split,
    find,
    is_left_out,
    read_manifest,
    share_out,
    write_manifest,
)
from cnnbook.settings import RunConfig

__all__ = [
    "Notes",
    "RunPhotos",
    "photos_of_run",
    "read_notes",
    "take_up",
    "write_json",
    "write_notes",
]

# What may change from one call to the next without changing what has been trained so far.
_MAY_GROW = ("epochs", "fine_tune_epochs")
_NOTED = ("path", "kind", "detail", "sha256")  # of a file that was left out
_SHOWN = 3  # files named in an error; more are counted


class Notes(NamedTuple):
    """What ``config.json`` holds.

    Examples
    --------
    >>> Notes(RunConfig("photos"), ("dena", "saina")).class_names
    ('dena', 'saina')
    """

    config: RunConfig
    class_names: tuple[str, ...]


class RunPhotos(NamedTuple):
    """The photos of a run, their parts, and all problems, as ``problems.json`` has them.

    Examples
    --------
    >>> RunPhotos._fields
    ('photos', 'parts', 'problems')
    """

    photos: Photos
    parts: Split
    problems: Sequence[Mapping[str, str]]


def read_notes(folder: Path) -> Notes | None:
    """Read what a run folder was asked for; None if the folder is new or empty.

    Raises
    ------
    ValueError
        If the folder holds something else, or its ``config.json`` is damaged.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     print(read_notes(Path(folder)))
    ...     _ = Path(folder, "holiday.jpg").write_text("")
    ...     try:
    ...         read_notes(Path(folder))
    ...     except ValueError as error:
    ...         print(str(error).removeprefix(folder))
    None
     is not empty and holds no run; give a new folder
    """
    path = folder / "config.json"
    if not path.exists():
        if folder.exists() and not folder.is_dir():
            raise ValueError(f"{printable(folder)} is a file; give a new folder")
        if folder.exists() and any(not p.name.startswith(".") for p in folder.iterdir()):
            raise ValueError(
                f"{printable(folder)} is not empty and holds no run; give a new folder"
            )
        return None
    notes = _read_json(path)
    try:
        return Notes(RunConfig(**notes["config"]), tuple(notes["class_names"]))
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"{printable(path)} is not the config.json of a run ({error}); give a new folder"
        ) from error


def take_up(folder: Path, before: RunConfig, asked: RunConfig) -> RunConfig:
    """Return the settings with which a run goes on, or refuse with what differs by name.

    Raises
    ------
    ValueError
        If the folder belongs to another run, or has had more epochs.

    Examples
    --------
    >>> before = RunConfig("photos", epochs=5)
    >>> take_up(Path("run"), before, RunConfig("./photos/", epochs=9)).epochs
    9
    >>> take_up(Path("run"), before, RunConfig("photos", size=64))
    Traceback (most recent call last):
    ValueError: run belongs to another run (size was 150, is 64); give a new folder
    """
    if asked.weights is None or _same_path(asked.weights, before.weights):
        asked = replace(asked, weights=before.weights)
    named = [
        f"{name} was {old}, is {new}"
        for name, new in asdict(asked).items()
        if (old := getattr(before, name)) != new
        and name not in (*_MAY_GROW, "data", "manifest")  # the photos tell, wherever they lie now
    ]
    if asked.epochs > before.epochs and (folder / "stage-2" / "snapshot.npz").exists():
        named.append(f"epochs was {before.epochs}, and fine-tuning has begun after them")
    for name in _MAY_GROW:
        if getattr(asked, name) < getattr(before, name):
            named.append(f"{name} was {getattr(before, name)}, is {getattr(asked, name)}")
    if named:
        raise ValueError(
            f"{printable(folder)} belongs to another run ({', '.join(named)}); give a new folder"
        )
    return asked


def photos_of_run(
    config: RunConfig, folder: Path, strict: bool, tell: Callable[[object], None]
) -> RunPhotos:
    """Find, check and split the photos, or replay the split of this run; nothing is written.

    Raises
    ------
    ValueError
        If ``strict`` and a file has a problem, or if the photos are not those that the run began
        with.

    Examples
    --------
    >>> import tempfile
    >>> from cnnbook import cars
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     cars.write_folder(f"{folder}/photos", n=15, seed=1, size=32)
    ...     config = RunConfig(f"{folder}/photos", size=32)
    ...     found = photos_of_run(config, Path(folder, "run"), strict=True, tell=print)
    >>> [len(part) for part in found.parts], found.problems
    ([5, 5, 5], [])
    """
    found, parts = find(config.data, config.manifest)
    if (folder / "manifest.csv").exists():
        of_run = _replay(config, folder, found, parts)
    else:
        of_run = _share_out(config, found, parts, tell)
    if strict and of_run.problems:
        raise ValueError(f"refused, because {len(of_run.problems)} files have problems")
    return of_run


def write_notes(folder: Path, config: RunConfig, of_run: RunPhotos) -> None:
    """Write down, before training, what is asked for, which photos, and what was left out.

    What fewer epochs have left goes first: the metrics would say that this run has ended.

    Examples
    --------
    >>> import tempfile
    >>> of_run = RunPhotos(Photos(Path("photos"), ("a", "b"), ()), Split([], [], []), [])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_notes(Path(folder), RunConfig("photos"), of_run)
    ...     read_notes(Path(folder)).class_names
    ('a', 'b')
    """
    for of_fewer in ("metrics.json", "report.html"):
        (folder / of_fewer).unlink(missing_ok=True)
    versions = {"keras": keras.__version__, "numpy": np.__version__}
    write_json(
        folder / "config.json",
        {
            "config": asdict(config),
            "class_names": list(of_run.photos.class_names),
            "versions": versions | {"python": platform.python_version()},
        },
    )
    write_json(folder / "problems.json", of_run.problems)
    if not (folder / "manifest.csv").exists():
        write_manifest(folder / "manifest.csv", of_run.photos, of_run.parts)


def write_json(path: Path, value: Any) -> None:
    """Write JSON whole or not at all, in UTF-8; a name that is not UTF-8 comes back by `loads`.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_json(Path(folder, "a.json"), ["ساینا"])
    ...     Path(folder, "a.json").read_text("utf-8").split()
    ['[', '"ساینا"', ']']
    """
    text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
    with write_atomically(path) as temporary:
        temporary.write_bytes(text.encode("utf-8", "backslashreplace"))


def _share_out(
    config: RunConfig, found: Photos, parts: Split | None, tell: Callable[[object], None]
) -> RunPhotos:
    photos, parts, problems = share_out(found, parts, config.seed, config.group_by)
    for problem in problems:
        tell(problem)
    hashes = {record.path: record.sha256 for record in found.records}
    noted = [_noted(problem, found.folder, hashes.get(problem.path, "")) for problem in problems]
    return RunPhotos(photos, parts, noted)


def _noted(problem: Problem, data: Path, sha256: str) -> dict[str, str]:
    """Note a problem, by its path in the data; a file never taken for a photo has no hash."""
    path = problem.path.relative_to(data).as_posix()
    values = (path, problem.kind, problem.detail, sha256 if is_left_out(problem) else "")
    return dict(zip(_NOTED, values, strict=True))


def _replay(config: RunConfig, folder: Path, found: Photos, parts: Split | None) -> RunPhotos:
    """Read the run's photos back; those in the data folder must be the same, all of them."""
    problems = _problems_before(folder / "problems.json")
    photos, before = read_manifest(folder / "manifest.csv", config.data)
    known = {record.path: record.sha256 for record in photos.records}
    known |= {Path(config.data, p["path"]): p["sha256"] for p in problems if p["sha256"]}
    now = {record.path: record.sha256 for record in found.records}
    changes = [
        *_named("new", now.keys() - known.keys()),
        *_named("gone", known.keys() - now.keys()),
        *_named("changed", (path for path in now if known.get(path, now[path]) != now[path])),
    ]
    if parts is not None:
        asked = _parts_of(found, parts)
        changes += _named(
            "in another part",
            (path for path, part in _parts_of(photos, before).items() if asked.get(path) != part),
        )
    if changes:
        raise ValueError(
            f"the photos in {printable(config.data)} are not those of {printable(folder)}: "
            f"{'; '.join(changes)}; give a new run folder"
        )
    return RunPhotos(photos, before, problems)


def _parts_of(photos: Photos, parts: Split) -> dict[Path, str]:
    return {r.path: part for r, part in zip(photos.records, parts.names(), strict=True)}


def _problems_before(path: Path) -> list[dict[str, str]]:
    """Read which files had problems; a run that was killed before it wrote that has none."""
    noted = _read_json(path) if path.exists() else []
    try:
        return [{name: str(problem[name]) for name in _NOTED} for problem in noted]
    except (KeyError, TypeError) as error:
        raise ValueError(f"{printable(path)} is damaged; give a new run folder") from error


def _named(what: str, paths: Iterable[Path]) -> list[str]:
    names = sorted(printable(Path(*path.parts[-2:])) for path in paths)
    if not names:
        return []
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return [f"{what} {', '.join(names[:_SHOWN])}{more}"]


def _same_path(one: str, other: str | None) -> bool:
    return other is not None and os.path.realpath(one) == os.path.realpath(other)


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{printable(path)} is damaged: {error}") from error
