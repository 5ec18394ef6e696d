"""A reader answers the first exercise of chapter 1, whose answer is 20, in either edition."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator


@pytest.fixture(params=["", "en"], ids=["fa", "en"])
def question(request: pytest.FixtureRequest, browser: Browser, site: Path) -> Locator:
    page = browser.new_page()
    page.goto((site / request.param / "q1-convolution.html").as_uri())
    request.addfinalizer(page.close)
    return page.locator(".self-check").first


def answer(question: Locator, text: str) -> None:
    question.locator("input").fill(text)
    question.locator("button").click()


@pytest.mark.parametrize("text", ["20", "۲۰", "٢٠", " 20 "])
def test_the_right_answer_is_right_in_any_digits(question: Locator, text: str) -> None:
    answer(question, text)
    assert question.locator(".verdict").inner_text() == question.locator(".verdict").get_attribute(
        "data-right"
    )
    assert question.locator(".mistake:visible").count() == 0


def test_a_known_mistake_is_named(question: Locator) -> None:
    answer(question, "۳۰")
    assert question.locator(".mistake:visible").count() == 1
    answer(question, "20")
    assert question.locator(".mistake:visible").count() == 0


def test_an_unknown_mistake_is_wrong_all_the_same(question: Locator) -> None:
    answer(question, "123")
    assert question.locator(".verdict").inner_text() == question.locator(".verdict").get_attribute(
        "data-wrong"
    )


def test_a_known_mistake_is_said_aloud(question: Locator) -> None:
    """A screen reader says what appears in a live region, and nothing else."""
    said = question.get_by_role("status")
    answer(question, "30")
    message = question.locator(".mistake:visible").inner_text()
    assert message and said.inner_text() == message
    answer(question, "123")
    assert said.inner_text() == said.get_attribute("data-wrong")


@pytest.mark.parametrize("verdict", ["20", "30", "123"])
def test_a_verdict_is_on_the_answer_that_stands_there(question: Locator, verdict: str) -> None:
    answer(question, verdict)
    assert question.get_by_role("status").inner_text()
    question.locator("input").press("End")
    question.locator("input").press("1")
    assert question.get_by_role("status").inner_text() == ""
    answer(question, verdict)
    answer(question, "")
    assert question.get_by_role("status").inner_text() == ""
    assert question.evaluate("e => e.className").split() == ["self-check"]
