"""A small book in a folder of its own, with this project's settings and extensions."""

from pathlib import Path
from typing import Any

import building
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
    status, output = building.build(root, "book", "-W", "-n", "--keep-going")
    assert status == 0, output
    return root / "_build" / "html"
