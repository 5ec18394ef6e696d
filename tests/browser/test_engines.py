"""The book in Firefox and in WebKitGTK, where Chromium's tests do not look.

WebKitGTK is not Safari, but the engine is the same. It knows no forced colours.
"""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser

from browser.engines import ENGINES, force_colours, needed
from browser.frames import (
    FRAME_NAME,
    WIDE,
    Seen,
    on_disk_with_witness,
    served_with_witness,
    show,
    walk,
)
from browser.visits import pages
from browser.webdriver import Session

EDITIONS = pytest.mark.parametrize("edition", ["", "en/"], ids=["fa", "en"])


@pytest.fixture(scope="module", params=ENGINES)
def session(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Session]:
    with ENGINES[request.param](tmp_path_factory.mktemp(request.param)) as session:
        yield session


@pytest.fixture(scope="module")
def base(session: Session, fixture_site: Path) -> Iterator[str]:
    """Serve the small book; whatever its pages ask for is there."""
    with served_with_witness(fixture_site) as (address, missing):
        yield address
    assert missing == []


def faults(seen: list[Seen]) -> dict[str, list[object]]:
    """Return what is wrong with the pages that were seen."""
    roots = {"fa": ["fa", "rtl"], "en": ["en", "ltr"]}
    found: dict[str, list[object]] = {}
    for page in seen:
        wrong = [*page.complaints, *page.look["unrendered"], *page.look["mathErrors"]]
        wrong += [page.look["root"]] if page.look["root"] != roots[page.edition] else []
        wrong += [(width, *over) for width, over in page.wide.items() if over != [width, 0, 0]]
        # The page for lost addresses has the colours of the system, and no theme.
        wrong += page.grounds if len(set(page.grounds)) != 2 and page.page != "404.html" else []
        found |= {page.page: wrong} if wrong else {}
    return found


def test_every_page_stands_at_every_width_in_both_themes(session: Session, site: Path) -> None:
    with served_with_witness(site) as (address, missing):
        seen = walk(session, address, pages(site))
    assert len(seen) > 20 and sum(page.widgets for page in seen) >= 10
    assert (faults(seen), missing) == ({}, [])


def test_pages_stand_from_disk(session: Session, fixture_site: Path, tmp_path: Path) -> None:
    address = on_disk_with_witness(fixture_site, tmp_path / "site")
    names = ["index.html", "everything.html", "glossary.html", "search.html"]
    seen = walk(session, address, [f"{folder}{name}" for folder in ("", "en/") for name in names])
    assert faults(seen) == {}


@EDITIONS
def test_folds_open_and_answers_are_marked(session: Session, base: str, edition: str) -> None:
    session.open(f"{base}/{edition}everything.html")
    session.click(".solution button.toggle-button")
    session.wait("() => document.querySelector('.solution p:last-child').checkVisibility()")
    verdict = (
        """(state) => document.querySelector(`.self-check.${state} [role=status]`)?.innerText"""
    )
    said = {}
    for state, typed in {"wrong": "-60", "right": "-70"}.items():
        session.run("() => { document.querySelector('.self-check input').value = ''; }")
        session.click(".self-check input")
        session.type(typed)
        session.press("Enter")
        said[state] = session.wait(verdict, state)
    mistake = {"": "سطرهای میانی", "en/": "middle rows"}[edition]
    assert mistake in said["wrong"] and mistake not in said["right"]
    assert session.run("() => complaints") == []


@EDITIONS
def test_the_theme_changes_and_stays(session: Session, base: str, edition: str) -> None:
    session.open(f"{base}/{edition}everything.html")
    theme = "() => document.documentElement.dataset.theme"
    mode = "() => document.documentElement.dataset.mode"
    session.run("() => { localStorage.clear(); }")
    session.open(f"{base}/{edition}everything.html")
    first = session.run(mode)
    for _ in range(3):
        session.click(".theme-switch-button")
        if session.run(theme) == "dark":
            break
    assert session.run(theme) == "dark" and session.run(mode) != first
    session.open(f"{base}/{edition}index.html")
    assert session.run(theme) == "dark"
    session.run("() => { localStorage.clear(); }")


@EDITIONS
def test_the_keyboard_leads_to_the_search_and_the_search_finds(
    session: Session, base: str, edition: str
) -> None:
    session.open(f"{base}/{edition}everything.html")
    session.press("Control", "k")
    session.wait("() => document.querySelector('dialog[open] input') === document.activeElement")
    session.type("kernel")
    session.press("Enter")
    hits = "() => document.querySelectorAll('#search-results li mark').length"
    assert session.wait(hits) > 0
    assert session.run("() => location.pathname.split('/').pop()") == "search.html"
    assert session.run("() => complaints") == []


@EDITIONS
def test_the_switch_leads_to_the_other_language(session: Session, base: str, edition: str) -> None:
    session.open(f"{base}/{edition}everything.html")
    before = session.run("() => document.documentElement.lang")
    session.click("a.language-switch")
    # Firefox shows an empty page, of no language, before the next one.
    session.wait("(lang) => !['', lang].includes(document.documentElement.lang)", before)
    assert session.run("() => location.pathname").endswith("/everything.html")


