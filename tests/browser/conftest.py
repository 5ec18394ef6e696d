"""One Chromium for all browser tests, and a small book that has everything on few pages."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Browser, sync_playwright

from browser.visits import Visit, walk

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
EXTENSIONS = ("persian_book", "self_check", "widgets")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        reason = "no Chromium on this machine (on Debian: apt install chromium)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def cases() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((HERE / "search_cases.yml").read_text("utf-8"))
    return loaded


def write_sheets(book: Path, cases: dict[str, Any]) -> list[str]:
    """Write one page a spelling, and return their names."""
    for number, (name, text) in enumerate(cases["pages"].items(), 1):
        english = cases["english"].get(name, "An English twin.")
        blocks = f":::{{fa}}\n{text}\n:::\n:::{{en}}\n{english}\n:::\n"
        title = f"# {{fa}}`برگهٔ {number}`{{en}}`Sheet {number}`\n\n"
        (book / f"{name}.md").write_text(title + blocks, "utf-8")
    (book / "terms.yml").write_text(yaml.safe_dump(cases["terms"]), "utf-8")
    return list(cases["pages"])


def fixture_config() -> dict[str, Any]:
    """Return this project's own settings, for another folder."""
    config: dict[str, Any] = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    extensions = {name: str(ROOT / "book" / "_ext") for name in EXTENSIONS}
    config["sphinx"]["local_extensions"] = extensions
    for name in [name for name in config["sphinx"]["config"] if name.startswith("code_key")]:
        del config["sphinx"]["config"][name]
    return config


@pytest.fixture(scope="session")
def fixture_site(tmp_path_factory: pytest.TempPathFactory, cases: dict[str, Any]) -> Path:
    """Build the small book and return its site."""
    root = tmp_path_factory.mktemp("fixture")
    shutil.copytree(HERE / "fixture", root / "book")
    shutil.copytree(ROOT / "book" / "_static", root / "book" / "_static")
    sheets = [{"file": name} for name in write_sheets(root / "book", cases)]
    parts = [
        {"caption": "chapters", "numbered": True, "chapters": [{"file": "everything"}]},
        {"caption": "appendices", "chapters": [{"file": "glossary"}, *sheets]},
    ]
    toc = {"format": "jb-book", "root": "index", "parts": parts}
    (root / "book" / "_toc.yml").write_text(yaml.safe_dump(toc), "utf-8")
    (root / "_config.yml").write_text(yaml.safe_dump(fixture_config()), "utf-8")
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


@pytest.fixture(scope="session")
def visits(browser: Browser, site: Path) -> list[Visit]:
    """Return what every page of the book did; the walk is made once."""
    return walk(browser, site)
