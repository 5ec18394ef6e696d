"""Every page opened once a width, and what it did there."""

import functools
import gzip
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Browser, Page

from browser.chromium import COMPLAINTS, heard, lent
from persian_book.site.policy import POLICY

AXE = (Path(__file__).parent / "axe.min.js").read_text("utf-8")
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE_COLOURS = ["color-contrast", "link-in-text-block"]
SIZES = {1366: 768, 390: 844}
THEMES = ("light", "dark")
LOOK = (Path(__file__).parent / "look.js").read_text("utf-8")


@dataclass
class Visit:
    """What one page did at one width."""

    page: str
    width: int
    served: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    look: dict[str, Any] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)

    @property
    def edition(self) -> str:
        return "en" if self.page.startswith("en/") else "fa"

    def __str__(self) -> str:
        return f"{self.page} at {self.width}"


class Strict(http.server.SimpleHTTPRequestHandler):
    """Serves files under the policy of the site, without a log."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *arguments: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder, and give its address."""
    handler = functools.partial(Strict, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def pages(site: Path) -> list[str]:
    found = (path.relative_to(site) for path in site.rglob("*.html"))
    return sorted(path.as_posix() for path in found if "_static" not in path.parts)


RUN_AXE = """
([where, runOnly, off]) => axe.run(where, {
  runOnly, resultTypes: ["violations"],
  rules: Object.fromEntries(off.map((rule) => [rule, {enabled: false}])),
})
"""


def axe(page: Page, width: int) -> list[str]:
    """Return the violations that axe finds, a line each.

    A second theme changes colours alone, and another width none in the text: at it, colours are
    measured around the text only, where they take half of axe's time.
    """
    colours = {"type": "rule", "values": AXE_COLOURS}
    everywhere = {"include": [["html"]]}
    around = {"exclude": [["article.bd-article"]]}
    first = width == next(iter(SIZES))
    runs = [(THEMES[0], everywhere, AXE_TAGS, [] if first else AXE_COLOURS)]
    runs += [(theme, everywhere if first else around, colours, []) for theme in THEMES[first:]]
    found = []
    for theme, *asked in runs:
        page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        found += [
            f"{theme}: {violation['id']}: {node['html'][:160]}"
            for violation in page.evaluate(RUN_AXE, asked)["violations"]
            for node in violation["nodes"][:3]
        ]
    return found


def visit(page: Page, base: str, path: str, width: int) -> Visit:
    """Open a page, look at it, and run axe."""
    with heard(page, request=lambda it: it.url) as asked, heard(page, **COMPLAINTS) as errors:
        page.goto(f"{base}/{path}", wait_until="load")
        seen = Visit(path, width, look=page.evaluate(LOOK))
        page.evaluate(AXE)
    seen.errors = errors  # axe breaks the policy itself
    for address in asked:
        if address.startswith(base):
            seen.served.append(unquote(urlsplit(address).path).lstrip("/"))
        elif not address.startswith(("data:", "blob:")):
            seen.outside.append(address)
    seen.violations = axe(page, width)
    return seen


@contextmanager
def uncached(page: Page) -> Iterator[None]:
    """Have a page load all that it needs, and ask for no font only because it lies at hand."""
    tools = page.context.new_cdp_session(page)
    tools.send("Network.enable")
    tools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    yield
    tools.detach()


def walk(browser: Browser, site: Path) -> list[Visit]:
    """Visit every page of a site at every width, all on one page of the browser."""
    visits = []
    with served(site) as base:
        for width, height in SIZES.items():
            # Transitions would have axe measure colours half-way.
            with lent(browser, width, height, reduced_motion="reduce") as page, uncached(page):
                visits += [visit(page, base, path, width) for path in pages(site)]
    return visits


def weight(site: Path, files: set[str]) -> int:
    """Return the bytes of files as a server sends them: text compressed."""
    total = 0
    for name in files:
        data = (site / name).read_bytes()
        is_text = name.endswith((".html", ".js", ".css", ".svg"))
        total += len(gzip.compress(data, 6)) if is_text else len(data)
    return total
