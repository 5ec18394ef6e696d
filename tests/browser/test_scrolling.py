"""What scrolls shows at its edges that there is more, and on which side."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page

from browser.chromium import lent
from browser.visits import served

BOXES = {
    "code": ".bd-article pre",
    "formula": ".bd-article div.math > mjx-container",
    "table": ".bd-article .pst-scrollable-table-container:has(caption)",
}
NARROW = "(box) => { box.style.maxWidth = `${box.clientWidth * 0.3}px`; }"
# In the order of the page: from the left of the content to its right.
SCROLL = """(box, right) => {
  const room = box.scrollWidth - box.clientWidth;
  const towards = getComputedStyle(box).direction === "rtl" ? right - 1 : right;
  box.scrollTo({ left: towards * room, behavior: "instant" });
}"""


@pytest.fixture(scope="module")
def base(fixture_site: Path) -> Iterator[str]:
    with served(fixture_site) as address:
        yield address


@contextmanager
def opened(browser: Browser, address: str, theme: str, width: int = 390) -> Iterator[Page]:
    forced = "active" if theme == "forced" else "none"
    chosen = f"localStorage.mode = localStorage.theme = '{theme}'"
    with lent(browser, width, 844, init_script=chosen, forced_colors=forced) as page:
        page.goto(address)
        page.evaluate("() => document.fonts.ready")
        yield page


def edges(box: Locator) -> tuple[float, float]:
    """Return how far the left and the right edge stand out from the ground of a box.

    Most of a column of pixels is ground, whatever is written in it.
    """
    shot = Image.open(io.BytesIO(box.screenshot(animations="disabled"))).convert("L")
    pixels = np.asarray(shot, dtype=float)[3:-12, 2:-2]  # without border and scroll bar
    columns = np.median(pixels, axis=0)
    ground = float(np.median(columns))
    return abs(float(columns[0]) - ground), abs(float(columns[-1]) - ground)


@pytest.mark.parametrize("theme", ["light", "dark", "forced"])
@pytest.mark.parametrize("kind", BOXES)
@pytest.mark.parametrize("edition", ["", "en/"])
def test_a_shade_lies_where_there_is_more(
    browser: Browser, base: str, edition: str, kind: str, theme: str
) -> None:
    with opened(browser, f"{base}/{edition}everything.html", theme) as page:
        box = page.locator(BOXES[kind]).first
        if kind == "code":  # a line that is longer than any box
            box.evaluate("(pre) => { pre.append('x = 1  # ' + 'one, '.repeat(60)); }")
        if kind == "table":  # without rules, which would stand where the shade is measured
            box.locator("td").first.evaluate("(cell) => { cell.style.minWidth = '900px'; }")
            for row in box.locator("caption, th, td").all():
                row.evaluate(
                    "(cell) => { cell.style.borderInline = 'none'; cell.textContent = ''; }"
                )
        box.evaluate(NARROW)
        box.scroll_into_view_if_needed()
        assert box.evaluate("(box) => box.scrollWidth > box.clientWidth + 40")
        box.evaluate(SCROLL, 0)
        left, right = edges(box)
        assert left < 4 and right > 30
        box.evaluate(SCROLL, 1)
        left, right = edges(box)
        assert left > 30 and right < 4


@pytest.mark.parametrize("kind", BOXES)
def test_what_is_all_in_sight_has_none(browser: Browser, base: str, kind: str) -> None:
    with opened(browser, f"{base}/everything.html", "light", 1366) as page:
        box = page.locator(BOXES[kind]).first
        assert not box.evaluate("(box) => box.scrollWidth > box.clientWidth")
        assert max(edges(box)) < 4


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_formula_in_an_exercise_stands_on_its_tint(
    browser: Browser, base: str, theme: str
) -> None:
    with opened(browser, f"{base}/everything.html", theme, 1366) as page:
        page.evaluate("""() => document.querySelector(".exercise")
          .append(document.querySelector(".bd-article div.math"))""")
        box = page.locator(".exercise div.math > mjx-container")
        box.scroll_into_view_if_needed()
        shot = Image.open(io.BytesIO(box.screenshot(animations="disabled"))).convert("L")
        pixels = np.asarray(shot, dtype=float)
        assert abs(pixels[2, 2] - np.median(pixels)) < 2


@pytest.mark.parametrize("edition", ["", "en/"])
def test_the_caption_of_a_table_stays_in_sight(browser: Browser, base: str, edition: str) -> None:
    with opened(browser, f"{base}/{edition}everything.html", "light") as page:
        box = page.locator(".bd-article .pst-scrollable-table-container:has(caption)").first
        box.locator("td").first.evaluate("(cell) => { cell.style.minWidth = '900px'; }")
        seen = box.bounding_box()
        for right in (0, 1):
            box.evaluate(SCROLL, right)
            caption = box.locator("caption").bounding_box()
            assert seen and caption
            assert caption["x"] >= seen["x"] - 1
            assert caption["x"] + caption["width"] <= seen["x"] + seen["width"] + 1
