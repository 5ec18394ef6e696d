"""What students type, on the book itself: the page that it must find, and how far down at most."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from browser.test_search import found
from browser.visits import served

# The order in which the page's own search lists its results, without writing them down: opening the
# page anew for each query takes minutes.
RANKED = """queries => queries.map((query) => {
    const results = Search._performSearch(...Search._parseQuery(query));
    return [...new Set(results.reverse().map(([page]) => page))];
})"""


@pytest.mark.parametrize("edition", ["fa", "en"])
def test_what_students_type_finds_its_page(
    browser: Browser, site: Path, cases: dict[str, Any], edition: str
) -> None:
    asked = [case for case in cases["book"] if case.get("edition", "fa") == edition]
    queries = [(query, case) for case in asked for query in case["queries"]]
    page = browser.new_page()
    with served(site) as base:
        address = f"{base}/en" if edition == "en" else base
        shown = list(found(page, address, queries[0][0]))
        ranked = page.evaluate(RANKED, [query for query, _ in queries])
    page.close()
    assert shown == ranked[0]
    wrong = [
        f"{query}: {pages} instead of {case['page']}"
        for (query, case), pages in zip(queries, ranked, strict=True)
        if case["page"] not in pages[: case.get("within")]
    ]
    assert wrong == []


def test_no_query_is_asked_twice_and_there_are_many(cases: dict[str, Any]) -> None:
    queries = [(case.get("edition"), query) for case in cases["book"] for query in case["queries"]]
    assert len(queries) == len(set(queries)) > 300
