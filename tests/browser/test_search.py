"""The search: every query of the case list, what a hit shows, also from disk."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page

from browser.visits import served

RESULTS = """async () => {
  const count = () => document.querySelector(".search-summary")?.innerText;
  const done = () => Search._pulse_status < 0 && count();
  for (let turn = 0; turn < 400 && !done(); turn++) await new Promise((r) => setTimeout(r, 10));
  await new Promise((r) => setTimeout(r, 30));
  return [...document.querySelectorAll("#search-results li")].map((item) => [
    item.querySelector("a").getAttribute("href").replace(/\\.html.*/, ""),
    item.querySelector("p.context")?.innerText ?? "",
    [...item.querySelectorAll("mark")].map((mark) => mark.innerText),
  ]);
}"""

# As the page's own search lists them, without writing them down: opening the page anew for each
# query takes minutes.
RANKED = "queries => queries.map((query) => persianBookRanking.rank(query).map((s) => s.page))"


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    yield page
    context.close()
    assert errors == []


def found(page: Page, base: str, query: str) -> dict[str, tuple[str, list[str]]]:
    page.goto(f"{base}/search.html?q={quote(query)}")
    return {name: (text, marks) for name, text, marks in page.evaluate(RESULTS)}


def ranked(page: Page, base: str, queries: list[str]) -> list[list[str]]:
    """Return the pages that each query finds, in their order; the first is asked on the page."""
    shown = list(found(page, base, queries[0]))
    listed = [list(dict.fromkeys(pages)) for pages in page.evaluate(RANKED, queries)]
    assert shown == listed[0]
    return listed


@pytest.mark.parametrize("edition", ["fa", "en"])
def test_every_query_finds_its_pages(
    page: Page, fixture_site: Path, cases: dict[str, Any], edition: str
) -> None:
    asked = [case for case in cases["cases"] if case.get("edition", "fa") == edition]
    queries = [(query, case) for case in asked for query in case["queries"]]
    with served(fixture_site) as base:
        address = f"{base}/en" if edition == "en" else base
        listed = ranked(page, address, [query for query, _ in queries])
    wrong = []
    for (query, case), pages in zip(queries, listed, strict=True):
        seen = (set(pages) & set(cases["pages"])) - set(case.get("may_find", ()))
        if seen != set(case["finds"]):
            wrong.append(f"{query}: {sorted(seen)} instead of {case['finds']}")
    assert wrong == []


def test_excerpts_show_the_text_as_written_with_the_words_found(
    page: Page, fixture_site: Path
) -> None:
    with served(fixture_site) as base:
        text, marks = found(page, base, "شبكههای")["half-space"]
        assert "این شبکه‌های عصبی پیش‌بینی می‌کنند." in text
        assert marks == ["شبکه‌های"]
        text, marks = found(page, base, "kernel")["kernel"]
        assert "آرایهٔ کوچکی از وزن‌ها را کرنل می‌نامند." in text
        assert marks == ["کرنل"]
        assert page.inner_text(".search-summary") == "۳ نتیجه پیدا شد."


def test_the_search_works_from_disk(page: Page, fixture_site: Path) -> None:
    results = found(page, fixture_site.as_uri(), "شبکه‌ها")
    assert "half-space" in results
    assert results["half-space"][1] == ["شبکه‌های"]


def test_terms_of_the_book_lead_to_their_chapters(page: Page, site: Path) -> None:
    with served(site) as base:
        for edition, queries in (("", ("kernel", "هسته", "پدینگ")), ("/en", ("کرنل", "padding"))):
            for query in queries:
                text, marks = found(page, base + edition, query)["q1-convolution"]
                assert marks and text, query
                shown = page.locator("#search-results li a").all_inner_texts()
                own, others = ("[0-9]", "[۰-۹]") if edition else ("[۰-۹]", "[0-9]")
                assert any(re.match(own, title) for title in shown), shown
                assert not any(re.match(others, title) for title in shown), shown
