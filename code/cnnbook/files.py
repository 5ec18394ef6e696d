"""Write files and folders whole or not at all, and print their names on one line.

What is written grows in a folder ``.writing-...`` beside its target and takes the target's name at
the end; ``os.replace`` does that in one step on one file system. So a reader sees the old or the
new, and a full disk, an error or Ctrl-C leaves nothing. Only a kill leaves such a folder, which the
next writer there removes. (No promise is made about a power cut: nothing waits for the disk.)
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows, where what a kill left stays
    fcntl = None  # type: ignore[assignment]

_PREFIX = ".writing-"


@contextmanager
def write_atomically(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path whose file becomes ``path`` when the block ends well.

    Through a symbolic link its target is written. A device or a pipe is written to, never
    replaced. Folders on the way are made, and removed again after an error.

    Raises
    ------
    OSError
        If ``path`` is a folder, a file that may not be written, or a link to itself.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "notes.txt")
    ...     with write_atomically(path) as temporary:
    ...         _ = temporary.write_text("all of it")
    ...         print(path.exists())
    ...     print(path.read_text())
    False
    all of it
    """
    target = Path(path)
    if target.is_dir():
        raise IsADirectoryError(f"{printable(target)} is a folder; give the name of a file")
    with _naming(target):
        if target.exists() and not target.is_file():
            with tempfile.TemporaryDirectory() as scratch:
                staged = Path(scratch, target.name)
                yield staged
                with staged.open("rb") as source, target.open("wb") as device:
                    shutil.copyfileobj(source, device)
            return
        target = _without_links(target)
        if target.exists():
            target.open("r+b").close()  # a read-only file is refused, as `open` would refuse it
        with _scratch_beside(target) as scratch_folder:
            staged = scratch_folder / target.name
            yield staged
            if target.exists():
                shutil.copymode(target, staged)
            os.replace(staged, target)


@contextmanager
def write_folder_atomically(path: str | Path) -> Iterator[Path]:
    """Yield an empty temporary folder that becomes ``path`` when the block ends well.

    Raises
    ------
    FileExistsError
        If ``path`` exists and is no empty folder.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with write_folder_atomically(f"{folder}/new") as temporary:
    ...         _ = Path(temporary, "1.txt").write_text("one")
    ...     os.listdir(folder), os.listdir(f"{folder}/new")
    (['new'], ['1.txt'])
    """
    target = _without_links(Path(path))
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        what = "is not empty" if target.is_dir() else "is a file"
        raise FileExistsError(f"{printable(path)} {what}; give a new folder")
    with _naming(target), _scratch_beside(target) as scratch:
        staged = scratch / target.name
        staged.mkdir()
        yield staged
        os.replace(staged, target)


def printable(path: str | os.PathLike[str]) -> str:
    r"""Return a path as one line of Unicode text, whatever bytes its name holds.

    Control characters and bytes that are not UTF-8 are shown as ``\n`` and ``\xe9``.

    Examples
    --------
    >>> print(printable("two\nlines"), printable(os.fsdecode(b"caf\xe9.jpg")))
    two\nlines caf\xe9.jpg
    """
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    controls = [*range(32), *range(127, 160), 0x2028, 0x2029]
    return text.translate({c: chr(c).encode("unicode_escape").decode() for c in controls})


def _without_links(path: Path) -> Path:
    real = Path(os.path.realpath(path))
    if real.is_symlink():
        raise OSError(f"{printable(path)} is a link to itself")
    return real


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Add the name of the target to an error that has none: that the disk is full says no file."""
    try:
        yield
    except OSError as error:
        if error.errno is not None and error.filename is None:
            error.filename = str(path)
        raise


@contextmanager
def _scratch_beside(target: Path) -> Iterator[Path]:
    """Make a folder beside the target, and the folders above it; a failure removes them all."""
    made = [folder for folder in target.parents if not folder.exists()]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(target.parent)
        scratch, lock = _locked_folder(target.parent)
        try:
            yield scratch
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
            if lock is not None:
                os.close(lock)
    except BaseException:
        with suppress(OSError):  # somebody else has put something there
            for folder in made:
                folder.rmdir()
        raise


def _locked_folder(parent: Path) -> tuple[Path, int | None]:
    """Make a folder that is locked as long as its writer lives."""
    while True:
        scratch = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        if fcntl is None:
            return scratch, None
        with suppress(FileNotFoundError):  # removed as a leftover before it was locked: try again
            lock = os.open(scratch, os.O_RDONLY)
            with suppress(OSError):  # a file system without locks, where nobody removes leftovers
                fcntl.flock(lock, fcntl.LOCK_EX)
            if scratch.exists():
                return scratch, lock
            os.close(lock)


def _remove_leftovers(parent: Path) -> None:
    """Remove what killed writers left: folders that nobody holds locked."""
    if fcntl is None:
        return
    for leftover in parent.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            lock = os.open(leftover, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(leftover, ignore_errors=True)
            finally:
                os.close(lock)
