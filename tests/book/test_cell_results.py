"""What a cell shows is in the edition's language; a label without Persian stops the build."""

import os
from pathlib import Path

import building
import pytest
import yaml
from bs4 import BeautifulSoup

ROOT = Path(__file__).parents[2]
EXTENSIONS = {
    "persian_book": str(ROOT / "persian-book"),
    "cell_results": str(ROOT / "book" / "_ext"),
}
CONFIG = {
    "title": "کتاب",
    "execute": {"execute_notebooks": "cache", "raise_on_error": True},
    "parse": {"myst_enable_extensions": ["dollarmath"]},
    "sphinx": {
        "local_extensions": EXTENSIONS,
        "config": {
            "language": "fa",
            "persian_book_editions": {"en": {"html_title": "Book"}},
            "nb_render_markdown_format": "myst",
        },
    },
}
PAGE = """---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {display_name: Python 3, language: python, name: python3}
---
# {fa}`صفحه`{en}`Page`

{numref}`tbl-x`

```{code-cell} ipython3
---
mystnb:
  figure:
    caption: "{fa}`سهم‌ها`{en}`Shares`"
    name: tbl-x
---
from cnnbook.tables import show_table
open("RUNS", "a").write(".")
show_table(["layer", "$H$", "of all"], [["pooling", 12345, 0.25], ["`Dense`", 2, "9.5%"]])
```
"""
LABELS = {"layer": "لایه", "of all": "از همه", "pooling": "ادغام"}


def build(root: Path, labels: dict[str, str]) -> building.Done:
    """Build a book of one page whose cells show what stands in `labels`."""
    (root / "book" / "labels").mkdir(parents=True, exist_ok=True)
    (root / "_config.yml").write_text(yaml.safe_dump(CONFIG, allow_unicode=True), "utf-8")
    (root / "book" / "_toc.yml").write_text("format: jb-book\nroot: index\n", "utf-8")
    (root / "book" / "index.md").write_text(PAGE.replace("RUNS", str(root / "runs")), "utf-8")
    table = yaml.safe_dump(labels, allow_unicode=True)
    (root / "book" / "labels" / "index.yml").write_text(table, "utf-8")
    path = os.pathsep.join([str(ROOT / "code"), os.environ.get("PYTHONPATH", "")])
    return building.build(root, "book", "-W", "-n", "--keep-going", PYTHONPATH=path)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("results")
    lacking = {key: value for key, value in LABELS.items() if key != "pooling"}
    failed = build(root, lacking)
    assert failed.status != 0
    assert "index: cell 1 (tbl-x): no Persian for the label 'pooling'" in failed.output
    done = build(root, LABELS)
    assert done.status == 0, done.output
    return root


def page_of(site: Path, edition: str) -> BeautifulSoup:
    path = site / "_build" / "html" / edition / "index.html"
    return BeautifulSoup(path.read_text("utf-8"), "html.parser")


@pytest.mark.parametrize(
    ("edition", "cells", "reference"),
    [
        ("", ["لایه", "از همه", "ادغام", "۱۲٬۳۴۵", "۰٫۲۵", "Dense", "۲", "۹٫۵٪"], "جدول ۱"),
        ("en", ["layer", "of all", "pooling", "12,345", "0.25", "Dense", "2", "9.5%"], "Table 1"),
    ],
)
def test_a_table_of_results(site: Path, edition: str, cells: list[str], reference: str) -> None:
    page = page_of(site, edition)
    table = page.select_one("table.results")
    assert table is not None and table["id"] == "tbl-x"
    shown = [cell.text.strip() for cell in table.select("th, td")]
    assert [text for text in shown if text in cells] == cells
    assert table.caption is not None and reference in table.caption.text
    numref = page.select_one(".std-numref")
    assert numref is not None and numref.text == reference


def test_the_cell_ran_once_for_both_editions(site: Path) -> None:
    assert (site / "runs").read_text() == "."
