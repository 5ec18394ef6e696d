"""The terms: every one is used, defined in both languages, and found by one name only."""

from collections import Counter
from typing import Any

import pytest
import yaml

from house_words import read_rules


@pytest.fixture(scope="module")
def terms(root: Any) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = yaml.safe_load((root / "book" / "terms.yml").read_text("utf-8"))
    return loaded


def test_every_term_is_used_on_a_page(root: Any, terms: list[dict[str, Any]]) -> None:
    pages = [
        path.read_text("utf-8").casefold()
        for path in (root / "book").glob("*.md")
        if path.stem != "glossary"
    ]
    unused = [
        name
        for term in terms
        for name in (term["fa"], term["en"])
        if not any(all(word in page for word in name.casefold().split()) for page in pages)
    ]
    assert unused == []


def test_every_term_has_a_meaning_and_other_names(terms: list[dict[str, Any]]) -> None:
    assert [t["id"] for t in terms if not all(t["means"].get(code) for code in ("fa", "en"))] == []
    assert [t["id"] for t in terms if not t["also"]] == []


def test_no_name_belongs_to_two_terms(terms: list[dict[str, Any]]) -> None:
    names = Counter(
        name.casefold() for t in terms for name in {t["fa"], t["en"], *map(str, t["also"])}
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_no_term_goes_by_a_refused_name(root: Any, terms: list[dict[str, Any]]) -> None:
    rules = read_rules(root / "book")
    refused = {
        name: word
        for term in terms
        for code in ("fa", "en")
        for name in [term[code]]
        for rule in rules
        if rule.language == code
        for word in rule.found(name)
    }
    assert refused == {}
