"""A blank page with the widgets' arithmetic, and a small built book that has every widget."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Browser, Page

from browser.small_book import ROOT, build, built_once, fixture_config
from persian_book.page import words

HERE = Path(__file__).parent
EXTENSIONS = ROOT / "book" / "_ext"
WIDGETS = EXTENSIONS / "widgets" / "static" / "widgets"
SELF_CHECK = EXTENSIONS / "self_check" / "static" / "self-check"
Evaluate = Callable[..., Any]


@pytest.fixture(scope="session")
def evaluate(browser: Browser) -> Iterator[Evaluate]:
    """Evaluate an expression beside the scripts that compute and read, with one argument."""
    page = browser.new_page()
    page.add_script_tag(content=words.script(words.Words({})))
    for path in (WIDGETS / "windows.js", WIDGETS / "layers.js", SELF_CHECK / "typed.js"):
        page.add_script_tag(path=path)
    yield page.evaluate
    page.close()


@pytest.fixture(scope="session")
def small_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a book of one page a widget, and one of questions, in both editions."""
    return built_once(tmp_path_factory, "widgets", build_widgets)


def build_widgets(root: Path) -> Path:
    """Build that book in a folder, and return its site."""
    shutil.copytree(HERE / "fixture", root / "book")
    names = sorted(path.stem for path in (root / "book").glob("*.md") if path.stem != "index")
    shutil.copytree(ROOT / "book" / "_static", root / "book" / "_static")
    (root / "book" / "terms.yml").write_text("[]", "utf-8")
    toc = {"format": "jb-book", "root": "index", "chapters": [{"file": name} for name in names]}
    (root / "book" / "_toc.yml").write_text(yaml.safe_dump(toc), "utf-8")
    config = fixture_config()
    config.pop("bibtex_bibfiles")
    (root / "_config.yml").write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
    return build(root)


@pytest.fixture(params=["fa", "en"])
def edition(request: pytest.FixtureRequest, small_site: Path) -> Path:
    """Return the folder of one edition."""
    return small_site / "en" if request.param == "en" else small_site


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open a page that must throw nothing."""
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console", lambda message: errors.append(message.text) if message.type == "error" else None
    )
    yield page
    page.close()
    assert errors == []
