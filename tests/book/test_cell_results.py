"""What a cell shows is in the edition's language; a label without Persian stops the build."""

import os
import re
from pathlib import Path

import building
import pytest
import yaml
from bs4 import BeautifulSoup
from PIL import Image

ROOT = Path(__file__).parents[2]
EXTENSIONS = {
    "persian_book": str(ROOT / "persian-book"),
    "cell_results": str(ROOT / "book" / "_ext"),
    "figures": str(ROOT / "book" / "_ext"),
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
PAGE = r"""---
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
show_table(["layer", "$H$", "of all"], [["pooling", 12345, 0.25], ["`Dense`", 2, "9.5% [1, 2]"]])
```

```{code-cell} ipython3
from IPython.display import Latex

Latex(r"$0 \quad \text{otherwise}$")
```

```{code-cell} ipython3
---
mystnb:
  figure:
    caption: "{fa}`ماتریس`{en}`Matrix`"
    name: fig-x
  image:
    alt: "{fa}`دو عدد`{en}`Two numbers`"
---
from cnnbook.plotting import show_matrix
show_matrix([[1, -2]], "kernel")
```

```{code-cell} ipython3
---
mystnb:
  figure:
    caption: "{fa}`تصویر`{en}`Picture`"
    name: fig-y
  image:
    alt: "{fa}`سیاه`{en}`Black`"
---
from cnnbook.plotting import show_images
show_images([[[0, 0]], [[0, 0]]], ["kernel", "kernel 3"])
```
"""
LABELS = {
    **{"layer": "لایه", "of all": "از همه", "pooling": "ادغام"},
    **{"kernel": "کرنل", "kernel 3": "کرنل 3", "otherwise": "وگرنه"},
}


def build(root: Path, labels: dict[str, str], page: str = PAGE) -> building.Done:
    """Build a book of one page whose cells show what stands in `labels`."""
    (root / "book" / "labels").mkdir(parents=True, exist_ok=True)
    (root / "_config.yml").write_text(yaml.safe_dump(CONFIG, allow_unicode=True), "utf-8")
    (root / "book" / "_toc.yml").write_text("format: jb-book\nroot: index\n", "utf-8")
    (root / "book" / "index.md").write_text(page.replace("RUNS", str(root / "runs")), "utf-8")
    table = yaml.safe_dump(labels, allow_unicode=True)
    (root / "book" / "labels" / "index.yml").write_text(table, "utf-8")
    path = os.pathsep.join([str(ROOT / "code"), os.environ.get("PYTHONPATH", "")])
    return building.build(root, "book", "-W", "-n", "--keep-going", PYTHONPATH=path)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("results")
    lacking = {
        "pooling": "cell 1 (tbl-x)",
        "otherwise": "cell 2 (without a name)",
        "kernel": "cell 3 (fig-x)",
    }
    for label, place in lacking.items():
        failed = build(root, {key: value for key, value in LABELS.items() if key != label})
        assert failed.status != 0
        assert f"index: {place}: no Persian for the label {label!r}" in failed.output
    done = build(root, LABELS)
    assert done.status == 0, done.output
    return root


@pytest.mark.parametrize(
    ("lacking", "fault"),
    [
        ("  image:\n    alt: .*\n", "no alternative text"),
        ('    caption: "{fa}`تصویر.*\n', "no caption or no name"),
    ],
)
def test_a_figure_without_words_stops_the_build(tmp_path: Path, lacking: str, fault: str) -> None:
    head, *cells = PAGE.partition("{numref}")[0], *PAGE.split("```{code-cell}")[-1:]
    page = "```{code-cell}".join([head, *cells])
    failed = build(tmp_path, LABELS, re.sub(lacking, "", page))
    assert failed.status != 0
    assert f"index: cell 1 (fig-y): {fault}" in failed.output


def page_of(site: Path, edition: str) -> BeautifulSoup:
    path = site / "_build" / "html" / edition / "index.html"
    return BeautifulSoup(path.read_text("utf-8"), "html.parser")


@pytest.mark.parametrize(
    ("edition", "cells", "reference"),
    [
        (
            "",
            ["لایه", "از همه", "ادغام", "۱۲٬۳۴۵", "۰٫۲۵", "Dense", "۲", "۹٫۵٪ [۱،\u00a0۲]"],
            "جدول ۱",
        ),
        (
            "en",
            ["layer", "of all", "pooling", "12,345", "0.25", "Dense", "2", "9.5% [1,\u00a02]"],
            "Table 1",
        ),
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


@pytest.mark.parametrize(("edition", "word"), [("", "وگرنه"), ("en", "otherwise")])
def test_the_words_of_a_formula(site: Path, edition: str, word: str) -> None:
    formulas = page_of(site, edition).select(".cell_output mjx-container mjx-mtext")
    assert [formula.text for formula in formulas] == [word]


def test_the_cell_ran_once_for_both_editions(site: Path) -> None:
    assert (site / "runs").read_text() == "."


@pytest.mark.parametrize(
    ("edition", "label", "alt"), [("", "کرنل", "دو عدد"), ("en", "kernel", "Two numbers")]
)
def test_a_drawing(site: Path, edition: str, label: str, alt: str) -> None:
    figure = page_of(site, edition).select_one("figure#fig-x")
    assert figure is not None and figure.figcaption is not None
    drawing = figure.select_one(".drawing")
    assert drawing is not None and drawing["role"] == "group" and drawing["aria-label"] == alt
    shown = [text.text.strip("\u2067\u2069") for text in drawing.select("svg text")]
    assert shown == ["1", "−2", label]


@pytest.mark.parametrize(
    ("edition", "titles"), [("", ["کرنل", "کرنل ۳"]), ("en", ["kernel", "kernel 3"])]
)
def test_pictures(site: Path, edition: str, titles: list[str]) -> None:
    figure = page_of(site, edition).select_one("figure#fig-y")
    assert figure is not None and figure.select_one("a img") is None
    assert [title.text for title in figure.select(".title")] == titles
    for image in figure.select("img"):
        assert image["loading"] == "lazy" and (image["width"], image["height"]) == ("2", "1")
        path = (site / "_build" / "html" / edition / str(image["src"])).resolve()
        with Image.open(path) as picture:
            assert picture.format == "WEBP" and picture.size == (2, 1)


def test_a_page_is_read_again_when_its_labels_change_and_only_then(site: Path) -> None:
    path = os.pathsep.join([str(ROOT / "code"), os.environ.get("PYTHONPATH", "")])
    before = files_of(site / "_build" / "html")
    for changed in (0, 1, 0):
        if changed:
            (site / "book" / "labels" / "common.yml").write_text("{}\n")
        done = building.build(site, "book", PYTHONPATH=path)
        assert done.output.count(f"0 added, {changed} changed, 0 removed") == 2, done.output
        assert files_of(site / "_build" / "html") == before


def files_of(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
