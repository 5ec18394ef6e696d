"""Nothing of a widget comes before it is near, and nothing from elsewhere, ever."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from browser.visits import served

ELEMENTS = ["alignment", "counterfactual", "gradient-lens", "layers", "pointwise", "stepper"]


@pytest.fixture(scope="module")
def strict_address(small_site: Path) -> Iterator[str]:
    """Serve every page under the policy."""
    with served(small_site) as address:
        yield address


@pytest.mark.parametrize("name", ELEMENTS)
def test_a_strict_policy_serves_it(strict_address: str, page: Page, name: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{strict_address}/{name}.html")
    page.locator(f"cnn-{name} .live .foot").wait_for()
    assert page.locator(f"cnn-{name} .static").is_hidden()
    assert all(address.startswith(strict_address) for address in asked)


@pytest.mark.parametrize("name", ELEMENTS)
def test_it_works_from_disk(edition: Path, page: Page, name: str) -> None:
    page.goto((edition / f"{name}.html").as_uri())
    page.locator(f"cnn-{name} .live").first.wait_for()
    assert page.locator(f"cnn-{name} .static:visible").count() == 0


@pytest.mark.parametrize("name", ELEMENTS)
def test_nothing_comes_before_it_is_near(edition: Path, page: Page, name: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.add_init_script(
        "document.addEventListener('DOMContentLoaded', () => {"
        f"document.querySelector('cnn-{name}').style.marginTop = '5000px'; }}, true)"
    )
    page.goto((edition / f"{name}.html").as_uri())
    page.wait_for_timeout(300)
    assert not any("/lit." in address for address in asked)
    assert any("/loader." in address for address in asked)
    page.locator(f"cnn-{name}").scroll_into_view_if_needed()
    page.locator(f"cnn-{name} .live").first.wait_for()
    assert any("/lit." in address for address in asked)


@pytest.mark.parametrize("name", ELEMENTS)
def test_without_scripts_there_is_a_figure(browser: Browser, edition: Path, name: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((edition / f"{name}.html").as_uri())
    assert page.locator(f"cnn-{name} .static table").first.is_visible()
    # The theme names its colours by script; the figure must not depend on it.
    cell = page.locator(f"cnn-{name} .static tbody td").first
    assert cell.evaluate("cell => getComputedStyle(cell).borderBottomStyle") in ("solid", "dashed")
    context.close()


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
