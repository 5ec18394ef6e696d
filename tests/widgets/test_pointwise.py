"""Pixels move in channel space until a line can tell XOR's two classes apart."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page


@pytest.fixture
def classifier(page: Page, edition: Path) -> Locator:
    page.goto((edition / "pointwise.html").as_uri())
    widget = page.locator("cnn-pointwise .live")
    widget.locator(".plot").first.wait_for()
    return widget


def verdict(widget: Locator) -> str:
    return widget.locator(".feedback").inner_text()


def turn(page: Page, slider: Locator, key: str, times: int) -> None:
    slider.focus()
    for _ in range(times):
        page.keyboard.press(key)


def test_weights_and_relu_separate_xor_by_keyboard(classifier: Locator, page: Page) -> None:
    mixed = verdict(classifier)
    sliders = classifier.locator("input[type=range]")
    turn(page, sliders.nth(1), "ArrowLeft", 2)
    turn(page, sliders.nth(3), "ArrowLeft", 2)
    assert verdict(classifier) == mixed
    classifier.locator("input[type=checkbox]").check()
    assert verdict(classifier) != mixed
    assert classifier.get_by_role("status").inner_text() == verdict(classifier)
    rows = classifier.locator("tbody tr").all()
    assert [row.locator("td").all_inner_texts()[2:4] for row in rows] == [
        ["0", "0"],
        ["0", "1"],
        ["1", "0"],
        ["0", "0"],
    ]
    assert re.search(r"\?pointwise-wb1=-1&pointwise-wa2=-1&pointwise-relu=1#pointwise$", page.url)


def test_the_cost_follows_the_size(classifier: Locator, page: Page) -> None:
    costs = classifier.locator(".sizes")
    assert re.search("3,136|۳٬۱۳۶", costs.inner_text())
    turn(page, classifier.locator("input[type=range]").last, "ArrowRight", 2)
    assert re.search("3,600|۳٬۶۰۰", costs.inner_text())
