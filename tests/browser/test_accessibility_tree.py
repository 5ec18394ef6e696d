"""What a screen reader is told of questions and widgets, from the browser's accessibility tree."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, CDPSession, Page

from browser.chromium import lent

# What can be used or is announced, and so must have a name.
USED = {"button", "textbox", "spinbutton", "combobox", "slider", "checkbox", "radio", "grid"}
USED |= {"radiogroup", "link", "tab", "switch"}
LIVE = "status"
MARKS = "[\u2066-\u2069]"


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


def value(entry: dict[str, Any]) -> str:
    return re.sub(MARKS, "", str(entry.get("value", {}).get("value", "")))


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


class Heard(NamedTuple):
    """What is at rest, role, name and value; a key pressed on an element, and what it changes."""

    rest: list[tuple[str, str, str]]
    on: str
    keys: list[str]
    changed: tuple[str, str, str]
    said: str


BUTTONS = [("link", "Link to this state", ""), ("button", "Start again", "")]
WIDGETS = {
    "stepper": Heard(
        [
            ("combobox", "Example", "column of tens, Laplacian"),
            ("combobox", "Border", "zeros (same)"),
            *(("combobox", name, "1") for name in ("Stride", "Dilation")),
            ("combobox", "Numbers", "signed"),
            ("checkbox", "Turn the kernel by 180° (convolution proper)", "false"),
            ("checkbox", "I guess before I see", "false"),
            ("table", "Input", ""),
            ("table", "Kernel", ""),
            ("grid", "Output", ""),
            ("gridcell", "−70", "selected"),
            ("cell", "0 ×1, outside the image", ""),
            ("group", "Move the window", ""),
            *(("button", name, "") for name in ("Up", "Left", "Right", "Down")),
            ("DisclosureTriangle", "Your own numbers", "closed"),
            ("DisclosureTriangle", "The same kernel on a picture", "closed"),
        ],
        "td.current",
        ["ArrowDown"],
        ("gridcell", "−60", "selected"),
        "Cell (1, 2): −60",
    ),
    "pointwise": Heard(
        [
            ("group", "Unit 1", ""),
            ("slider", "weight of a", "1"),
            ("slider", "bias", "0"),
            ("checkbox", "followed by ReLU", "false"),
            ("image", "Before: the space of the two input channels", ""),
            ("table", "After: the space of the two new channels", ""),
            ("slider", "Side of the image", "28"),
        ],
        "input[type=range] >> nth=0",
        ["End"],
        ("slider", "weight of a", "2"),
        "",
    ),
    "alignment": Heard(
        [
            ("slider", "Input length n", "8"),
            ("slider", "Kernel k", "3"),
            ("slider", "Stride s", "2"),
            ("slider", "PyTorch's padding", "1"),
            ("combobox", "TensorFlow's padding", "same"),
            ("table", "TensorFlow, padding=same", ""),
            ("table", "PyTorch, padding=1", ""),
            ("cell", "zero of the border, never read", ""),
            ("cell", "cell of the input", ""),
        ],
        "input[type=range] >> nth=3",
        ["ArrowLeft"],
        ("slider", "PyTorch's padding", "0"),
        "The number of windows differs (4 and 3), and so does the shape of the output.",
    ),
    "layers": Heard(
        [
            ("textbox", "Input (height, width, channels)", "28×28×1"),
            ("slider", "Value of H", "64"),
            ("list", "Layers", ""),
            ("group", "Conv2D 1", ""),
            ("textbox", "filters", "32"),
            ("combobox", "padding", "same"),
            ("button", "Move Conv2D 1 up", "disabled"),
            ("button", "Move Conv2D 1 down", ""),
            ("button", "Remove Dense 5", ""),
            ("combobox", "Add a layer", "…"),
        ],
        "[aria-label='Move Conv2D 1 down']",
        ["Enter"],
        ("group", "Conv2D 2", ""),
        "Conv2D. Parameters in all:",
    ),
    "gradient-lens": Heard(
        [
            ("combobox", "Upstream gradient", "from global averaging (g = 2)"),
            ("combobox", "Deliberate mistake", "none"),
            ("textbox", "X (2, 1)", "−1"),
            ("textbox", "F (1, 1)", "−2"),
            ("textbox", "G (0, 0)", "0.5"),
            *(("grid", name, "") for name in ("O", "∂L/∂F", "∂L/∂X")),
            ("gridcell", "1", "selected"),
        ],
        "[aria-label='∂L/∂X'] td[tabindex='0']",
        ["ArrowRight"],
        ("gridcell", "0.5", "selected"),
        "∂L/∂X (1, 2) = 0.5 (G(0,1)·F(1,1) + G(1,1)·F(0,1))",
    ),
    "counterfactual": Heard(
        [
            ("combobox", "Car", "Dena"),
            ("combobox", "Taken from", "Cerato"),
            ("group", "Guess: which change makes the network no longer say “Dena”?", ""),
            ("radio", "grille", "false"),
            ("button", "Let us see", ""),
            ("group", "Before", ""),
            ("image", "Before: Grad-CAM for Dena", ""),
            ("image", "Before: HiResCAM for Dena", ""),
        ],
        "input[type=radio] >> nth=0",
        ["Space", "ArrowDown", "Enter"],
        ("image", "After a change of: grille: Picture", ""),
        "The label turns from “Dena” to",
    ),
}


@pytest.fixture(params=["fa", "en"])
def edition(request: pytest.FixtureRequest, small_site: Path) -> Path:
    return small_site / "en" if request.param == "en" else small_site


@pytest.fixture
def blank(browser: Browser) -> Iterator[Page]:
    with lent(browser, 1366, 900, reduced_motion="reduce") as page:
        yield page


def widget(page: Page, folder: Path, kind: str) -> None:
    page.goto((folder / f"{kind}.html").as_uri())
    page.locator(f"cnn-{kind} .live .foot").wait_for()
    if kind == "counterfactual":
        page.locator("cnn-counterfactual .bars").wait_for()


def told(page: Page, kind: str) -> list[dict[str, Any]]:
    devtools = page.context.new_cdp_session(page)
    entries = below(devtools, f"cnn-{kind} .live")
    devtools.detach()
    return entries


def state(entry: dict[str, Any]) -> str:
    """Return the value of an entry, or what it has instead."""
    has = properties(entry)
    if "checked" in has:
        return str(has["checked"])
    if role(entry) == "DisclosureTriangle":
        return "open" if has.get("expanded") else "closed"
    if has.get("selected"):
        return "selected"
    return "disabled" if has.get("disabled") else value(entry)


def heard(page: Page, kind: str) -> set[tuple[str, str, str]]:
    return {(role(entry), name(entry), state(entry)) for entry in told(page, kind)}


@pytest.mark.parametrize("kind", WIDGETS)
def test_names_of_a_widget_are_words_of_the_language(blank: Page, edition: Path, kind: str) -> None:
    widget(blank, edition, kind)
    for summary in blank.locator(f"cnn-{kind} summary").all():
        summary.click()
    used = [entry for entry in told(blank, kind) if role(entry) in USED]
    names = [name(entry) for entry in used]
    assert len(used) > 5
    assert [role(entry) for entry in used if not name(entry)] == []
    # No piece of a program, and no mark of direction, which some screen readers say.
    assert [text for text in names if re.search(rf"=>|\[object|undefined|{MARKS}", text)] == []
    if edition.name != "en":
        assert [text for text in names if re.fullmatch("[A-Za-z ]{3,}", text)] == []
    status = [properties(entry) for entry in told(blank, kind) if role(entry) == LIVE]
    assert [(one["live"], one["atomic"]) for one in status] == [("polite", True)]


@pytest.mark.parametrize("kind", WIDGETS)
def test_roles_names_and_values_of_a_widget(blank: Page, small_site: Path, kind: str) -> None:
    expected = WIDGETS[kind]
    widget(blank, small_site / "en", kind)
    assert {*expected.rest, *BUTTONS} - heard(blank, kind) == set()
    assert blank.locator(f"cnn-{kind} [role=status]").inner_text() == ""
    assert expected.changed not in heard(blank, kind)

    blank.locator(f"cnn-{kind} .live").locator(expected.on).focus()
    for key in expected.keys:
        blank.keyboard.press(key)
    status = blank.locator(f"cnn-{kind} [role=status]", has_text=expected.said)
    status.wait_for(state="attached")
    assert expected.changed in heard(blank, kind)
    said = " ".join(name(e) for e in below(blank.context.new_cdp_session(blank), "[role=status]"))
    assert expected.said in said


@pytest.mark.parametrize(
    ("kind", "field", "text"),
    [
        ("layers", "[aria-label='Conv2D 1'] input >> nth=0", "many"),
        ("layers", "input >> nth=0", "28×28"),
        ("gradient-lens", "input >> nth=0", "two"),
    ],
)
def test_what_cannot_be_read_is_told_invalid(
    blank: Page, small_site: Path, kind: str, field: str, text: str
) -> None:
    widget(blank, small_site / "en", kind)
    box = blank.locator(f"cnn-{kind} .live").locator(field)
    box.fill(text)
    box.press("Tab")
    invalid = [entry for entry in told(blank, kind) if properties(entry).get("invalid") == "true"]
    assert [(role(entry), value(entry)) for entry in invalid] == [("textbox", text)]
    assert blank.locator(f"cnn-{kind} [role=status]").inner_text() != ""
