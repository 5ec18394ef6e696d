"""What a cell shows in a live page: the words of the page, and what a reader writes as it is."""

from pathlib import Path

import numpy as np
import pytest
import yaml
from bs4 import BeautifulSoup

from cell_results.labels import Labels
from cnnbook import plotting
from cnnbook.tables import show_table
from live.results import formula, html, markdown
from persian_book.languages import Language


@pytest.fixture
def labels(tmp_path: Path) -> Labels:
    (tmp_path / "labels").mkdir()
    table = {"otherwise": "وگرنه", "layer": "لایه", "share, in all": "سهم", "two words": "دو واژه"}
    path = tmp_path / "labels" / "q1.yml"
    path.write_text(yaml.safe_dump(table, allow_unicode=True), "utf-8")
    return Labels(tmp_path, "q1", Language.FA)


def texts(soup: BeautifulSoup, name: str) -> list[str]:
    return [found.get_text() for found in soup.find_all(name)]


ROWS = [["layer", 12345, "9.5% [1, 2]"], ["`layer`", 2, "$layer$"], ["my own <b>", 0.5, "yes"]]


def test_a_table_is_in_the_words_and_digits_of_the_page(labels: Labels) -> None:
    table = show_table(["layer", "share, in all", "mine"], ROWS)
    soup = BeautifulSoup(markdown(table._repr_markdown_(), labels), "html.parser")
    assert texts(soup, "th") == ["لایه", "سهم", "mine"]
    cells = [
        "لایه",
        "۱۲٬۳۴۵",
        "۹٫۵٪ [۱،\u00a0۲]",
        "layer",
        "۲",
        "$layer$",
        "my own <b>",
        "۰٫۵",
        "yes",
    ]
    assert texts(soup, "td") == cells
    assert soup.find("b") is None
    words, numbers = (soup.find_all("th")[i]["style"] for i in (0, 1))
    assert (words, numbers) == ("text-align:right", "text-align:left")


def test_the_words_of_a_formula_are_the_page_s(labels: Labels) -> None:
    shown = formula(r"$\displaystyle 0 \text{otherwise} \text{mine}$", labels)
    assert shown == r"$\displaystyle 0 \text{وگرنه} \text{mine}$"


def test_markdown_that_a_reader_writes_stays_as_it_is(labels: Labels) -> None:
    assert markdown("layer 2, $x_1$", labels) == "<p>layer 2, $x_1$</p>\n"
    assert "<script>" not in markdown("<script>alert(1)</script>", labels)


def test_the_english_edition_keeps_the_words_of_the_cell(tmp_path: Path) -> None:
    english = Labels(tmp_path, "q1", Language.EN)
    table = show_table(["layer"], [[12345]])._repr_markdown_()
    soup = BeautifulSoup(markdown(table, english), "html.parser")
    assert texts(soup, "th") + texts(soup, "td") == ["layer", "12,345"]


def test_a_drawing_is_translated_and_no_two_share_an_id(labels: Labels) -> None:
    figure = plotting.Drawing(figsize=(3, 2))
    ax = figure.add_subplot()
    ax.plot([0, 1], [0, 1])
    ax.set(xticks=[0.5], yticks=[], xlabel="two words", title="unheard of")
    shown = [BeautifulSoup(html(figure.html(), labels), "html.parser") for _ in range(2)]
    words = [text.strip("\u2066\u2067\u2069") for text in texts(shown[0], "text")]
    assert words == ["۰٫۵", "دو واژه", "unheard of"]
    ids = [found["id"] for soup in shown for found in soup.find_all(id=True)]
    assert ids and len(set(ids)) == len(ids)


def test_pictures_keep_their_bytes_and_get_the_page_s_titles(labels: Labels) -> None:
    grid = plotting.show_images(np.zeros((2, 40, 60), np.uint8), ["two words", "mine <2>"])
    source = BeautifulSoup(grid._repr_html_(), "html.parser")
    soup = BeautifulSoup(html(grid._repr_html_(), labels), "html.parser")
    assert [img["src"] for img in soup.find_all("img")] == [
        img["src"] for img in source.find_all("img")
    ]
    titles = [found.get_text() for found in soup.find_all(class_="title")]
    assert titles == ["دو واژه", "mine <۲>"]


def test_other_html_stands_as_it_is(labels: Labels) -> None:
    assert html("<p>layer 2</p>", labels) == "<p>layer 2</p>"
