"""Figures of cells on a page: in its language, in its colours, and never without words."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from cnnbook import plotting
from figures.svg import END, RIGHT_TO_LEFT, Faulty, edition_svgs, in_persian

EDITIONS = {"fa": "", "en": "en"}
# What stays Latin in a Persian drawing: names of functions, types and libraries, and formulas.
NAMES = {
    *("correlate2d", "convolve2d", "valid", "same", "padding", "uint8", "float32", "float64"),
    *("relu", "XOR", "GoogLeNet", "TensorFlow", "PyTorch", "dF", "dX", "GradCAM", "HiResCAM"),
}


class Words:
    """Labels of a page, from a table."""

    def __init__(self, table: dict[str, str] | None) -> None:
        self.is_persian = table is not None
        self.table = table or {}
        self.asked: list[str] = []

    def __call__(self, label: str, place: str) -> str:
        self.asked.append(label)
        return self.table.get(label, label)


def drawn(figure: plotting.Drawing, table: dict[str, str] | None = None) -> list[BeautifulSoup]:
    rows = edition_svgs(figure.html(), Words(table), "cell 1", "fig-x-")  # type: ignore[arg-type]
    return [BeautifulSoup(svg, "html.parser") for row in rows for svg in row]


def texts(svg: BeautifulSoup) -> list[str]:
    return [text.get_text() for text in svg.find_all("text")]


def test_labels_are_persian_and_the_numbers_of_an_array_are_not() -> None:
    figure = plotting.show_matrices({"two words": [[10, -70]]})
    (svg,) = drawn(figure, {"two words": "گام 2"})
    assert texts(svg) == ["10", "−70", f"{RIGHT_TO_LEFT}گام ۲{END}"]


def test_an_axis_counts_in_persian_digits_and_powers_stay_mathematics() -> None:
    figure = plotting.Drawing(figsize=(3, 2))
    ax = figure.add_subplot()
    ax.set(xlim=(-1, 1), xticks=[-0.5, 1000], yscale="log", ylim=(1e-3, 1), yticks=[1e-3])
    ax.set_xticks([-0.5], labels=["-0.5"])
    ax.yaxis.set_major_formatter(plotting.power_of_ten)
    ax.yaxis.set_minor_formatter("")
    (svg,) = drawn(figure, {})
    assert texts(svg) == ["−۰٫۵", "10⁻³"]


def test_the_english_edition_keeps_what_was_drawn() -> None:
    (svg,) = drawn(plotting.show_matrix([[-1]], "two words"))
    assert texts(svg) == ["−1", "two words"]


@pytest.mark.parametrize("label", ["m, n = -1, 0, 1", "(0, 2)"])
def test_a_formula_keeps_its_digits(label: str) -> None:
    assert in_persian(label) == label.replace("-", "−")


def test_black_takes_the_colour_of_the_page_and_other_colours_stay() -> None:
    (svg,) = drawn(plotting.show_matrix([[-1, 0, 1]], "x"))
    paths = svg.find_all("path")
    cells = [path["fill"] for path in paths if path.get("stroke") == "#cccccc"]
    assert cells == ["#053061", "#f7f6f6", "#67001f"]
    frame = {path["stroke"] for path in paths if path.get("fill") == "none"}
    assert frame == {"currentColor"}
    assert "#000000" not in str(svg)
    inks = [text.get("fill") for text in svg.find_all("text")]
    assert inks == ["#ffffff", "#111111", "#ffffff", None]


def test_no_typeface_and_no_style_of_its_own() -> None:
    (svg,) = drawn(plotting.show_matrix([[1]], "x"))
    assert not re.search("font-family|style|metadata|xmlns", str(svg))


def test_ids_are_those_of_the_figure_and_each_is_there_once() -> None:
    figure = plotting.Drawing(figsize=(4, 2))
    for ax in figure.subplots(1, 2):
        ax.plot([1, 2, 3], marker="o")
        ax.bar([1], [1], hatch="//")
    found = [element["id"] for svg in drawn(figure) for element in svg.find_all(id=True)]
    assert found and len(set(found)) == len(found)
    assert all(name.startswith("fig-x-") for name in found)
    used = {
        name for svg in drawn(figure) for name in re.findall(r'(?:url\(|href=")#([^)"]+)', str(svg))
    }
    assert used == set(found)


def test_a_bitmap_in_a_drawing_is_refused() -> None:
    figure = plotting.Drawing()
    figure.add_subplot().imshow([[1, 2], [3, 4]])
    with pytest.raises(Faulty, match="show_images"):
        drawn(figure)


def shown(site: Path, edition: str, page: str) -> list[Tag]:
    text = (site / EDITIONS[edition] / f"{page}.html").read_text("utf-8")
    return BeautifulSoup(text, "html.parser").select(".cell_output figure")


PAGES = {
    "q1-convolution": 13,
    "q2-pointwise": 3,
    "q3-shapes": 3,
    "q4-gradients": 6,
    "from-layer-to-network": 4,
    "fast-convolution": 1,
    "q5-cars": 6,
    "q5-explaining": 5,
}


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("page", PAGES)
def test_every_figure_has_a_number_a_caption_and_words(site: Path, page: str, edition: str) -> None:
    figures = shown(site, edition, page)
    assert len(figures) >= PAGES[page]
    for figure in figures:
        kind = figure.select_one(".drawing, .pictures")
        assert kind is not None, figure.get("id")  # neither a bitmap nor a bare picture
        assert len(kind["aria-label"]) > 20
        assert kind.select_one("svg, img")
        assert re.search(r"[\d۰-۹]", figure.select_one(".caption-number").text)
        assert figure.select_one(".caption-text").text.strip()
        for image in kind.select("img"):
            assert image["alt"] and image["loading"] == "lazy"
            assert int(image["width"]) and int(image["height"])


@pytest.mark.parametrize("page", PAGES)
def test_no_english_is_left_in_a_persian_figure(site: Path, page: str) -> None:
    words: set[str] = set()
    for figure in shown(site, "fa", page):
        for text in figure.select(".drawing text, .pictures .title"):
            words |= set(re.findall("[A-Za-z][A-Za-z0-9]+", text.text.replace("-", "")))
    assert words <= NAMES