@EDITIONS
def test_whoever_wants_no_motion_gets_none(session: Session, base: str, edition: str) -> None:
    session.open(f"{base}/{edition}everything.html")
    assert session.run("() => matchMedia('(prefers-reduced-motion: reduce)').matches")
    moving = """() => [...document.querySelectorAll("*")].filter((e) => {
      const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(e);
      return !/^0s(, 0s)*$/.test(transitionDuration) || animationName !== "none"
        || scrollBehavior !== "auto";
    }).map((e) => e.outerHTML.slice(0, 80))"""
    assert session.run(moving) == []


@EDITIONS
@pytest.mark.parametrize("width", [1366, 640])
def test_letters_of_twice_the_size_fit(
    session: Session, base: str, edition: str, width: int
) -> None:
    session.open(f"{base}/{FRAME_NAME}")
    show(session, f"{base}/{edition}everything.html", width)
    size = "() => parseFloat(getComputedStyle(document.querySelector('article p')).fontSize)"
    before = session.run(size)
    session.run("() => { document.documentElement.style.fontSize = '200%'; }")
    assert session.run(size) == 2 * before
    assert session.run(WIDE) == [width, 0, 0]


BARE = """() => {
  const inside = document.querySelector("iframe").contentDocument;
  const style = (selector) => getComputedStyle(inside.querySelector(selector));
  const formulas = [...inside.querySelectorAll("article .math")];
  const isSet = (e) => e.querySelector("mjx-math")?.getBoundingClientRect().height > 4;
  return {
    ran: Boolean(inside.defaultView.complaints),
    link: style("article a.internal, article a").color,
    text: style("article p").color,
    ground: style("body").backgroundColor,
    folded: inside.querySelector(".solution p:last-child").checkVisibility(),
    formulas: formulas.length,
    set: formulas.filter(isSet).length,
    wide: inside.documentElement.scrollWidth - inside.documentElement.clientWidth,
  };
}"""


@EDITIONS
def test_without_scripts_a_page_reads(session: Session, base: str, edition: str) -> None:
    session.open(f"{base}/{FRAME_NAME}")
    show(session, f"{base}/{edition}everything.html", 390, scripts=False)
    session.frame(None)
    bare = session.run(BARE)
    assert not bare["ran"] and bare["wide"] == 0 and bare["folded"]
    assert bare["formulas"] == bare["set"] > 3
    assert len({bare["link"], bare["text"], bare["ground"]}) == 3


# What must be seen though the page's own colours are gone, with how much of it is looked at.
SEEN = [
    "button.theme-switch-button",
    "button.search-button__button",
    ".solution button.toggle-button",
    ".self-check input",
    ".self-check button[type=submit]",
    "article mjx-math",
    "article a.internal",
    ".admonition.warning",
    "article figure img",
]
BOX = """(selector) => {
  const found = [...document.querySelectorAll(selector)].find((e) => e.getClientRects().length);
  found.scrollIntoView({ block: "center", behavior: "instant" });
  const { left, top, right, bottom } = found.getBoundingClientRect();
  return [left, top, right, bottom];
}"""
FORCED = "() => matchMedia('(forced-colors: active)').matches"


def tones(picture: bytes, box: list[float]) -> float:
    """Return how far the brightest of a part of a picture is from the darkest, of 255 levels."""
    part = Image.open(io.BytesIO(picture)).convert("L").crop([round(side) for side in box])
    return float(np.ptp(np.asarray(part)))


def test_the_colours_of_the_system_hide_nothing(browser: Browser, fixture_site: Path) -> None:
    context = browser.new_context(forced_colors="active", color_scheme="dark")
    page = context.new_page()
    page.goto((fixture_site / "everything.html").as_uri())
    assert page.evaluate(FORCED)
    seen = {}
    for name in SEEN:
        box = page.evaluate(BOX, name)
        seen[name] = tones(page.screenshot(), box)
    context.close()
    assert {name: levels for name, levels in seen.items() if levels < 100} == {}


def test_the_colours_of_firefox_s_system_hide_nothing(session: Session, base: str) -> None:
    session.open(f"{base}/everything.html")
    if "Firefox" not in session.run("() => navigator.userAgent"):
        return  # WebKitGTK has no forced colours
    force_colours(session, True)
    session.wait(FORCED)
    seen = {}
    for name in SEEN:
        box = session.run(BOX, name)
        seen[name] = tones(session.picture(), box)
    force_colours(session, False)
    assert {name: levels for name, levels in seen.items() if levels < 100} == {}


def test_a_missing_engine_fails_where_everything_is_tested(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=r"no webkit on .*webkit2gtk-driver xvfb"):
        needed("webkit", "/nowhere/WebKitWebDriver")
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match=r"no firefox on .*firefox-esr"):
        needed("firefox", None)
