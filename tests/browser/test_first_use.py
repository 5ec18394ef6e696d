"""The definition of a term shows on hover, focus and touch; nothing moves, and Escape ends it."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

SHOWN = "getComputedStyle(document.querySelector('a.first-use'), '::after').display"
WHERE = "JSON.stringify(document.querySelector('.bd-article').getBoundingClientRect())"


@pytest.mark.parametrize(("edition", "width"), [("", 1366), ("en", 390)])
def test_a_definition_shows_without_moving_anything(
    browser: Browser, site: Path, edition: str, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto((site / edition / "q1-convolution.html").as_uri())
    term = page.locator("a.first-use").first
    term.scroll_into_view_if_needed()
    before = page.evaluate(WHERE)
    assert page.evaluate(SHOWN) != "block"
    page.keyboard.press("Tab")
    term.focus()
    page.wait_for_function(f"{SHOWN} === 'block'")
    assert page.evaluate(WHERE) == before
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.press("Escape")
    page.wait_for_function(f"{SHOWN} !== 'block'")
    term.blur()
    term.hover()
    page.wait_for_function(f"{SHOWN} === 'block'")
    page.keyboard.press("Escape")
    page.wait_for_function(f"{SHOWN} !== 'block'")
    page.close()


def test_the_first_tap_shows_and_the_second_leads_to_the_glossary(
    browser: Browser, site: Path
) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 900}, has_touch=True)
    page.goto((site / "q1-convolution.html").as_uri())
    term = page.locator("a.first-use").first
    term.tap()
    page.wait_for_function(f"{SHOWN} === 'block'")
    assert "glossary" not in page.url
    term.tap()
    page.wait_for_url("**/glossary.html#term-*")
    page.close()


def test_each_definition_is_said_and_leads_to_its_row(site: Path) -> None:
    for edition in ("", "en"):
        glossary = (site / edition / "glossary.html").read_text("utf-8")
        page = (site / edition / "q1-convolution.html").read_text("utf-8")
        found = re.findall(r'<a class="first-use" href="glossary.html#([^"]+)"', page)
        assert len(found) >= 8 and len(set(found)) == len(found)
        assert all(f'id="{name}"' in glossary for name in found)
