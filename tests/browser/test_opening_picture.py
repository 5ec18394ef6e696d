"""The picture of the first page: right numbers, and movement only where it is welcome."""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser
from scipy.signal import correlate2d

from persian_book.digits import latin_digits

EDITIONS = pytest.mark.parametrize("edition", ["", "en/"], ids=["fa", "en"])
TEXTS = "() => [...document.querySelectorAll('.opening-picture text')].map((t) => t.textContent)"
PLACES = """() => ['window', 'result', 'border'].map((name) => {
    const box = document.querySelector(`.opening-picture .${name}`).getBoundingClientRect();
    return [box.x, box.y];
})"""
MOVING = "() => document.getAnimations().map((a) => a.effect.getComputedTiming().endTime)"
CELL = "() => document.querySelector('.opening-picture .result').width.baseVal.value"
AT = "(time) => document.getAnimations().forEach((a) => { a.pause(); a.currentTime = time; })"
COVERED = """() => [...document.querySelectorAll('.opening-picture .unseen')].filter(
    (cover) => getComputedStyle(cover).visibility === 'visible').length"""


@EDITIONS
def test_it_shows_an_image_and_its_laplacian(browser: Browser, site: Path, edition: str) -> None:
    page = browser.new_page()
    page.goto((site / edition / "index.html").as_uri())
    numbers = [int(latin_digits(text).replace("−", "-")) for text in page.evaluate(TEXTS)]
    padded = np.reshape(numbers[:49], (7, 7))
    image, answer = padded[1:-1, 1:-1], np.reshape(numbers[49:], (5, 5))
    assert np.array_equal(padded, np.pad(image, 1))
    kernel = [[1, 1, 1], [1, -8, 1], [1, 1, 1]]
    assert np.array_equal(answer, correlate2d(image, kernel, mode="same"))
    told = page.locator(".opening-picture svg").get_attribute("aria-label") or ""
    assert re.search(r"70|۷۰", told) and answer[0, 2] == -70
    page.close()


def test_the_window_moves_once_for_five_seconds_where_motion_is_welcome(
    browser: Browser, site: Path
) -> None:
    context = browser.new_context(reduced_motion="no-preference")
    page = context.new_page()
    page.goto((site / "index.html").as_uri())
    assert max(page.evaluate(MOVING)) == 5000
    cell = page.evaluate(CELL)
    for step in (0, 7, 12, 24):  # places of the window, a fifth of a second each
        page.evaluate(AT, 200 * step + 100)
        window, result, border = page.evaluate(PLACES)
        row, column = divmod(step, 5)
        np.testing.assert_allclose(
            np.subtract(window, border), [(column - 1) * cell, (row - 1) * cell], atol=0.5
        )
        assert round((result[1] - border[1]) / cell) == row
        assert page.evaluate(COVERED) == 5 - row
    context.close()


def test_nothing_moves_where_motion_is_unwelcome(browser: Browser, site: Path) -> None:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto((site / "index.html").as_uri())
    assert page.evaluate(MOVING) == [] and page.evaluate(COVERED) == 0
    context.close()
