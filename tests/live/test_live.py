"""The book served live: cells that run for whoever has the token, and nothing of it otherwise."""

import os
import re
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from live.pages import live
from live.server import serve

ROOT = Path(__file__).parents[2]
OTHER = "http://evil.example"


class Server(NamedTuple):
    process: "subprocess.Popen[str]"
    origin: str
    token: str


@pytest.fixture(scope="module")
def server(site: Path) -> Iterator[Server]:
    """Serve the book to all tests; who ends the server comes last."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folders = os.pathsep.join(str(ROOT / name) for name in ("book/_ext", "code", "persian-book"))
    environment = {key: value for key, value in os.environ.items() if key != "MPLBACKEND"}
    process = subprocess.Popen(
        [sys.executable, "-m", "live", str(site), "--port", str(port)],
        env={**environment, "PYTHONPATH": folders},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    found = re.search(r"(http://\S+?)/book/index.html\?token=(\w+)", process.stdout.readline())
    assert found is not None
    yield Server(process, found[1], found[2])
    process.terminate()
    process.wait()
    process.stdout.close()


def answer(address: str, method: str = "GET", **headers: str) -> int:
    request = urllib.request.Request(address, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request) as reply:
            assert "login" not in reply.url or "login" in address, "sent to the login"
            return int(reply.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_the_ordinary_site_has_nothing_of_it(site: Path) -> None:
    assert list(site.rglob("*thebe*")) == [] == list(site.rglob("live.js"))
    for path in site.rglob("*.html"):
        page = path.read_text("utf-8")
        assert "/live/" not in page
        assert "default-src 'self'; img-src 'self' data:" in page


def test_a_live_page_has_the_script_and_leaves_the_policy_to_the_server(site: Path) -> None:
    page = (site / "q1-convolution.html").read_text("utf-8")
    served = live(page)
    assert "Content-Security-Policy" in page
    assert "Content-Security-Policy" not in served
    assert served.count("/live/live.js") == 1


def test_a_book_that_is_not_built_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="run `make book` first"):
        serve(tmp_path)


def test_the_token_and_the_origin_are_checked(server: Server) -> None:
    kernels = f"{server.origin}/api/kernels"
    right = {"Authorization": f"token {server.token}"}
    assert answer(kernels, **right) == 200
    assert answer(kernels) == 403
    assert answer(kernels, Authorization="token 0") == 403
    assert answer(kernels, Origin=OTHER, **right) >= 400
    assert answer(kernels, Origin=server.origin, **right) == 200
    # Who starts a kernel can do anything: not from another page, not even with the token.
    assert answer(kernels, "POST", Origin=OTHER, **right) >= 400
    with pytest.raises(AssertionError, match="sent to the login"):
        answer(f"{server.origin}/book/index.html")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


TABLE = """from cnnbook.tables import show_table
show_table(["layer", "weights"], [["Conv2D <b>", 4640]])"""
FORMULA = r"""from IPython.display import Math
Math(r"\frac{x}{2} \text{zero border}")"""
MARKDOWN = r"""from IPython.display import Markdown
Markdown(r"A formula, $x^2$.")"""


def shows(page: Page, code: str) -> None:
    """Run other code in the first cell and wait for what it shows."""
    cell = page.locator(".thebe-cell").first
    old = cell.locator(".jp-OutputPrompt").first.inner_text()
    cell.locator(".CodeMirror").evaluate("(box, code) => box.CodeMirror.setValue(code)", code)
    cell.locator("textarea").focus()
    press(page, "Shift+Enter")
    expect(cell.locator(".jp-OutputPrompt").first).not_to_have_text(old, timeout=60_000)
    expect(page.locator(".live-bar")).to_have_attribute("data-state", "ready")
    expect(cell.locator(".thebe-output :is(table, mjx-container)")).not_to_have_count(0)


WORDS = """kind => [...document.querySelectorAll(".cell")].map((cell) =>
  [...cell.querySelectorAll(`${kind} :is(svg text, th, td, .pictures .title)`)]
    .map((shown) => shown.textContent.replace(/\\s+/g, " ").trim()))"""


@pytest.mark.parametrize("edition", ["", "en/"])
def test_what_runs_shows_the_words_that_the_page_shows(
    browser: Browser, server: Server, edition: str
) -> None:
    page = browser.new_page()
    page.goto(f"{server.origin}/book/{edition}q1-convolution.html?token={server.token}")
    printed = page.evaluate(WORDS, ".cell_output")
    page.locator(".live-bar button").click()
    bar = page.locator(".live-bar")
    expect(bar).to_have_attribute("data-state", "ready", timeout=60_000)
    page.locator(".live-bar button").first.click()
    expect(bar).to_have_attribute("data-state", "busy")
    expect(bar).not_to_have_attribute("data-state", "busy", timeout=300_000)
    expect(page.locator(".cell_output table:visible")).to_have_count(0)
    shown = page.evaluate(WORDS, ".thebe-output")
    pairs = [(own, book) for own, book in zip(shown, printed, strict=True) if own]
    assert len(pairs) > 8
    assert all(own == book for own, book in pairs)
    page.close()


def test_a_cell_is_changed_and_run_by_keyboard_and_a_lost_server_is_told(
    browser: Browser, server: Server
) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{server.origin}/book/en/q1-convolution.html?token={server.token}")
    expect(page.locator(".live-bar button")).to_have_text("Run the code on this page")
    page.goto(f"{server.origin}/book/q1-convolution.html")
    assert not [address for address in asked if "thebe" in address]

    page.locator(".live-bar button").focus()
    press(page, "Enter")
    bar = page.locator(".live-bar")
    expect(bar).to_have_attribute("data-state", "ready", timeout=60_000)
    cell = page.locator(".thebe-cell").first
    cell.locator("textarea").focus()
    press(page, "Control+a")
    page.keyboard.type("print(84 / 2, 'سلام')")
    press(page, "Shift+Enter")
    expect(cell.locator(".thebe-output").first).to_contain_text("42.0 سلام", timeout=60_000)
    # Not a trap: Escape and Tab both leave the editor.
    press(page, "Tab")
    assert page.evaluate("document.activeElement.textContent") == "اجرا"
    press(page, "Tab", "Tab", "Enter")
    expect(cell.locator(".CodeMirror")).to_contain_text("LAPLACIAN_8")
    # What a cell needs of those above it is run first.
    page.locator(".thebe-cell").nth(1).get_by_text("اجرا تا این‌جا").click()
    expect(bar).to_have_attribute("data-state", "ready", timeout=60_000)
    expect(page.locator(".thebe-cell").nth(1).locator(".thebe-output svg")).not_to_have_count(0)
    assert not [address for address in asked if "mathjax" in address]
    shows(page, TABLE)
    # The reader's own words stay; numbers are the edition's.
    assert cell.locator(".thebe-output th").all_inner_texts() == ["layer", "weights"]
    assert cell.locator(".thebe-output td").all_inner_texts() == ["Conv2D <b>", "۴٬۶۴۰"]
    for code in (FORMULA, MARKDOWN):
        shows(page, code)
        formula = cell.locator(".thebe-output mjx-container").first
        words = "".join(formula.locator("mjx-assistive-mml mtext").all_text_contents())
        assert words == ("حاشیهٔ صفر" if code is FORMULA else "")
        assert "".join(formula.locator("mjx-assistive-mml mi").all_text_contents()) == "x"
        assert formula.bounding_box()["height"] > 10  # type: ignore[index]
    assert [address for address in asked if not address.startswith(server.origin)] == []

    server.process.terminate()
    expect(bar).to_have_attribute("data-state", "gone", timeout=60_000)
    expect(page.locator(".live-status")).to_contain_text("make live")
    page.close()
