"""A blank page with the widgets' arithmetic, and one that must throw nothing."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from browser.chromium import COMPLAINTS, heard, lent
from browser.small_book import ROOT
from persian_book.page import words

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


@pytest.fixture(params=["fa", "en"])
def edition(request: pytest.FixtureRequest, small_site: Path) -> Path:
    """Return the folder of one edition."""
    return small_site / "en" if request.param == "en" else small_site


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Lend a page that must throw nothing."""
    with lent(browser, 1200, 900) as page, heard(page, **COMPLAINTS) as errors:
        yield page
    assert errors == []


@pytest.fixture
def asked(page: Page) -> Iterator[list[str]]:
    """Return the addresses that the page asks for."""
    with heard(page, request=lambda request: request.url) as addresses:
        yield addresses
