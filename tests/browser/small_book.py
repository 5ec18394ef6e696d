"""A small book in a folder of its own, with this project's settings and extensions."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
EXTENSIONS = {"persian_book": "persian-book"} | dict.fromkeys(
    ("self_check", "widgets", "notebooks"), "book/_ext"
)


def fixture_config() -> dict[str, Any]:
    """Return this project's own settings, for another folder."""
    config: dict[str, Any] = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    extensions = {name: str(ROOT / folder) for name, folder in EXTENSIONS.items()}
    config["sphinx"]["local_extensions"] = extensions
    for name in [name for name in config["sphinx"]["config"] if name.startswith("code_key")]:
        del config["sphinx"]["config"][name]
    return config


def build(root: Path) -> Path:
    """Build the book below `root`, warnings being errors, and return its site."""
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", "book"]
    environment = {key: value for key, value in os.environ.items() if key != "MPLBACKEND"}
    done = subprocess.run(
        [*command, "-W", "-n", "--keep-going"],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return root / "_build" / "html"
