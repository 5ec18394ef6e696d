"""What came of the book's long runs, for its notebooks, which read it from a folder `data`."""

from __future__ import annotations

import shutil
from pathlib import Path

from cnnbook.files import write_atomically

__all__ = ["copy_results"]

# In an installed package, and in the repository, where the book itself reads them.
_INSTALLED = Path(__file__).parent / "_results"
_REPOSITORY = Path(__file__).parents[2] / "book" / "data"


def copy_results(folder: str | Path = "data") -> None:
    """Copy the results of the book's long runs into a folder; a file that is there stays.

    Parameters
    ----------
    folder : path
        Made where it is missing.

    Raises
    ------
    FileNotFoundError
        If the package was installed without them.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     copy_results(place)
    ...     (Path(place) / "search.json").exists()
    True
    """
    source = _INSTALLED if _INSTALLED.is_dir() else _REPOSITORY
    if not source.is_dir():
        way = "install the wheel that lies beside the notebook"
        raise FileNotFoundError(f"this cnnbook has no results of the book's runs: {way}")
    for path in sorted(source.rglob("*")):
        target = Path(folder) / path.relative_to(source)
        if path.is_file() and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            with write_atomically(target) as temporary:
                shutil.copyfile(path, temporary)
