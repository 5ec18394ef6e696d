"""What students type, on the book itself: the page that it must find, and its place."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from browser.test_search import found, ranked
from browser.visits import served


@pytest.mark.parametrize("edition", ["fa", "en"])
def test_what_students_type_finds_its_page(
    browser: Browser, site: Path, cases: dict[str, Any], edition: str
) -> None:
    asked = [case for case in cases["book"] if case.get("edition", "fa") == edition]
    queries = [(query, case) for case in asked for query in case["queries"]]
    page = browser.new_page()
    with served(site) as base:
        address = f"{base}/en" if edition == "en" else base
        pages = ranked(page, address, [query for query, _ in queries])
    page.close()
    wrong = [
        f"{query}: {listed[:3]} instead of {case['page']} at {case['place']}"
        for (query, case), listed in zip(queries, pages, strict=True)
        if case["page"] not in listed[: case["place"]]
    ]
    assert wrong == []


def test_most_queries_find_their_page_first_and_nearly_all_second(cases: dict[str, Any]) -> None:
    places = [case["place"] for case in cases["book"] for _ in case["queries"]]
    assert len(places) > 700
    assert places.count(1) > 600 and len(places) - places.count(1) - places.count(2) <= 2


def test_a_hit_leads_to_its_section(browser: Browser, site: Path) -> None:
    page = browser.new_page()
    with served(site) as base:
        for query, section in (("گذر از صفر", "q1-convolution"), ("گلوگاه", "q2-pointwise")):
            found(page, base, query)
            link = page.locator("#search-results li a").first
            link.click()
            page.wait_for_url(f"**/{section}.html#*")
            anchor = page.evaluate("decodeURIComponent(window.location.hash.slice(1))")
            assert page.locator(f'[id="{anchor}"]').count() == 1
    page.close()


def test_the_beginning_of_a_compound_is_no_word_of_its_own(browser: Browser, site: Path) -> None:
    page = browser.new_page()
    with served(site) as base:
        found(page, base, "پس")
        texts = page.evaluate("persianBookRanking.rank('پس').map((s) => s.title + ' ' + s.text)")
    page.close()
    assert all(re.search(r"(?<![\w\u200c])پس(?![\w\u200c])", text) for text in texts)


def test_no_query_is_asked_twice(cases: dict[str, Any]) -> None:
    queries = [(case.get("edition"), query) for case in cases["book"] for query in case["queries"]]
    assert len(queries) == len(set(queries))
