"""A line of prose on a wide screen is neither long nor short."""

from pathlib import Path
from statistics import median

import pytest
from playwright.sync_api import Browser

# The letters of each full line of plain paragraphs, by the height at which they stand.
LINES = """() => [...document.querySelectorAll(".bd-article section > p")]
  .filter((p) => !p.querySelector("mjx-container, code"))
  .flatMap((p) => {
    const lines = {};
    const texts = document.createTreeWalker(p, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      for (let i = 0; i < texts.currentNode.length; i++) {
        const letter = document.createRange();
        letter.setStart(texts.currentNode, i);
        letter.setEnd(texts.currentNode, i + 1);
        const [box] = letter.getClientRects();
        if (box) lines[Math.round(box.bottom / 12)] = (lines[Math.round(box.bottom / 12)] ?? 0) + 1;
      }
    }
    return Object.values(lines).slice(0, -1).filter((count) => count > 30);
  })"""


@pytest.mark.parametrize("edition", ["", "en"])
@pytest.mark.parametrize("width", [1366, 1920])
def test_a_line_has_75_to_85_characters(
    browser: Browser, site: Path, edition: str, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto((site / edition / "q2-pointwise.html").as_uri())
    lines = page.evaluate(LINES)
    page.close()
    assert len(lines) > 20
    assert 75 <= median(lines) <= 85
