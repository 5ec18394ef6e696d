"""The one Chromium of a test run: a second one in the same process is refused by Playwright."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
    # No page lives long enough to pay for the best code.
    "--js-flags=--no-opt --single-threaded-gc",
]
FORGET = """() => {
  try { localStorage.clear(); sessionStorage.clear(); } catch {} // a blank page has none
}"""
# The pages of each browser that nobody uses, by their options.
idle: dict[tuple[Any, ...], list[Page]] = {}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        reason = "no Chromium on this machine (on Debian: apt install chromium)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


@contextmanager
def lent(
    browser: Browser, width: int = 1280, height: int = 720, init_script: str = "", **options: Any
) -> Iterator[Page]:
    """Lend a blank page of a context with these options, as if it were new.

    A new one costs Chromium more processor time than most tests need on it. Who listens to a lent
    page stops listening; what cannot be taken back, an init script, belongs to the options.
    """
    unused = idle.setdefault((browser, init_script, *sorted(options.items())), [])
    page = unused.pop() if unused else opened(browser, init_script, options)
    page.set_viewport_size({"width": width, "height": height})
    try:
        yield page
    except BaseException:
        page.context.close()
        raise
    forget(page)
    unused.append(page)


def opened(browser: Browser, init_script: str, options: dict[str, Any]) -> Page:
    page = browser.new_context(**options).new_page()
    if init_script:
        page.add_init_script(init_script)
    return page


def forget(page: Page) -> None:
    """Leave a page as blank as it came: nothing stored, no pointer, no other medium."""
    page.evaluate(FORGET)
    page.goto("about:blank")
    page.mouse.move(-1, -1)
    page.emulate_media(media="null")
    page.set_default_timeout(30_000)


@contextmanager
def heard(page: Page, **events: Callable[[Any], str | None]) -> Iterator[list[str]]:
    """Return what is noted of events of a page, as long as it is of use."""
    found: list[str] = []

    def noting(noted: Callable[[Any], str | None]) -> Callable[[Any], None]:
        def note(told: Any) -> None:
            if (text := noted(told)) is not None:
                found.append(text)

        return note

    notes = {event: noting(noted) for event, noted in events.items()}
    for event, note in notes.items():
        page.on(event, note)  # type: ignore[call-overload]
    yield found
    for event, note in notes.items():
        page.remove_listener(event, note)


# Errors that a page throws or writes to its console.
COMPLAINTS: dict[str, Callable[[Any], str | None]] = {
    "pageerror": str,
    "console": lambda message: message.text if message.type == "error" else None,
}
