"""Nothing of a widget comes before it is near, and nothing from elsewhere, ever."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from browser.chromium import COMPLAINTS, heard, lent
from browser.visits import served

ELEMENTS = ["alignment", "counterfactual", "gradient-lens", "layers", "pointwise", "stepper"]
FAR = """document.addEventListener("DOMContentLoaded", () => {
  for (const e of document.querySelectorAll("article *"))
    if (e.localName.startsWith("cnn-")) e.style.marginTop = "5000px";
}, true)"""


@pytest.fixture(scope="module")
def strict_address(small_site: Path) -> Iterator[str]:
    """Serve every page under the policy."""
    with served(small_site) as address:
        yield address


@pytest.mark.parametrize("name", ELEMENTS)
def test_a_strict_policy_serves_it(
    strict_address: str, page: Page, asked: list[str], name: str
) -> None:
    page.goto(f"{strict_address}/{name}.html")
    page.locator(f"cnn-{name} .live .foot").wait_for()
    assert page.locator(f"cnn-{name} .static").is_hidden()
    assert all(address.startswith(strict_address) for address in asked)


@pytest.mark.parametrize("name", ELEMENTS)
def test_it_works_from_disk(edition: Path, page: Page, name: str) -> None:
    page.goto((edition / f"{name}.html").as_uri())
    page.locator(f"cnn-{name} .live").first.wait_for()
    assert page.locator(f"cnn-{name} .static:visible").count() == 0


@pytest.fixture
def tall_page(browser: Browser) -> Iterator[Page]:
    """Lend a page on which every widget is far away."""
    with lent(browser, 1200, 900, init_script=FAR) as page:
        yield page


@pytest.mark.parametrize("name", ELEMENTS)
def test_nothing_comes_before_it_is_near(edition: Path, tall_page: Page, name: str) -> None:
    with heard(tall_page, request=lambda request: request.url, **COMPLAINTS) as heard_of:
        tall_page.goto((edition / f"{name}.html").as_uri())
        tall_page.wait_for_timeout(300)
        assert not any("/lit." in address for address in heard_of)
        assert any("/loader." in address for address in heard_of)
        tall_page.locator(f"cnn-{name}").scroll_into_view_if_needed()
        tall_page.locator(f"cnn-{name} .live").first.wait_for()
    assert any("/lit." in address for address in heard_of)
    assert [said for said in heard_of if not said.startswith("file://")] == []


@pytest.mark.parametrize("name", ELEMENTS)
def test_without_scripts_there_is_a_figure(browser: Browser, edition: Path, name: str) -> None:
    with lent(browser, java_script_enabled=False) as page:
        page.goto((edition / f"{name}.html").as_uri())
        assert page.locator(f"cnn-{name} .static table").first.is_visible()
        # The theme names its colours by script; the figure must not depend on it.
        cell = page.locator(f"cnn-{name} .static tbody td").first
        border = cell.evaluate("cell => getComputedStyle(cell).borderBottomStyle")
    assert border in ("solid", "dashed")


@pytest.mark.parametrize("name", ELEMENTS)
def test_on_paper_there_is_the_figure_alone(edition: Path, page: Page, name: str) -> None:
    page.goto((edition / f"{name}.html").as_uri())
    page.locator(f"cnn-{name} .live").first.wait_for()
    page.emulate_media(media="print")
    assert page.locator(f"cnn-{name} .static table").first.is_visible()
    assert page.locator(f"cnn-{name} .live").is_hidden()


def test_other_pages_carry_nothing_of_it(small_site: Path) -> None:
    index = (small_site / "index.html").read_text("utf-8")
    assert "widgets/" not in index and "self-check/" not in index
