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
from jupyter_cache import get_cache

from api_reference import public_names, written_lines
from cnnbook.cars import CLASS_NAMES
from cnnbook.practice import TOPICS

ROOT = Path(__file__).parent.parent.parent
EDITIONS = {"fa": Path(), "en": Path("en")}


def contents() -> list[str]:
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    chapters = [chapter for part in toc["parts"] for chapter in part["chapters"]]
    pages = [page for chapter in chapters for page in (chapter, *chapter.get("sections", []))]
    return [toc["root"], *(page["file"] for page in pages)]


PAGES = contents()


@pytest.mark.parametrize(
    ("folder", "names"),
    [
        ("widgets/car", {*CLASS_NAMES, "network"}),
        *((f"self-check/{edition}", set(TOPICS)) for edition in EDITIONS),
    ],
)
def test_what_a_script_fetches_later_is_in_the_site(
    site: Path, folder: str, names: set[str]
) -> None:
    """No page names these files, and what nothing names is left out of a site."""
    found = {path.name.partition(".")[0] for path in (site / "_static" / folder).glob("*.js")}
    assert found == names


@pytest.mark.parametrize("name", PAGES)
def test_every_heading_has_one_address_in_both_editions(site: Path, name: str) -> None:
    persian, english = (
        re.findall(r"<section\b([^>]*)>\s*(?:<span[^>]*></span>\s*)*(<h\d)?", text)
        for text in (
            (site / folder / f"{name}.html").read_text("utf-8") for folder in EDITIONS.values()
        )
    )
    addresses = []
    for sections in (persian, english):
        assert all(("id=" in attributes) == bool(heading) for attributes, heading in sections)
        ids = (re.search(r'id="([^"]+)"', attributes) for attributes, _ in sections)
        addresses.append([found[1] for found in ids if found])
    # The first heading of a page needs none beside the page's own.
    assert addresses[0][1:] == addresses[1][1:] and len(addresses[0]) == len(addresses[1])


class Page(HTMLParser):
    """Ids, links to follow and addresses of assets of one page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "base":
            return  # of the page for addresses that lead nowhere, which stands at the root
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


# Sections that once stood on the first page of chapter 5 and stand on its second now.
MOVED = (
    *("gradcam", "scores", "layer", "logit", "untrained", "preprocessing", "watermark", "drawing"),
    *("analysis", "ex-3", "ex-4"),
)


@pytest.mark.parametrize("edition", EDITIONS)
def test_an_old_address_leads_to_where_its_section_stands(site: Path, edition: str) -> None:
    before = (site / EDITIONS[edition] / "q5-cars.html").read_text("utf-8")
    now = parsed(site / EDITIONS[edition] / "q5-explaining.html").ids
    for name in MOVED:
        link = re.search(rf'id="q5-{name}"></span>.*?<a [^>]*href="([^"]+)"', before)
        assert link and link[1] == f"q5-explaining.html#q5-{name}" and f"q5-{name}" in now
    assert 'id="equation-eq-q5-gradcam"' in before and "equation-eq-q5-gradcam" in now


def executed_cells(page: str) -> list[nbformat.NotebookNode]:
    """Return the page's code cells as they last ran, for both editions."""
    cache = get_cache(ROOT / "_build" / ".jupyter_cache")
    records = [r for r in cache.list_cache_records() if Path(r.uri).stem == page]
    latest = max(records, key=lambda record: record.accessed)
    cells = cache.get_cache_bundle(latest.pk).nb.cells
    return [cell for cell in cells if cell.cell_type == "code"]


@pytest.mark.parametrize("page", [p for p in PAGES if p.startswith("q")])
def test_every_cell_of_a_chapter_ran_and_its_tests_are_there(site: Path, page: str) -> None:
    cells = executed_cells(page)
    assert all(cell.execution_count for cell in cells)
    tests = [cell for cell in cells if "test" in cell.metadata.get("tags", [])]
    assert tests and all("assert" in cell.source for cell in tests)


@pytest.mark.parametrize("page", [p for p in PAGES if p.startswith("q")])
def test_no_cell_of_a_chapter_ends_in_an_error(site: Path, page: str) -> None:
    outputs = [output for cell in executed_cells(page) for output in cell.outputs]
    assert outputs and "error" not in {output.output_type for output in outputs}


def test_the_package_reference_shows_errors_without_their_frames(site: Path) -> None:
    text = "".join(path.read_text("utf-8") for path in site.glob("api-*.html"))
    assert "TypeError" in text and "Traceback" not in text


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_public_name_is_in_the_table_of_its_module(site: Path, edition: str) -> None:
    pages = (site / EDITIONS[edition]).glob("api-*.html")
    tables = re.findall(
        r'<table class="[^"]*module-names.*?</table>',
        "".join(path.read_text("utf-8") for path in pages),
        re.S,
    )
    rows = [re.sub("<[^>]+>", "", row) for table in tables for row in table.split("</tr>")]
    for module in written_lines(ROOT / "book" / "reference.yml"):
        for name in public_names(module):
            found = [row.split(maxsplit=1) for row in rows if row.split()[:1] == [name]]
            assert found, name
            assert all(len(row) == 2 for row in found), name


def test_every_public_name_has_a_persian_line_and_no_line_is_left_over() -> None:
    lines = written_lines(ROOT / "book" / "reference.yml")
    pages = "".join(path.read_text("utf-8") for path in (ROOT / "book").glob("api-*.md"))
    assert sorted(lines) == sorted(re.findall(r"\{module-names\} (\S+)", pages))
    assert {m: sorted(names) for m, names in lines.items()} == {m: public_names(m) for m in lines}
    for names in lines.values():
        assert all(re.search("[\u0600-\u06ff]", said["fa"]) for said in names.values())


def test_no_tool_tip_of_a_persian_page_is_an_english_reference(site: Path) -> None:
    titles = re.findall(
        r'<a[^>]* title="([^"]+)"', (site / "q1-convolution.html").read_text("utf-8")
    )
    assert titles and all(re.search("[\u0600-\u06ff]", title) for title in titles)


def test_the_readme_names_only_targets_that_exist() -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.M)
    named = re.findall(r"^make (\w+)", (ROOT / "README.md").read_text("utf-8"), re.M)
    assert {"book", "test"} <= set(named) <= set(targets)
