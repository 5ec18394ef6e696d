"""A reader answers one question of every kind, in either edition."""

from pathlib import Path

import pytest
import scipy.signal
from playwright.sync_api import Browser, Locator, Page

from browser.chromium import lent

RIGHT = {"fa": "درست است.", "en": "Correct."}


class Question:
    """One question on the page, and what a reader does with it."""

    def __init__(self, page: Page, kind: str) -> None:
        self.block = page.locator(f'.self-check[data-check*=\'"kind":"{kind}"\']')
        self.status = self.block.get_by_role("status")
        self.right = RIGHT[page.evaluate("document.documentElement.lang")]

    def submit(self) -> str:
        self.block.locator("button[type=submit]").click()
        return self.status.inner_text()

    def answer(self, text: str) -> str:
        self.block.locator("input").fill(text)
        return self.submit()

    def fill(self, cells: list[str]) -> str:
        for cell, text in zip(self.cells.all(), cells, strict=True):
            cell.fill(text)
        return self.submit()

    @property
    def cells(self) -> Locator:
        return self.block.locator(".cells input")

    def has(self, name: str) -> bool:
        return name in (self.block.get_attribute("class") or "").split()


@pytest.fixture
def opened(page: Page, edition: Path) -> Page:
    page.goto((edition / "questions.html").as_uri())
    return page


def test_a_box_stands_inside_its_exercise(opened: Page) -> None:
    assert opened.locator(".self-check").count() == 6
    assert opened.locator(".exercise .self-check").count() == 6


def test_a_number_right_wrong_and_unreadable(opened: Page) -> None:
    question = Question(opened, "number")
    assert question.answer("۲۰٫۰") == question.right
    assert question.has("right")
    wrong = question.answer("123")
    assert wrong != question.right and question.has("wrong")
    unreadable = question.answer("بیست")
    assert unreadable not in (wrong, "") and not question.has("wrong")
    named = question.answer("30")
    assert "(" in named and named not in (wrong, unreadable)


def test_a_verdict_is_forgotten_when_the_answer_changes(opened: Page) -> None:
    question = Question(opened, "number")
    question.answer("20")
    question.block.locator("input").fill("2")
    assert question.status.inner_text() == "" and not question.has("right")
    question.answer("20")
    question.block.locator("input").fill("")
    question.block.locator("input").press("Enter")
    assert question.status.inner_text() == "" and not question.has("right")


def test_the_live_region_is_there_before_it_speaks(opened: Page) -> None:
    statuses = opened.locator(".self-check").get_by_role("status", include_hidden=False)
    assert statuses.count() == 6
    assert all(status.inner_text() == "" for status in statuses.all())


def test_a_matrix_is_marked_cell_by_cell(opened: Page) -> None:
    question = Question(opened, "matrix")
    assert question.fill(["10", "3", "9", "۱۸"]) == question.right
    said = question.fill(["10", "3", "9", "17"])
    classes = [cell.get_attribute("class") for cell in question.cells.all()]
    assert classes == ["right", "right", "right", "wrong"]
    assert question.cells.last.get_attribute("aria-invalid") == "true"
    assert any(three in said for three in ("۳", "3"))
    question.cells.first.fill("1")
    assert opened.locator(".cells .right, .cells .wrong").count() == 0


def test_a_slip_in_a_matrix_is_named(opened: Page) -> None:
    question = Question(opened, "matrix")
    x, f = [[2, 3, 4], [3, 1, 5], [4, -1, -2]], [[0, 3], [1, -2]]
    turned = question.fill([str(n) for n in scipy.signal.convolve2d(x, f, "valid").ravel()])
    other = question.fill(["0", "0", "0", "0"])
    assert turned != other
    assert any(word in turned for word in ("چرخیده", "turned"))
    assert not any(word in other for word in ("چرخیده", "turned"))


def test_an_unfilled_cell_is_a_wrong_form(opened: Page) -> None:
    question = Question(opened, "matrix")
    said = question.fill(["10", "", "9", "x"])
    assert said and not question.has("wrong")
    marked = [cell.get_attribute("aria-invalid") for cell in question.cells.all()]
    assert marked == [None, "true", None, "true"]


