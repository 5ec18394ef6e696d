"""What a screen reader is told of questions and widgets, from the browser's accessibility tree."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Page

# What can be used or is announced, and so must have a name.
USED = {"button", "textbox", "spinbutton", "combobox", "slider", "checkbox", "radio", "grid"}
USED |= {"radiogroup", "link", "tab", "switch"}
LIVE = "status"


@pytest.fixture(scope="module", params=["", "en"], ids=["fa", "en"])
def page(browser: Browser, site: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Open chapter 1, whose widget is there and whose first question is marked."""
    page = browser.new_page(viewport={"width": 1366, "height": 900}, reduced_motion="reduce")
    page.goto((site / request.param / "q1-convolution.html").as_uri())
    page.locator("cnn-stepper").scroll_into_view_if_needed()
    page.locator("cnn-stepper .live .foot").wait_for()
    yield page
    page.close()


def below(devtools: CDPSession, selector: str) -> list[dict[str, Any]]:
    """Return the part of the accessibility tree that stands below an element."""
    root = devtools.send("DOM.getDocument", {"depth": 0})["root"]["nodeId"]
    asked = {"nodeId": root, "selector": selector}
    node = devtools.send("DOM.querySelector", asked)["nodeId"]
    backend = devtools.send("DOM.describeNode", {"nodeId": node})["node"]["backendNodeId"]
    tree = devtools.send("Accessibility.getFullAXTree")["nodes"]
    by_id = {entry["nodeId"]: entry for entry in tree}
    found = next(entry for entry in tree if entry.get("backendDOMNodeId") == backend)
    waiting, seen = [found], []
    while waiting:
        entry = waiting.pop()
        seen.append(entry)
        waiting += [by_id[child] for child in entry.get("childIds", ()) if child in by_id]
    return [entry for entry in seen if not entry["ignored"]]


def role(entry: dict[str, Any]) -> str:
    return str(entry.get("role", {}).get("value", ""))


def name(entry: dict[str, Any]) -> str:
    return str(entry.get("name", {}).get("value", "")).strip()


def properties(entry: dict[str, Any]) -> dict[str, Any]:
    return {item["name"]: item["value"].get("value") for item in entry.get("properties", ())}


@pytest.mark.parametrize("selector", ["cnn-stepper .live", ".exercise .self-check"])
def test_all_that_can_be_used_has_a_role_and_a_name_in_the_language(
    page: Page, selector: str
) -> None:
    entries = below(page.context.new_cdp_session(page), selector)
    used = [entry for entry in entries if role(entry) in USED]
    assert len(used) >= 2
    assert [role(entry) for entry in used if not name(entry)] == []
    if page.evaluate("() => document.documentElement.lang") == "fa":
        assert [name(e) for e in used if re.fullmatch("[A-Za-z ]{3,}", name(e))] == []


@pytest.mark.parametrize("selector", ["cnn-stepper .live", ".exercise .self-check"])
def test_what_changes_is_announced_politely_and_whole(page: Page, selector: str) -> None:
    entries = below(page.context.new_cdp_session(page), selector)
    told = [properties(entry) for entry in entries if role(entry) == LIVE]
    assert len(told) == 1
    assert (told[0]["live"], told[0]["atomic"]) == ("polite", True)


def test_the_verdict_stands_in_the_live_region(page: Page) -> None:
    """A known slip is explained there, where it is heard, and not beside it."""
    devtools = page.context.new_cdp_session(page)
    page.evaluate("""() => {
      const blocks = [...document.querySelectorAll(".exercise .self-check")];
      const block = blocks.find((b) => JSON.parse(b.dataset.check).kind === "number");
      block.id = "asked";
      const { slips } = JSON.parse(block.dataset.check);
      block.querySelector("input").value = slips[0];
      block.querySelector("form").requestSubmit();
    }""")
    said = " ".join(name(entry) for entry in below(devtools, "#asked [role=status]"))
    shown = page.locator("#asked [role=status]").inner_text()
    assert len(shown) > 20
    assert shown.split()[0] in said
