"""What students type, on the book itself: the page that it must find, and how far down at most."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from browser.test_search import found
from browser.visits import served


def test_what_students_type_finds_its_page(
    browser: Browser, site: Path, cases: dict[str, Any]
) -> None:
    page, wrong = browser.new_page(), []
    with served(site) as base:
        for case in cases["book"]:
            folder = f"{base}/en" if case.get("edition") == "en" else base
            for query in case["queries"]:
                pages = list(found(page, folder, query))
                if case["page"] not in pages[: case.get("within")]:
                    wrong.append(f"{query}: {pages} instead of {case['page']}")
    page.close()
    assert wrong == []


def test_no_query_is_asked_twice_and_there_are_many(cases: dict[str, Any]) -> None:
    queries = [(case.get("edition"), query) for case in cases["book"] for query in case["queries"]]
    assert len(queries) == len(set(queries)) > 300
