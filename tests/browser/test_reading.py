"""Reading with the keyboard, from disk, and across the two languages."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from browser.chromium import lent
from browser.visits import served

VISIBLE_FOCUS = """() => {
  const element = document.activeElement;
  const style = getComputedStyle(element);
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  return [element.outerHTML.slice(0, 120), ring || style.boxShadow !== "none"];
}"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    # Smooth scrolling would have a click come half-way.
    with lent(browser, 1366, 768, reduced_motion="reduce") as page:
        page.set_default_timeout(5000)
        yield page


@pytest.fixture(scope="module")
def base(fixture_site: Path) -> Iterator[str]:
    with served(fixture_site) as address:
        yield address


def test_the_first_stop_of_the_keyboard_skips_to_the_text(page: Page, base: str) -> None:
    page.goto(f"{base}/everything.html")
    page.keyboard.press("Tab")
    link = page.locator("#pst-skip-link a")
    assert link.evaluate("e => e === document.activeElement")
    assert link.inner_text() == "پرش به متن اصلی"
    # It slides in; it must come to rest in sight.
    page.wait_for_function(
        "e => e.getBoundingClientRect().top >= 0", arg=link.element_handle(), timeout=5000
    )
    page.keyboard.press("Enter")
    page.wait_for_url("**#main-content")


@pytest.mark.parametrize("path", ["everything.html", "en/everything.html"])
def test_every_stop_of_the_keyboard_is_seen(page: Page, base: str, path: str) -> None:
    page.goto(f"{base}/{path}")
    stops = []
    for _ in range(80):
        page.keyboard.press("Tab")
        stop = page.evaluate(VISIBLE_FOCUS)
        if stop[0].startswith("<body"):
            break
        stops.append(stop)
    assert len(stops) > 20
    assert [element for element, seen in stops if not seen] == []


def test_a_folded_solution_opens_with_the_keyboard(page: Page, base: str) -> None:
    page.goto(f"{base}/everything.html")
    box = page.locator(".solution.dropdown, .solution.toggle").first
    body = box.locator(".section, .admonition-content, p:not(.admonition-title)").last
    assert not body.is_visible()
    box.locator("button.toggle-button").focus()
    page.keyboard.press("Enter")
    assert body.is_visible()


def test_paper_shows_what_is_folded_and_no_dark(browser: Browser, base: str) -> None:
    state = """() => [document.documentElement.dataset.theme,
      document.querySelectorAll(".bd-article details:not([open])").length,
      document.querySelectorAll(".admonition.toggle-hidden").length]"""
    chosen = "localStorage.mode = localStorage.theme = 'dark'"
    with lent(browser, 1366, 768, init_script=chosen, reduced_motion="reduce") as page:
        page.goto(f"{base}/everything.html")
        folded = page.evaluate(state)
        assert folded[0] == "dark" and min(folded[1:]) >= 1
        page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
        assert page.evaluate(state) == ["light", 0, 0]
        page.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
        assert page.evaluate(state) == folded


@pytest.mark.parametrize(
    ("button", "does"),
    [(".btn-download-pdf-button", "print"), (".btn-fullscreen-button", "toggleFullScreen")],
)
def test_the_theme_s_buttons_work_without_handlers_in_the_page(
    page: Page, base: str, button: str, does: str
) -> None:
    page.goto(f"{base}/everything.html")
    page.evaluate(f"() => {{ window.done = []; window.{does} = () => done.push('{does}') }}")
    page.locator(button).first.dispatch_event("click")
    assert page.evaluate("() => done") == [does]


def test_without_scripts_a_page_has_its_colours_and_its_folds_are_open(
    browser: Browser, base: str
) -> None:
    with lent(browser, java_script_enabled=False) as page:
        page.goto(f"{base}/everything.html")
        colour = page.evaluate(
            """() =>
              getComputedStyle(document.querySelector("article a.internal, article a")).color"""
        )
        note = page.evaluate(
            """() => getComputedStyle(document.querySelector(".admonition.note")).borderLeftColor
              + getComputedStyle(document.documentElement)
                .getPropertyValue("--pst-color-primary")"""
        )
        assert colour != "rgb(0, 0, 0)" and "#0f57be" in note
        assert page.locator(".solution.dropdown p").last.is_visible()


def switch_language(page: Page) -> None:
    """Click where the switch is; Playwright's own click scrolls a sticky header first."""
    box = page.locator("a.language-switch").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