def test_a_smaller_matrix_in_the_larger_grid_is_a_slip_too(opened: Page) -> None:
    """Who wants no border has a smaller matrix, and writes it into the middle or a corner."""
    opened.evaluate(
        """() => {
          const block = document.createElement("div");
          const answer = [[1, 2, 3], [4, 5, 6], [7, 8, 9]];
          block.className = "self-check one-more";
          block.dataset.check = JSON.stringify({kind: "matrix", answer, slips: [[[5, 6]]]});
          block.innerHTML = '<div class="mistake" hidden><p>no border</p></div>';
          document.querySelector(".exercise").append(block);
          SelfCheck.set(block);
        }"""
    )
    block = opened.locator(".one-more")
    cells, verdict = block.locator(".cells input"), block.get_by_role("status")
    for places in ((0, 1), (4, 5), (7, 8)):
        for place, text in zip(places, ("5", "۶"), strict=True):
            cells.nth(place).fill(text)
        block.locator("button").click()
        assert verdict.inner_text() == "no border"
        cells.nth(places[1]).fill("7")
        block.locator("button").click()
        assert verdict.inner_text() not in ("", "no border")
        for place in places:
            cells.nth(place).fill("")


def test_arrows_move_between_cells_and_a_matrix_can_be_pasted(opened: Page) -> None:
    question = Question(opened, "matrix")
    question.cells.first.focus()
    opened.keyboard.press("ArrowRight")
    opened.keyboard.press("ArrowDown")
    assert question.cells.nth(3).evaluate("cell => cell === document.activeElement")
    question.cells.first.focus()
    opened.evaluate(
        """() => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text", "10 3\\n9 18");
          document.activeElement.dispatchEvent(
            new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}));
        }"""
    )
    assert question.submit() == question.right


def test_a_shape(opened: Page) -> None:
    question = Question(opened, "shape")
    assert question.answer("۱۵ در ۱۵ در ۳۲") == question.right
    same_as_valid = question.answer("14x14x32")
    assert "valid" in same_as_valid
    channels = question.answer("32, 15, 15")
    assert "PyTorch" in channels
    two = question.answer("15, 15")
    assert any(digit in two for digit in "2۲") and two != channels
    assert question.answer("151532") != question.right


def test_a_polynomial(opened: Page) -> None:
    question = Question(opened, "polynomial")
    assert question.answer("790H + 5") == question.right
    assert question.answer("785H + 5(H + 1)") == question.right
    biases = question.answer("789H")
    assert any(word in biases for word in ("بایاس", "bias"))
    assert question.answer("790 + 5/H") != biases and not question.has("wrong")


def test_a_choice(opened: Page) -> None:
    question = Question(opened, "choice")
    first = question.submit()
    assert first and not question.has("wrong")
    question.block.get_by_role("radio").first.check()
    said = question.submit()
    assert any(word in said for word in ("دو تا", "two")) and question.has("wrong")
    question.block.get_by_role("radio").last.check()
    assert question.status.inner_text() == ""
    assert question.submit() == question.right


def test_an_order_by_keyboard(opened: Page) -> None:
    question = Question(opened, "order")
    assert question.submit() != question.right
    pool = question.block.locator('li[data-value="pool"]')
    up = pool.get_by_role("button").first
    up.focus()
    for _ in range(2):
        opened.keyboard.press("Enter")
    assert up.evaluate("button => button === document.activeElement")
    assert question.status.inner_text() != ""
    question.block.locator('li[data-value="dense"]').get_by_role("button").last.click()
    assert question.submit() == question.right


def test_without_scripts_the_question_stays_and_asks_for_nothing(
    browser: Browser, edition: Path
) -> None:
    with lent(browser, java_script_enabled=False) as page:
        page.goto((edition / "questions.html").as_uri())
        assert page.locator(".self-check input:visible, .self-check button:visible").count() == 0
        assert page.locator(".self-check .mistake:visible").count() == 0
        assert page.locator(".self-check p:visible").count() >= 6
        assert page.locator(".self-check li:visible").count() == 5
