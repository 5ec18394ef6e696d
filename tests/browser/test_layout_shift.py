"""Letters are on their way before the page knows that it wants them, and move nothing.

That does not depend on the machine; what a phone sees, `make lighthouse` measures.
"""

import functools
import http.server
import threading
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browser.visits import Strict

SHIFT = 0.02
WATCH = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) shifts.push(entry.value);
}).observe({ type: "layout-shift", buffered: true });
"""


class Holding(Strict):
    """Holds the style sheet back until the page has its letters, as a slow network may."""

    letters: threading.Semaphore
    sent: list[str]
    waited: list[bool]
    awaited: int

    def end_headers(self) -> None:
        """Let files be kept, as hosts do."""
        self.send_header("Cache-Control", "max-age=600")
        super().end_headers()

    def published(self) -> bytes:
        """Return a page as it is where the book says where it will stand."""
        page = Path(self.translate_path(self.path)).read_text("utf-8")
        assert 'as="font" type="font/woff2" href' in page
        return page.replace('as="font"', 'as="font" crossorigin="anonymous"').encode()

    def do_GET(self) -> None:
        """Send a file, the style sheet last."""
        if self.path.endswith(".html"):
            data = self.published()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
            return
        if "/_static/book." in self.path and self.path.endswith(".css"):
            self.waited += [self.letters.acquire(timeout=10) for _ in range(self.awaited)]
        super().do_GET()
        if "/vazirmatn-" in self.path:
            self.sent.append(self.path)
            self.letters.release()


@pytest.mark.parametrize(("path", "fonts"), [("everything.html", 2), ("en/everything.html", 1)])
def test_letters_are_there_before_the_sheet_that_names_them_and_come_once(
    browser: Browser, fixture_site: Path, path: str, fonts: int
) -> None:
    """If the sheet had to come first, the letters would never be asked for."""
    held = type("Held", (Holding,), {"letters": threading.Semaphore(0), "awaited": fonts})
    held.sent, held.waited = [], []
    context = browser.new_context(viewport={"width": 412, "height": 823})
    page = context.new_page()
    page.add_init_script(WATCH)
    handler = functools.partial(held, directory=str(fixture_site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page.goto(f"http://127.0.0.1:{server.server_address[1]}/{path}", wait_until="load")
        assert page.evaluate("() => document.fonts.ready.then(() => document.fonts.size)") > 0
        # What has moved is told when the next picture is painted.
        page.evaluate("() => new Promise((f) => requestAnimationFrame(() => setTimeout(f)))")
        shifts = page.evaluate("() => shifts")
        server.shutdown()
    context.close()
    assert held.waited == [True] * fonts
    assert sum(shifts) < SHIFT
    assert len(held.sent) == len(set(held.sent)) >= fonts
