"""A split on paper: which photo went to which part, and the hash that it had."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import numpy as np

from cnnbook.files import printable, write_atomically
from cnnbook.photos.folders import Photos, sha256
from cnnbook.photos.splitting import Split

_COLUMNS = ("split", "class", "path", "sha256")


def write_manifest(path: str | Path, photos: Photos, parts: Split) -> None:
    """Write down a split as CSV: split, class, path, sha256, one photo a line.

    The file is UTF-8. A byte of a name that is not stands as its two hexadecimal digits after a
    per cent sign, as in an address of the web, and a per cent sign as ``%25``.

    Examples
    --------
    >>> from cnnbook.cars import write_folder
    >>> from cnnbook.photos.folders import load
    >>> from cnnbook.photos.splitting import split
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_folder(f"{folder}/cars", n=50, seed=1, size=64)
    ...     photos = load(f"{folder}/cars")
    ...     parts = split(photos, seed=1)
    ...     write_manifest(f"{folder}/split.csv", photos, parts)
    ...     again, replayed = read_manifest(f"{folder}/split.csv", f"{folder}/cars")
    >>> all(np.array_equal(a, b) for a, b in zip(parts, replayed))
    True
    """
    with (
        write_atomically(path) as temporary,
        temporary.open("w", newline="", encoding="utf-8") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for part, record in zip(parts.names(), photos.records, strict=True):
            relative = record.path.relative_to(photos.folder).as_posix()
            name = photos.class_names[record.label]
            writer.writerow((part, _escaped(name), _escaped(relative), record.sha256))


def read_manifest(path: str | Path, folder: str | Path) -> tuple[Photos, Split]:
    r"""Replay a split: the same photos in the same parts, or an error that names what changed.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is no manifest, or a photo is missing or has other bytes than it had; the
        message names the line.

    Examples
    --------
    >>> import tempfile
    >>> from cnnbook.photos.folders import load
    >>> from cnnbook.cars import write_folder
    >>> folder = tempfile.mkdtemp()
    >>> write_folder(f"{folder}/cars", n=5, seed=1, size=32)
    >>> manifest = Path(folder, "split.csv")
    >>> _ = manifest.write_text("split,class,path,sha256\nexam,mazda_3,mazda_3/1.jpg,00ff")
    >>> read_manifest(manifest, f"{folder}/cars")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: ...split.csv, line 2: 'exam' is none of train, validation, test
    """
    root = Path(folder)
    photos: list[tuple[str, Path, str]] = []
    positions: dict[str, list[int]] = {name: [] for name in Split._fields}
    lines: dict[str, int] = {}
    for line, row in _rows(path):
        if fault := _fault(row, lines, root):
            raise ValueError(f"{printable(path)}, line {line}: {fault}")
        part, name, relative, digest = row
        positions[part].append(len(photos))
        photos.append((_unescaped(name), root / _unescaped(relative), digest))
        lines[relative] = line
    parts = Split(*(np.array(positions[name], np.int64) for name in Split._fields))
    return Photos.of(root, photos), parts


def _rows(path: str | Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines below the heading, numbered as an editor numbers them."""
    heading = ",".join(_COLUMNS)
    with Path(path).open(newline="", encoding="utf-8-sig") as file:  # spreadsheets add a mark
        rows = csv.reader(file)
        try:
            if tuple(next(rows, ())) != _COLUMNS:
                raise ValueError(
                    f"{printable(path)} is no manifest: its first line must be {heading}"
                )
            for row in rows:
                if row:
                    yield rows.line_num, row
        except UnicodeDecodeError:
            raise ValueError(f"{printable(path)} is no manifest: it is not UTF-8 text") from None
        except csv.Error as error:
            raise ValueError(f"{printable(path)}, line {rows.line_num}: {error}") from None


def _fault(row: list[str], lines: dict[str, int], root: Path) -> str | None:
    """Say what is wrong with a line; ``lines`` are those of the paths before it."""
    if len(row) != len(_COLUMNS):
        return f"{len(row)} columns instead of {len(_COLUMNS)} ({', '.join(_COLUMNS)})"
    part, name, relative, digest = row
    if part not in Split._fields:
        return f"{part!r} is none of {', '.join(Split._fields)}"
    if name in ("", ".", "..") or "/" in name:
        return f"{name!r} is no name of a class"
    if relative in lines:
        return f"{relative} is there already, in line {lines[relative]}"
    within = PurePosixPath(relative)
    if within.is_absolute() or ".." in within.parts:
        return f"{relative} leads out of the folder of photos"
    photo = root / _unescaped(relative)
    if not photo.is_file():
        return f"names {relative}, which is not in {printable(root)}"
    if sha256(photo) != digest:
        return f"{relative} is not the file that this line was written for"
    return None


def _escaped(name: str) -> str:
    """Write what UTF-8 cannot hold, bytes that Python reads as U+DC80..U+DCFF, as %80..%FF."""
    escapes = {0xDC00 + byte: f"%{byte:02X}" for byte in range(0x80, 0x100)}
    return name.translate({ord("%"): "%25", **escapes})


def _unescaped(text: str) -> str:
    def character(match: re.Match[str]) -> str:
        byte = int(match[1], 16)
        return chr(0xDC00 + byte) if byte >= 0x80 else "%"

    return re.sub("%(25|[89A-F][0-9A-F])", character, text)
