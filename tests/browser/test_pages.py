"""Every page of both editions, at two widths and in both themes."""

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from browser.visits import Visit, weight

FIRST_PAGE = 250_000
NEXT_PAGE = 90_000
SWITCH = 70_000
LATIN = re.compile("[A-Za-z]{2,}")
PERSIAN = re.compile("[\u0600-\u06ff]")
# The name of the other edition, keys of the keyboard, and the author's own name.
NOT_WORDS = {"English", "Ctrl", "Ctrl\n+\nK", "Ctrl+K", "K", "Grad-CAM", "HiResCAM"}


def faults(visits: list[Visit], find: Callable[[Visit], object]) -> list[str]:
    """List the visits in which something was found, with what."""
    return [f"{visit}: {found}" for visit in visits if (found := find(visit))]


def test_every_page_is_of_its_edition(visits: list[Visit]) -> None:
    roots = {"fa": ["fa", "rtl"], "en": ["en", "ltr"]}
    assert len({visit.page for visit in visits}) >= 2
    assert faults(visits, lambda v: v.look["root"] != roots[v.edition] and v.look["root"]) == []


def test_nothing_is_asked_of_another_host(visits: list[Visit]) -> None:
    assert faults(visits, lambda visit: visit.outside) == []


def test_no_page_complains(visits: list[Visit]) -> None:
    assert faults(visits, lambda visit: visit.errors) == []


def test_all_mathematics_is_set(visits: list[Visit]) -> None:
    assert faults(visits, lambda v: v.look["unrendered"] + v.look["mathErrors"]) == []


def test_no_page_is_wider_than_the_window(visits: list[Visit]) -> None:
    assert faults(visits, lambda visit: visit.look["wide"] > 0 and visit.look["wide"]) == []


def test_every_picture_has_words_and_every_table_a_head(visits: list[Visit]) -> None:
    assert faults(visits, lambda v: v.look["withoutAlt"] + v.look["withoutHead"]) == []


def test_every_letter_of_a_figure_is_large_enough(visits: list[Visit]) -> None:
    assert faults(visits, lambda visit: visit.look["tiny"]) == []


def test_axe_finds_nothing(visits: list[Visit]) -> None:
    assert faults(visits, lambda visit: visit.violations) == []


def test_no_english_is_left_around_the_persian_prose(visits: list[Visit]) -> None:
    def english(visit: Visit) -> list[str]:
        words = {*visit.look["labels"], *visit.look["names"]} - NOT_WORDS
        return [word for word in words if LATIN.search(word) and not PERSIAN.search(word)]

    persian = [visit for visit in visits if visit.edition == "fa"]
    assert faults(persian, english) == []


def with_math(visits: list[Visit]) -> list[Visit]:
    return [v for v in visits if any("mathematics/" in name for name in v.served)]


def test_styles_of_mathematics_come_with_mathematics_only(visits: list[Visit], site: Path) -> None:
    pages = {visit.page for visit in with_math(visits)}
    assert 0 < len(pages) < len({visit.page for visit in visits})
    for page in {visit.page for visit in visits}:
        has_math = re.search(r'class="[^"]*\bmath\b', (site / page).read_text("utf-8"))
        assert (has_math is not None) == (page in pages), page


def test_no_page_runs_mathjax(visits: list[Visit], site: Path) -> None:
    assert (
        faults(
            visits,
            lambda v: [
                name for name in v.served if "mathjax" in name.lower() and name.endswith(".js")
            ],
        )
        == []
    )
    assert [page for page in site.rglob("*.html") if "MathJax =" in page.read_text("utf-8")] == []


def test_nothing_in_a_page_wants_a_weaker_policy(site: Path) -> None:
    inline = re.compile(r"<script(?![^>]*\ssrc=)|<style|\sstyle=\"|\son[a-z]+=\"")
    pages = [path for path in site.rglob("*.html") if "_static" not in path.parts]
    assert len(pages) > 20
    wrong = {
        str(path): found for path in pages if (found := inline.findall(path.read_text("utf-8")))
    }
    assert wrong == {}


def test_changing_the_language_loads_little(visits: list[Visit], site: Path) -> None:
    served = {visit.page: set(visit.served) for visit in visits if visit.width == 1366}
    pages = [page for page in served if f"en/{page}" in served and page != "search.html"]
    assert len(pages) > 10
    heavy = {page: weight(site, served[f"en/{page}"] - served[page]) for page in pages}
    assert {page: size for page, size in heavy.items() if size > SWITCH} == {}


def test_pages_are_light(visits: list[Visit], site: Path) -> None:
    """The search is left out: it is the text of the whole book."""
    heavy = {str(v): weight(site, set(v.served)) for v in visits if "search" not in v.page}
    assert {page: size for page, size in heavy.items() if size > FIRST_PAGE} == {}
    desktop = [visit for visit in with_math(visits) if visit.width == 1366]
    for first, second in pairwise(desktop):
        if first.edition == second.edition:
            new = weight(site, set(second.served) - set(first.served))
            assert new <= NEXT_PAGE, f"{second.page} after {first.page}: {new} bytes"
