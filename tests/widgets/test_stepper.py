"""The stepper by mouse, touch and keyboard, in either edition, and what a screen reader is told."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from browser.chromium import lent

OUTPUT = re.compile("^(خروجی|Output)$")
IMAGE = re.compile("^(ورودی|Input)$")
Open = Callable[..., Locator]


@pytest.fixture
def stepper(page: Page, edition: Path) -> Open:
    def open_with(query: str = "") -> Locator:
        page.goto(f"{(edition / 'stepper.html').as_uri()}{query}")
        widget = page.locator("cnn-stepper .live")
        widget.locator(".sum").wait_for()
        return widget

    return open_with


def output(widget: Locator) -> list[list[str]]:
    rows = widget.get_by_role("grid", name=OUTPUT).locator("tbody tr").all()
    return [row.locator("td").all_inner_texts() for row in rows]


def cell(widget: Locator, matrix: re.Pattern[str], i: int, j: int) -> Locator:
    role = "grid" if matrix is OUTPUT else "table"
    return widget.get_by_role(role, name=matrix).locator(f'[data-cell="{i},{j}"]')


def current(widget: Locator) -> str | None:
    return widget.locator("td.current").get_attribute("data-cell")


def test_it_opens_on_minus_seventy(stepper: Open) -> None:
    widget = stepper()
    assert output(widget)[0] == ["0", "20", "−70", "20", "0"]
    assert current(widget) == "0,2"
    assert widget.locator(".sum").inner_text().endswith("= −80 + 10 = −70")
    assert "(−8)·10" in widget.locator(".sum").inner_text()


def test_arrow_keys_step_and_are_announced(stepper: Open, page: Page) -> None:
    widget = stepper()
    cell(widget, OUTPUT, 0, 2).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(cell(widget, OUTPUT, 1, 3)).to_be_focused()
    assert current(widget) == "1,3"
    assert re.search("30|۳۰", widget.get_by_role("status").inner_text())
    for _ in range(9):
        page.keyboard.press("ArrowUp")
    assert current(widget) == "0,3"


def test_a_press_selects_and_a_drag_over_the_image_moves_the_window(
    stepper: Open, page: Page
) -> None:
    widget = stepper()
    cell(widget, OUTPUT, 3, 1).click()
    assert widget.locator(".sum strong").inner_text() == "30"
    cell(widget, IMAGE, 0, 0).hover()
    page.mouse.down()
    cell(widget, IMAGE, 4, 4).hover()
    page.mouse.up()
    assert current(widget) == "4,4"


def test_a_finger_moves_the_window(browser: Browser, edition: Path) -> None:
    with lent(browser, 390, 844, has_touch=True) as page:
        page.goto((edition / "stepper.html").as_uri())
        widget = page.locator("cnn-stepper .live")
        cell(widget, OUTPUT, 2, 2).tap()
        assert widget.locator(".sum strong").inner_text() == "−60"
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        sizes = widget.locator("button:visible, select, summary").evaluate_all(
            "all => all.map(e => e.getBoundingClientRect().height)"
        )
    assert min(sizes) >= 30


def test_a_finger_drags_the_window_down_without_scrolling(browser: Browser, edition: Path) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto((edition / "stepper.html").as_uri())
    widget = page.locator("cnn-stepper .live")
    cell(widget, IMAGE, 4, 2).scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    finger = context.new_cdp_session(page)
    for kind, row in [("Start", 0), *(("Move", row) for row in range(1, 5))]:
        box = cell(widget, IMAGE, row, 2).bounding_box()
        assert box is not None
        point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        touch = {"type": f"touch{kind}", "touchPoints": [point]}
        finger.send("Input.dispatchTouchEvent", touch)
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(widget.locator("td.current")).to_have_attribute("data-cell", "4,2")
    assert page.evaluate("scrollY") == before
    context.close()


def test_uint8_wraps_before_one_s_eyes(stepper: Open) -> None:
    widget = stepper("?stepper-type=uint8")
    assert output(widget)[0] == ["0", "20", "186", "20", "0"]
    assert "248" in widget.locator(".sum").inner_text()
    assert "mod 256" in widget.locator(".sum").inner_text()
    assert widget.locator(".warn").is_visible()


def test_saturation_pushes_to_the_nearer_end(stepper: Open) -> None:
    widget = stepper("?stepper-type=clip")
    assert output(widget)[0] == ["0", "20", "0", "20", "0"]
    assert widget.locator(".sum").inner_text().endswith("= −70 → 0…255 → 0")


def test_a_control_s_change_is_announced(stepper: Open) -> None:
    widget = stepper()
    widget.locator("select").nth(1).select_option("reflect")
    assert re.search("60|۶۰", widget.get_by_role("status").inner_text())


def test_the_state_is_in_the_address(stepper: Open, page: Page) -> None:
    widget = stepper()
    cell(widget, OUTPUT, 3, 1).click()
    widget.locator("input[type=checkbox]").first.check()
    link = widget.locator(".foot a").get_attribute("href") or ""
    assert link.endswith("?stepper-turn=1&stepper-cell=3,1#stepper")
    assert page.url.endswith(link)
    again = stepper(link[link.index("?") :])
    assert current(again) == "3,1"
    again.locator(".foot button").click()
    assert current(again) == "0,2" and "?" not in page.url


def test_nonsense_in_the_address_is_passed_over(stepper: Open) -> None:
    query = "?stepper-image=1,2;x&stepper-stride=9&stepper-cell=-1,a&stepper-border=none"
    assert output(stepper(query))[0] == ["0", "20", "−70", "20", "0"]


def test_the_reader_s_own_numbers(stepper: Open) -> None:
    widget = stepper()
    widget.locator(".own summary").click()
    image, kernel = widget.locator(".own textarea").all()
    image.fill("۱ ۲ ۳\n۴ ۵ ۶")
    kernel.fill("1, −1")
    widget.locator(".own button").click()
    assert output(widget) == [["−1", "−1", "3"], ["−1", "−1", "6"]]
    kernel.fill("1 2\n3")
    widget.locator(".own button").click()
    assert output(widget) == [["−1", "−1", "3"], ["−1", "−1", "6"]]
    assert widget.get_by_role("status").inner_text() != ""


def test_a_guess_hides_and_a_slip_is_named(stepper: Open, page: Page) -> None:
    widget = stepper("?stepper-guess=1")
    assert {text for row in output(widget) for text in row} == {"?"}
    field, button = widget.locator("input[name=guess]"), widget.locator(".guess button").first
    field.fill("186")
    button.click()
    assert (
        "256" in widget.locator(".feedback").inner_text()
        or "۲۵۶" in widget.locator(".feedback").inner_text()
    )
    field.fill("70")
    assert widget.locator(".feedback").count() == 0
    button.click()
    sign = widget.locator(".feedback").inner_text()
    field.fill("۷۰-")
    field.press("Enter")
    assert widget.locator(".feedback").inner_text() != sign
    assert output(widget)[0] == ["?", "?", "−70", "?", "?"]


def test_a_kernel_that_does_not_fit_is_said(page: Page, edition: Path) -> None:
    page.goto(f"{(edition / 'stepper.html').as_uri()}?stepper-border=valid&stepper-dilation=3")
    page.locator("cnn-stepper .live .warn").wait_for()
    page.locator("cnn-stepper .live select").nth(3).select_option("1")
    page.locator("cnn-stepper .live .sum").wait_for()


def test_the_picture_answers_the_kernel(stepper: Open, page: Page) -> None:
    widget = stepper()
    widget.locator("cnn-picture summary").click()
    read = """() => {
      const canvas = document.querySelector("canvas.output");
      return [...canvas.getContext("2d").getImageData(0, 0, 90, 60).data].join();
    }"""
    # The even sky answers zero, which is white; it is drawn when the browser tells of the opening.
    page.wait_for_function(f"() => ({read})().startsWith('255,255,255,255,')")
    first = page.evaluate(read)
    widget.locator("select").first.select_option("step")
    page.wait_for_function(f"(first) => ({read})() !== first", arg=first)
