"""A small book that has everything on few pages, and a walk over every page of the real one."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Browser

from browser.small_book import ROOT, build, built_once, fixture_config
from browser.visits import Visit, walk

HERE = Path(__file__).parent


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


@pytest.fixture(scope="session")
def fixture_site(tmp_path_factory: pytest.TempPathFactory, cases: dict[str, Any]) -> Path:
    """Build the small book and return its site."""
    return built_once(tmp_path_factory, "fixture", lambda root: build_fixture(root, cases))


@pytest.fixture(scope="session")
def fixture_as_written(tmp_path_factory: pytest.TempPathFactory, cases: dict[str, Any]) -> Path:
    """Build the small book with the theme's style sheets as their authors wrote them."""

    def make(root: Path) -> Path:
        (root / "as_written.py").write_text(AS_WRITTEN, "utf-8")
        return build_fixture(root, cases, as_written=str(root))

    return built_once(tmp_path_factory, "as_written", make)


AS_WRITTEN = """
from persian_book.site import styles

def setup(app):
    styles.to_logical = lambda css: css
"""


def build_fixture(root: Path, cases: dict[str, Any], **extensions: str) -> Path:
    """Build the small book, with these extensions beside its own."""
    shutil.copytree(HERE / "fixture", root / "book")
    shutil.copytree(ROOT / "book" / "_static", root / "book" / "_static")
    sheets = [{"file": name} for name in write_sheets(root / "book", cases)]
    parts = [
        {"caption": "chapters", "numbered": True, "chapters": [{"file": "everything"}]},
        {"caption": "appendices", "chapters": [{"file": "glossary"}, *sheets]},
    ]
    toc = {"format": "jb-book", "root": "index", "parts": parts}
    (root / "book" / "_toc.yml").write_text(yaml.safe_dump(toc), "utf-8")
    config = fixture_config()
    config["sphinx"].setdefault("local_extensions", {}).update(extensions)
    (root / "_config.yml").write_text(yaml.safe_dump(config), "utf-8")
    return build(root)


@pytest.fixture(scope="session")
def visits(browser: Browser, site: Path) -> list[Visit]:
    """Return what every page of the book did; the walk is made once."""
    return walk(browser, site)
