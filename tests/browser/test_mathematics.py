"""Formulas in the browser: without JavaScript, on a phone, on paper."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from browser.chromium import lent
from browser.visits import served

# What is not set, and what has no ink: letters whose font or style did not come.
FAULTS = """() => {
  const all = [...document.querySelectorAll("article .math")].filter((e) => e.checkVisibility());
  const sized = (e) => e.getBoundingClientRect().height > 4 && e.getBoundingClientRect().width > 2;
  return [all.length, all.filter((e) => !e.querySelector("mjx-math")).length,
    all.filter((e) => !sized(e.querySelector("mjx-math"))).length,
    all.filter((e) => /\\\\[a-z([]/.test(e.innerText)).length];
}"""


@pytest.fixture(params=[True, False], ids=["with scripts", "without"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    options = {"java_script_enabled": request.param, "reduced_motion": "reduce"}
    with lent(browser, 320, 640, **options) as page:
        yield page


@pytest.mark.parametrize("media", ["screen", "print"])
@pytest.mark.parametrize("path", ["q4-gradients.html", "en/q4-gradients.html"])
def test_every_formula_is_set(page: Page, site: Path, path: str, media: str) -> None:
    page.emulate_media(media=media)  # type: ignore[arg-type]
    with served(site) as base:
        page.goto(f"{base}/{path}")
        count, raw, empty, tex = page.evaluate(FAULTS)
    assert count > 100
    assert [raw, empty, tex] == [0, 0, 0]


@pytest.mark.parametrize("path", ["q1-convolution.html", "en/q4-gradients.html", "everything.html"])
def test_a_formula_wider_than_a_phone_scrolls(
    page: Page, site: Path, fixture_site: Path, path: str
) -> None:
    """Every formula either stands within the window or in something that can be scrolled."""
    page.goto(((fixture_site if path == "everything.html" else site) / path).as_uri())
    cut = page.evaluate(
        """() => [...document.querySelectorAll("mjx-math")].filter((math) => {
          const { left, right, width } = math.getBoundingClientRect();
          if (!width || (left >= 0 && right <= window.innerWidth)) return false;
          for (let e = math.parentElement; e && e.tagName !== "ARTICLE"; e = e.parentElement) {
            const scrolls = /auto|scroll/.test(getComputedStyle(e).overflowX);
            if (scrolls && e.scrollWidth > e.clientWidth) return false;
          }
          return true;
        }).map((math) => math.parentElement.textContent.slice(0, 80))"""
    )
    assert cut == []


def test_a_screen_reader_meets_the_mathml_and_not_the_letters(page: Page, site: Path) -> None:
    page.goto((site / "q4-gradients.html").as_uri())
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")
    roles = [node["role"]["value"] for node in tree["nodes"] if not node["ignored"]]
    assert roles.count("MathMLMath") > 100
    assert page.locator("mjx-math:not([aria-hidden=true])").count() == 0
