"""What a page is on paper: with its number, and with or without solutions, as its reader likes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from browser.conftest import build_fixture
from browser.small_book import ROOT, built_once

CHAPTER = "everything.html"
SOLUTIONS = ".bd-article :is(.solution, .steps-of-it)"
SHOWN = f"""() => [...document.querySelectorAll({SOLUTIONS!r})]
  .filter((box) => box.getClientRects().length).length"""


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory, cases: dict[str, Any]) -> Path:
    """Build the small book with what this book asks of its pages."""
    ours = str(ROOT / "book" / "_ext")
    return built_once(
        tmp_path_factory, "paper", lambda root: build_fixture(root, cases, page_form=ours)
    )


@pytest.fixture(params=["", "en"], ids=["fa", "en"])
def page(browser: Browser, paper: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Open a chapter whose printing is noted and comes to no paper."""
    page = browser.new_page(viewport={"width": 1366, "height": 900})
    page.goto((paper / request.param / CHAPTER).as_uri())
    page.emulate_media(media="print")
    page.evaluate(f"""() => {{
      window.print = () => {{
        window.dispatchEvent(new Event("beforeprint"));
        window.printed = ({SHOWN})();
        window.dispatchEvent(new Event("afterprint"));
      }};
    }}""")
    yield page
    page.close()


def test_the_reader_chooses_paper_with_solutions_or_without(page: Page) -> None:
    everything = page.locator(SOLUTIONS).count()
    assert everything > 0
    for form, expected in [(":not(.with-solutions)", 0), (".with-solutions", everything)]:
        page.locator(f".btn-download-pdf-button{form}").dispatch_event("click")
        assert page.evaluate("() => printed") == expected
    # The keys of the browser give what can be worked on, also after the other form.
    page.evaluate("() => print()")
    assert page.evaluate("() => printed") == 0


def test_without_scripts_paper_has_no_solutions(browser: Browser, paper: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((paper / CHAPTER).as_uri())
    on_screen = page.evaluate(SHOWN)
    page.emulate_media(media="print")
    assert (on_screen > 0, page.evaluate(SHOWN)) == (True, 0)
    context.close()


def test_code_may_go_on_overleaf_and_a_heading_may_not(page: Page) -> None:
    held = page.evaluate("""() => [...document.querySelectorAll("article pre")].flatMap((pre) => {
      const around = [];
      for (let box = pre; box.tagName !== "ARTICLE"; box = box.parentElement) around.push(box);
      return around.filter((box) => getComputedStyle(box).breakInside !== "auto");
    }).map((box) => box.className)""")
    assert held == []
    headings = page.locator(".bd-article :is(h1, h2, h3)")
    assert headings.count() > 2
    kept = headings.evaluate_all(
        "(all) => all.map((h) => [getComputedStyle(h).breakInside, getComputedStyle(h).breakAfter])"
    )
    assert kept == [["avoid", "avoid"]] * len(kept)


def test_the_title_has_the_number_of_the_chapter(page: Page) -> None:
    page.emulate_media(media="print")
    titles = page.locator("h1:visible")
    assert titles.count() == 1
    digit = "۱" if page.evaluate("() => document.documentElement.lang") == "fa" else "1"
    assert titles.inner_text().startswith(digit)


def test_an_answer_is_written_on_paper_and_nothing_is_pressed_there(page: Page) -> None:
    boxes = page.locator(".self-check")
    assert boxes.count() > 0
    for box in boxes.all():
        assert box.locator("input, li").first.is_visible()
        assert box.locator("button:visible").count() == 0
