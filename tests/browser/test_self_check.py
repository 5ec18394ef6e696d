"""Every question of the book takes its own answer, and says of each known mistake what it is."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from browser.chromium import lent

UNNAMED = re.compile("دوباره بکوشید|try again")
CHAPTERS = [
    "q1-convolution",
    "q2-pointwise",
    "q3-shapes",
    "q4-gradients",
    "from-layer-to-network",
    "q5-cars",
    "q5-explaining",
]

# Those of the exercises; what is asked for practice is another one at each click.
ASKED = "() => [...document.querySelectorAll('.exercise .self-check')]"
# Writes the answer as a reader would, in the fields that the page shows, and returns what is said.
ANSWER = r"""
([index, value]) => {
  const block = document.querySelectorAll(".exercise .self-check")[index];
  const check = JSON.parse(block.dataset.check);
  const minus = (number) => String(number).replace("-", "−");
  const texts = {
    number: () => [minus(value)],
    list: () => [value.map(minus).join("، ")],
    shape: () => [value.join("×")],
    // A smaller matrix stands in a corner of the grid.
    matrix: () => check.answer.flatMap((row, i) => row.map((_, j) => minus(value[i]?.[j] ?? ""))),
    polynomial: () => {
      const [a, b] = check.points;
      const slope = (value[1] - value[0]) / (b - a);
      return [`${slope}H + ${value[0] - slope * a}`];
    },
  }[check.kind];
  if (texts) {
    const inputs = block.querySelectorAll("form input");
    texts().forEach((text, i) => (inputs[i].value = text));
    inputs[0].dispatchEvent(new Event("input", {bubbles: true}));
  } else if (check.kind === "choice") {
    block.querySelector(`input[value="${value}"]`).click();
  } else {
    const listed = block.querySelector(".order");
    for (const key of value) listed.append(listed.querySelector(`[data-value="${key}"]`));
  }
  block.querySelector("form").requestSubmit();
  return [block.className, block.querySelector("[role=status]").textContent.trim()];
}
"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with lent(browser) as page:
        yield page


@pytest.mark.parametrize("edition", ["", "en"], ids=["fa", "en"])
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_answers_are_taken_and_mistakes_named(
    page: Page, site: Path, chapter: str, edition: str
) -> None:
    page.goto((site / edition / f"{chapter}.html").as_uri())
    checks: list[dict[str, Any]] = page.evaluate(
        f"{ASKED}.map(block => JSON.parse(block.dataset.check))"
    )
    assert checks and page.locator(".exercise .self-check").count() == len(checks)
    for index, check in enumerate(checks):
        classes, right = page.evaluate(ANSWER, [index, check["answer"]])
        assert classes == "self-check right", check
        for mistake in check["slips"]:
            classes, said = page.evaluate(ANSWER, [index, mistake])
            assert classes == "self-check wrong", (check, mistake)
            assert said != right and "دوباره بکوشید" not in said and "try again" not in said, (
                mistake
            )


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_has_at_least_seven_exercises(site: Path, chapter: str) -> None:
    page = (site / f"{chapter}.html").read_text("utf-8")
    assert page.count('class="exercise admonition"') >= 7


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_both_editions_ask_the_same(site: Path, chapter: str, page: Page) -> None:
    asked = []
    for edition in ("", "en"):
        page.goto((site / edition / f"{chapter}.html").as_uri())
        asked.append(page.evaluate(f"{ASKED}.map(block => block.dataset.check)"))
    assert asked[0] == asked[1]
