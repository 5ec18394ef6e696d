"""Each widget at two widths and in both themes: axe, the page's width, names, and live regions."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from browser.chromium import lent
from browser.visits import AXE, SIZES, axe

ELEMENTS = ["alignment", "counterfactual", "gradient-lens", "layers", "pointwise", "stepper"]


def open_widget(page: Page, edition: Path, name: str) -> None:
    page.goto((edition / f"{name}.html").as_uri())
    if name != "questions":
        page.locator(f"cnn-{name} .live .foot").wait_for()


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("name", [*ELEMENTS, "questions"])
def test_axe_finds_nothing(browser: Browser, edition: Path, name: str, width: int) -> None:
    with lent(browser, width, SIZES[width], reduced_motion="reduce") as page:
        open_widget(page, edition, name)
        for summary in page.locator(".widget summary").all():
            summary.click()
        page.evaluate(AXE)
        assert axe(page, width) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", ELEMENTS)
def test_every_control_has_a_name_in_the_language(page: Page, edition: Path, name: str) -> None:
    open_widget(page, edition, name)
    names = page.locator(f"cnn-{name} .live").aria_snapshot()
    unnamed = ["- button\n", "- combobox:", "- slider\n", "- textbox\n", "- checkbox\n", "- grid:"]
    assert [role for role in unnamed if role in names] == []


@pytest.mark.parametrize("name", ELEMENTS)
def test_one_live_region_that_is_there_from_the_start(page: Page, edition: Path, name: str) -> None:
    open_widget(page, edition, name)
    status = page.locator(f"cnn-{name} .live").get_by_role("status")
    assert status.count() == 1 and status.inner_text() == ""


@pytest.mark.parametrize("name", ELEMENTS)
def test_every_control_is_reached_by_tab(page: Page, edition: Path, name: str) -> None:
    open_widget(page, edition, name)
    reached = page.evaluate(
        """name => {
          const controls = `cnn-${name} .live :is(button, select, input, a)`;
          const hidden = (element) => element.tabIndex < 0 && element.checkVisibility();
          return [...document.querySelectorAll(controls)].filter(hidden).length;
        }""",
        name,
    )
    assert reached == 0
    grids = page.locator(f"cnn-{name} .live [role=grid]")
    assert all(grid.locator("[tabindex='0']").count() == 1 for grid in grids.all())
