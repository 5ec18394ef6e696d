"""Another problem at a click: shown, answered with the answer of another library, linked to."""

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page

from browser.chromium import lent
from practice_oracles import ORACLES
from self_check.practice import POOL, pool

RIGHT = {"fa": "درست است.", "en": "Correct."}


@pytest.fixture
def opened(page: Page, edition: Path) -> Page:
    page.goto((edition / "practice.html").as_uri())
    return page


def box(page: Page, topic: str) -> Locator:
    return page.locator(f"#practice-{topic}")


def answer(page: Page, topic: str, level: int, place: int) -> str:
    """Fill in what another library answers, check, and return the verdict."""
    one = pool(topic)[level][place]
    right = np.ravel(np.asarray(ORACLES[topic](one))).tolist()
    inputs = box(page, topic).locator(".self-check input[type=text]").all()
    if one.kind == "list":
        inputs[0].fill(" × ".join(map(str, right)))
    elif one.kind == "polynomial":
        inputs[0].fill(f"{right[1]}H + {right[0]}")
    else:
        assert len(inputs) == len(right)
        for field, value in zip(inputs, right, strict=True):
            field.fill(str(value))
    box(page, topic).locator(".self-check button[type=submit]").click()
    return box(page, topic).locator(".self-check .verdict").inner_text()


@pytest.mark.parametrize("topic", ["convolution", "shapes"])
def test_every_difficulty_is_asked_and_marked(opened: Page, topic: str) -> None:
    right = RIGHT[opened.evaluate("document.documentElement.lang")]
    assert right in answer(opened, topic, 1, 0)  # stands there before any click
    for level in (2, 3):
        box(opened, topic).locator("select").select_option(str(level))
        opened.wait_for_url(f"**/*practice-{topic}={level}.0*")
        assert right in answer(opened, topic, level, 0)
        box(opened, topic).get_by_role("button").last.click()
        opened.wait_for_url(f"**/*practice-{topic}={level}.1*")
        assert right in answer(opened, topic, level, 1)


def test_it_is_worked_by_keyboard_announced_and_found_again(opened: Page) -> None:
    shown = box(opened, "convolution").locator(".problem")
    first = shown.inner_text()
    button = box(opened, "convolution").get_by_role("button").last
    button.focus()
    opened.keyboard.press("Enter")
    opened.wait_for_url("**/*practice-convolution=1.1*")
    second = shown.inner_text()
    assert second != first
    assert button.evaluate("button => button === document.activeElement")
    assert box(opened, "convolution").locator(".practice-said").inner_text() != ""
    opened.reload()
    opened.locator(".practice-said:not(:empty)").wait_for()
    assert shown.inner_text() == second


def test_a_slip_is_named(opened: Page) -> None:
    one = next(p for p in pool("shapes")[1] if p.mistakes)
    place = pool("shapes")[1].index(one)
    opened.goto(opened.url + f"?practice-shapes=1.{place}")
    opened.locator("#practice-shapes .practice-said:not(:empty)").wait_for()
    field = box(opened, "shapes").locator(".self-check input")
    field.fill("×".join(map(str, one.mistakes[0].answer)))
    field.press("Enter")
    said = box(opened, "shapes").locator(".self-check .verdict").inner_text()
    assert "PyTorch" in said or "valid" in said or "same" in said


def test_nothing_of_a_pool_comes_before_it_is_asked_for(
    page: Page, asked: list[str], edition: Path
) -> None:
    page.goto((edition / "practice.html").as_uri())
    page.wait_for_timeout(300)
    assert not any(name in url for url in asked for name in ("/convolution.", "/shapes."))


def test_without_scripts_there_is_a_problem_and_its_solution(
    browser: Browser, edition: Path
) -> None:
    with lent(browser, java_script_enabled=False) as page:
        page.goto((edition / "practice.html").as_uri())
        assert page.locator(".practice .problem p:visible").count() == 2
        assert page.locator(".practice summary:visible").count() == 2
        assert page.locator(".practice :is(button, select, input):visible").count() == 0


def test_a_pool_holds_no_problem_twice() -> None:
    for topic in ORACLES:
        for listed in pool(topic).values():
            assert len({repr((p.question, p.shown)) for p in listed}) == POOL