@pytest.mark.parametrize(
    ("here", "section", "there"),
    [
        ("everything.html", "boxes", "en/everything.html#boxes"),
        ("en/everything.html", "code", "everything.html#code"),
        ("everything.html", None, "en/everything.html"),
    ],
)
def test_the_switch_leads_to_the_same_section(
    page: Page, base: str, here: str, section: str | None, there: str
) -> None:
    page.goto(f"{base}/{here}")
    if section:
        page.evaluate("id => document.getElementById(id).scrollIntoView()", section)
    switch_language(page)
    page.wait_for_url(f"{base}/{there}")


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("everything.html", {"رونوشت", "رنگ صفحه", "تمام‌صفحه", "جست‌وجو", "فهرست کتاب"}),
        ("en/everything.html", {"Copy to clipboard", "Color mode", "Fullscreen mode", "Search"}),
    ],
)
def test_every_button_has_a_name_in_the_language_of_the_page(
    page: Page, base: str, path: str, names: set[str]
) -> None:
    """Read what a screen reader says, from the browser's own accessibility tree."""
    page.set_viewport_size({"width": 800, "height": 844})  # drawers too
    page.goto(f"{base}/{path}")
    page.wait_for_selector("button.copybtn")
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")
    buttons = [
        node.get("name", {}).get("value", "")
        for node in tree["nodes"]
        if node.get("role", {}).get("value") == "button" and not node["ignored"]
    ]
    assert names <= set(buttons)
    assert "" not in buttons
    if path.startswith("everything"):
        assert [name for name in buttons if re.fullmatch("[A-Za-z ]+", name)] == []


@pytest.mark.parametrize("path", ["api-shapes.html", "en/api-shapes.html"])
def test_no_long_name_is_cut_in_the_contents(page: Page, site: Path, path: str) -> None:
    page.goto((site / path).as_uri(), timeout=30_000)
    links = page.locator(".bd-sidebar-secondary a")
    assert links.count() > 20
    cut = "(all) => all.filter((a) => a.scrollWidth > a.clientWidth + 1).map((a) => a.textContent)"
    assert links.evaluate_all(cut) == []


@pytest.mark.parametrize("width", [1366, 320])
def test_the_keyboard_stops_at_formulas_that_scroll_alone(
    page: Page, site: Path, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto((site / "q4-gradients.html").as_uri(), timeout=30_000)
    page.evaluate("() => document.fonts.ready")
    # The browser tells sizes after it has laid out.
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    wrong, stops = page.evaluate(
        """() => {
          const formulas = [...document.querySelectorAll("mjx-container")];
          const scrolls = (formula) => {
            formula.scrollLeft = 40; // to either side, as the direction may be
            const moved = formula.scrollLeft !== 0;
            formula.scrollLeft = 0;
            return moved;
          };
          const hidden = (f) => f.querySelectorAll("mjx-assistive-mml").forEach((e) => e.remove());
          formulas.forEach(hidden);
          const stops = formulas.filter((formula) => formula.tabIndex === 0);
          return [formulas.filter((f) => (f.tabIndex === 0) !== scrolls(f)).length, stops.length];
        }"""
    )
    assert wrong == 0
    assert stops < 20 if width == 1366 else stops > 0


@pytest.mark.parametrize("how", ["button.primary-toggle", "button.search-button", "Control+k"])
def test_escape_gives_the_focus_back_to_what_had_it(page: Page, base: str, how: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{base}/everything.html")
    opener = page.locator("button.primary-toggle" if how == "Control+k" else how).first
    opener.focus()
    page.keyboard.press("Enter" if "button" in how else how)
    assert page.locator("dialog[open]").count() == 1
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    page.wait_for_function("e => e === document.activeElement", arg=opener.element_handle())


def test_a_link_in_the_drawer_leads_out_of_it(page: Page, base: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{base}/everything.html")
    page.locator("button.secondary-toggle >> visible=true").click()
    page.locator("dialog[open] a[href='#boxes']").click()
    assert page.locator("dialog[open]").count() == 0
    page.wait_for_url("**/everything.html#boxes")
    top = page.locator("#boxes").evaluate("e => e.getBoundingClientRect().top")
    assert 0 <= top < 400


def test_the_book_opens_from_disk(browser: Browser, fixture_site: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    errors: list[str] = []
    asked: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.on("request", lambda request: asked.append(request.url))
    for path in ("everything.html", "en/everything.html"):
        page.goto((fixture_site / path).as_uri())
        assert page.locator(".math:not(:has(mjx-container))").count() == 0
        assert page.evaluate("() => document.fonts.check('16px Vazirmatn')")
    context.close()
    assert errors == []
    assert [url for url in asked if not url.startswith(("file://", "data:"))] == []


def test_code_and_numbers_keep_their_order_in_persian_text(page: Page, base: str) -> None:
    """Measure where characters stand: the reader sees positions, not the order in the source."""
    page.goto(f"{base}/everything.html")
    order = """(needle) => {
      const article = document.querySelector("article");
      const walker = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const at = walker.currentNode.data.indexOf(needle);
        if (at < 0) continue;
        return [...needle].map((_, i) => {
          const range = document.createRange();
          range.setStart(walker.currentNode, at + i);
          range.setEnd(walker.currentNode, at + i + 1);
          return range.getBoundingClientRect().left;
        });
      }
    }"""
    for text in ("C++", "−۷۰", "۹۳٫۵", "۱٬۵۷۴", "Conv2D(8,"):
        places = page.evaluate(order, text)
        assert places == sorted(places), text
    first, second = (
        page.locator(".highlight span", has_text=name).first.bounding_box()
        for name in ('"الف"', '"ب"')
    )
    assert first is not None and second is not None and first["x"] < second["x"]
