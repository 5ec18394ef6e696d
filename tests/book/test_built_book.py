"""The built site: every page in both languages, every link and picture there, every cell run."""

import re
from collections import Counter
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
EDITIONS = {"fa": Path(), "en": Path("en")}


def contents() -> list[str]:
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    chapters = [chapter for part in toc["parts"] for chapter in part["chapters"]]
    return [toc["root"], *(chapter["file"] for chapter in chapters)]


PAGES = contents()


class Page(HTMLParser):
    """Ids, links to follow and addresses of assets of one page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if attributes.get("id"):
            self.ids.append(attributes["id"])
        self.links += [attributes[name] for name in ("href", "src") if attributes.get(name)]


@cache
def parsed(path: Path) -> Page:
    return Page(path)


def html_pages(site: Path) -> list[Path]:
    return [p for p in site.rglob("*.html") if "_static" not in p.relative_to(site).parts]


def test_the_contents_name_every_page_of_the_book() -> None:
    assert sorted(PAGES) == sorted(p.stem for p in (ROOT / "book").glob("*.md"))


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_exists_in_both_languages(site: Path, page: str, edition: str) -> None:
    text = (site / EDITIONS[edition] / f"{page}.html").read_text("utf-8")
    assert f'lang="{edition}"' in text


def test_no_link_or_picture_is_broken(site: Path) -> None:
    broken = []
    for path in html_pages(site):
        for link in parsed(path).links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            ids = parsed(target).ids if target.suffix == ".html" and target.exists() else []
            if not target.exists() or (
                ids and parts.fragment and unquote(parts.fragment) not in ids
            ):
                broken.append(f"{path.relative_to(site)}: {link}")
    assert broken == []


def test_no_id_stands_twice_on_a_page(site: Path) -> None:
    twice = {
        str(path.relative_to(site)): ids
        for path in html_pages(site)
        if (ids := [i for i, count in Counter(parsed(path).ids).items() if count > 1])
    }
    assert twice == {}


@pytest.mark.parametrize("page", [p for p in PAGES if p.startswith("q")])
def test_every_cell_of_a_chapter_ran_and_its_tests_are_there(page: str) -> None:
    executed = nbformat.read(ROOT / "_build" / "jupyter_execute" / f"{page}.ipynb", as_version=4)
    cells = [cell for cell in executed.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in cells)
    tests = [cell for cell in cells if "test" in cell.metadata.get("tags", [])]
    assert tests and all("assert" in cell.source for cell in tests)


@pytest.mark.parametrize("page", [p for p in PAGES if p.startswith("q")])
def test_an_error_on_a_page_is_one_that_the_page_shows_on_purpose(page: str) -> None:
    executed = nbformat.read(ROOT / "_build" / "jupyter_execute" / f"{page}.ipynb", as_version=4)
    surprising = [
        cell.source
        for cell in executed.cells
        if any(output.output_type == "error" for output in cell.get("outputs", []))
        and "raises-exception" not in cell.metadata.get("tags", [])
    ]
    assert surprising == []


def test_the_readme_names_only_targets_that_exist() -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.M)
    named = re.findall(r"^make (\w+)", (ROOT / "README.md").read_text("utf-8"), re.M)
    assert {"book", "test"} <= set(named) <= set(targets)
