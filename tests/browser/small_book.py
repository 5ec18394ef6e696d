"""A small book in a folder of its own, with this project's settings and extensions."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import building
import pytest
import yaml

ROOT = Path(__file__).parents[2]
EXTENSIONS = {"persian_book": "persian-book"} | dict.fromkeys(
    ("self_check", "widgets", "notebooks"), "book/_ext"
)


def fixture_config() -> dict[str, Any]:
    """Return this project's own settings, for another folder and a repository of its own.

    What leads to a repository makes the bar longest, on a phone too.
    """
    config: dict[str, Any] = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    config["repository"] = {"url": "https://github.com/a/b", "path_to_book": "book"}
    extensions = {name: str(ROOT / folder) for name, folder in EXTENSIONS.items()}
    config["sphinx"]["local_extensions"] = extensions
    for name in [name for name in config["sphinx"]["config"] if name.startswith("code_key")]:
        del config["sphinx"]["config"][name]
    return config


def build(root: Path) -> Path:
    """Build the book below `root`, warnings being errors, and return its site."""
    status, output = building.build(root, "book", "-W", "-n", "--keep-going")
    assert status == 0, output
    return root / "_build" / "html"


def built_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Path]) -> Path:
    """Build the site of this name in one process of a test run, for all of them."""
    folder = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    root, done = folder / name, folder / f"{name}.done"
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(root, ignore_errors=True)
            root.mkdir()
            done.write_text(str(make(root)), "utf-8")
    return Path(done.read_text("utf-8"))
