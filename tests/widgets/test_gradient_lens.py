"""The lens by mouse and keyboard, and its three missions."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

Open = Callable[..., Locator]


@pytest.fixture
def lens(page: Page, edition: Path) -> Open:
    def open_with(query: str = "") -> Locator:
        page.goto(f"{(edition / 'gradient-lens.html').as_uri()}{query}")
        widget = page.locator("cnn-gradient-lens .live")
        widget.locator(".sum").wait_for()
        return widget

    return open_with


def cell(widget: Locator, matrix: str, i: int, j: int) -> Locator:
    return widget.locator(f'table[aria-label="{matrix}"] [data-cell="{i},{j}"]')


def touched(widget: Locator, matrix: str) -> list[str | None]:
    cells = widget.locator(f'table[aria-label="{matrix}"] td.touched').all()
    return [found.get_attribute("data-cell") for found in cells]


def tasks(widget: Locator) -> list[bool]:
    texts = widget.locator(".tasks strong").all_inner_texts()
    return [text in ("(انجام شد)", "(done)") for text in texts]


def write(widget: Locator, matrix: str, values: str) -> None:
    fields = widget.locator(f'table[aria-label="{matrix}"] input').all()
    for field, text in zip(fields, values.split(), strict=True):
        field.fill(text)
        field.press("Enter")


def test_a_cell_shows_what_touched_it(lens: Open) -> None:
    widget = lens()
    cell(widget, "∂L/∂X", 0, 0).hover()
    assert touched(widget, "F") == ["0,0"] and touched(widget, "G") == ["0,0"]
    cell(widget, "∂L/∂X", 1, 1).hover()
    assert len(touched(widget, "F")) == len(touched(widget, "G")) == 4
    cell(widget, "X", 2, 2).hover()
    assert touched(widget, "O") == ["1,1"] and touched(widget, "∂L/∂F") == ["1,1"]


def test_the_sum_of_a_cell_is_spelled_out(lens: Open, page: Page) -> None:
    widget = lens("?gradient-lens-G=1,2;3,4")
    cell(widget, "∂L/∂X", 1, 1).click()
    said = widget.locator(".sum").inner_text()
    assert "G(0,0)·F(1,1)" in said and said.endswith("= 1·(−2) + 2·1 + 3·3 + 4·0 = 9")
    page.keyboard.press("ArrowRight")
    expect(cell(widget, "∂L/∂X", 1, 2)).to_be_focused()
    assert any(eight in widget.get_by_role("status").inner_text() for eight in "8۸")


def test_one_cell_is_selected_and_the_keyboard_reaches_every_result(lens: Open) -> None:
    widget = lens()
    cell(widget, "∂L/∂X", 1, 1).click()
    selected = widget.locator('[aria-selected="true"]')
    assert [found.get_attribute("data-cell") for found in selected.all()] == ["1,1"]
    for name in ("O", "∂L/∂F", "∂L/∂X"):
        assert widget.locator(f'table[aria-label="{name}"] td[tabindex="0"]').count() == 1


def test_three_missions(lens: Open) -> None:
    widget = lens()
    _, mistake = widget.locator("select").all()
    mistake.select_option("turnG")
    assert widget.locator("td.bad").count() == 0
    assert tasks(widget) == [False, True, False]
    write(widget, "G", "۱ 2 3 ۴")
    assert widget.locator("td.bad").count() == 4
    assert tasks(widget) == [True, True, False]
    mistake.select_option("noTurn")
    assert widget.locator("td.bad").count() == 9
    write(widget, "F", "1 −2 −2 1")
    assert widget.locator("td.bad").count() == 0
    assert tasks(widget) == [True, True, True]


def test_what_is_no_number_changes_nothing(lens: Open) -> None:
    widget = lens("?gradient-lens-X=1,2;3,4&gradient-lens-cell=Q,1,1")
    assert cell(widget, "O", 0, 0).inner_text() == "10"
    field = widget.locator('table[aria-label="X"] input').first
    field.fill("two")
    field.press("Enter")
    assert field.get_attribute("aria-invalid") == "true"
    assert cell(widget, "O", 0, 0).inner_text() == "10"
