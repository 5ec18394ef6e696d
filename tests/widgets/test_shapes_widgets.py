"""Chapter 3's two widgets: windows of two libraries, and a stack of layers to edit."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

Open = Callable[..., Locator]


@pytest.fixture
def open_widget(page: Page, edition: Path) -> Open:
    def open_with(name: str, query: str = "") -> Locator:
        page.goto(f"{(edition / f'{name}.html').as_uri()}{query}")
        widget = page.locator(f"cnn-{name} .live")
        widget.locator(".foot").wait_for()
        return widget

    return open_with


def windows(strip: Locator) -> list[list[int]]:
    """List the places that each window reads, counted in the strip's own columns."""
    rows = strip.locator("tbody tr").all()[1:]
    return [
        [i for i, cell in enumerate(row.locator("td").all()) if cell.inner_text() == "×"]
        for row in rows
    ]


def test_tensorflow_and_pytorch_shift_by_one(open_widget: Open) -> None:
    widget = open_widget("alignment")
    tensorflow, pytorch = widget.locator("table.strip").all()
    # Both lie over the cells −1 to 8.
    assert windows(tensorflow) == [[1, 2, 3], [3, 4, 5], [5, 6, 7], [7, 8, 9]]
    assert windows(pytorch) == [[0, 1, 2], [2, 3, 4], [4, 5, 6], [6, 7, 8]]
    for strip in (tensorflow, pytorch):
        assert strip.locator("thead th").first.inner_text() == "−1"
    assert pytorch.locator(".unread.outside").count() == 1
    assert re.search("زودتر|earlier", widget.locator(".feedback").inner_text())


def test_an_odd_input_aligns_them(open_widget: Open, page: Page) -> None:
    widget = open_widget("alignment")
    slider = widget.locator("input[type=range]").first
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert re.search("یکی خواهد بود|will be equal", widget.locator(".feedback").inner_text())
    assert widget.get_by_role("status").inner_text() == widget.locator(".feedback").inner_text()
    assert page.url.endswith("?alignment-n=9#alignment")


def test_unread_cells_and_misfits_are_said(open_widget: Open) -> None:
    unread = open_widget("alignment", "?alignment-n=7&alignment-k=2&alignment-tf=valid")
    first = unread.locator("table.strip").first
    assert first.locator(".unread").count() == 1
    none = open_widget("alignment", "?alignment-n=3&alignment-k=5&alignment-p=0")
    assert re.search("هیچ پنجره‌ای|No window", none.locator(".feedback").inner_text())


def total(widget: Locator) -> str:
    return widget.locator(".total bdi").inner_text()


def shapes(widget: Locator) -> list[str]:
    return widget.locator(".layer dl > div:first-child dd").all_inner_texts()


def test_the_chapter_s_network_in_terms_of_h(open_widget: Open) -> None:
    widget = open_widget("layers")
    assert shapes(widget) == ["14×14×32", "7×7×32", "1,568", "H", "5"]
    assert total(widget) == "1,574H + 325"
    assert re.search("101,061|۱۰۱٬۰۶۱", widget.locator(".total").inner_text())


def test_editing_ordering_and_removing(open_widget: Open, page: Page) -> None:
    widget = open_widget("layers")
    widget.locator(".layer").first.locator("input").first.fill("۸")
    widget.locator(".layer").first.locator("input").first.press("Tab")
    assert shapes(widget)[0] == "14×14×8"
    widget.locator(".layer").nth(4).locator(".up").click()
    expect(widget.locator(".layer").nth(3).locator(".up")).to_be_focused()
    assert shapes(widget)[3:] == ["5", "H"]
    for _ in range(3):
        widget.locator(".remove").last.click()
    assert shapes(widget) == ["14×14×8", "7×7×8"]
    widget.locator("select").last.select_option("Dense")
    assert shapes(widget)[-1] == "7×7×10"
    assert widget.get_by_role("status").inner_text() != ""
    assert "layers-stack=Conv2D,8,3,2,same;MaxPooling2D,2,2,valid;Dense,10" in page.url


def test_an_impossible_stack_is_explained(open_widget: Open) -> None:
    widget = open_widget("layers")
    widget.locator(".layer").nth(2).locator(".up").click()
    assert "MaxPooling2D" in widget.locator(".impossible .warn").inner_text()
    assert widget.locator(".layer.after dl").count() == 0
    assert widget.locator(".total").count() == 0  # of a stack that cannot be built
    narrow = open_widget("layers", "?layers-input=2,2,1&layers-stack=Conv2D,4,3,1,valid")
    assert re.search("same", narrow.locator(".warn").inner_text())


def test_what_is_no_number_changes_nothing(open_widget: Open) -> None:
    widget = open_widget("layers", "?layers-stack=Conv2D,x,3,1,same")
    assert total(widget) == "1,574H + 325"
    field = widget.locator(".layer").first.locator("input").first
    field.fill("many")
    field.press("Tab")
    assert field.get_attribute("aria-invalid") == "true"
    assert total(widget) == "1,574H + 325"
