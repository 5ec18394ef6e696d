"""A page in a frame that is made as narrow as a phone, which no window of these engines can be.

The frame is resized and coloured within one load of the page, so that four widths and two themes
cost little more than one. A theme changes colours alone: what is too wide is so in both.
"""

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from browser.visits import LOOK, Strict, pages
from browser.webdriver import Session

WIDTHS = (1366, 768, 390, 320)
WITNESS = (Path(__file__).parent / "witness.js").read_text("utf-8")
# Both stand at the root of the site, where neither disturbs it.
WITNESS_NAME, FRAME_NAME = "witness.js", "frame.html"
FRAME = "<!doctype html><meta charset=utf-8><title>frame</title><iframe></iframe>"


def witnessed(html: str, path: str) -> str:
    """Have a page of a site note its complaints from its first line on."""
    up = "../" * path.count("/")
    return html.replace("<head>", f'<head><script src="{up}{WITNESS_NAME}"></script>', 1)


class Witnessing(Strict):
    """Serves a site whose pages note their complaints, and notes what is not there."""

    missing: list[str]

    def do_GET(self) -> None:
        """Send a file."""
        path = self.path.partition("?")[0].lstrip("/")
        made = {WITNESS_NAME: WITNESS, FRAME_NAME: FRAME}.get(path)
        file = Path(self.directory) / path
        if path.endswith(".html") and file.is_file():
            made = witnessed(file.read_text("utf-8"), path)
        if made is None:
            super().do_GET()
            return
        data = made.encode()
        kind = "text/javascript" if path.endswith(".js") else "text/html"
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def send_error(self, code: int, *arguments: Any, **more: Any) -> None:
        """Note what is refused, but for the icon that every browser asks a host for."""
        if self.path != "/favicon.ico":
            self.missing.append(f"{code} {self.path}")
        super().send_error(code, *arguments, **more)


@contextmanager
def served_with_witness(site: Path) -> Iterator[tuple[str, list[str]]]:
    """Serve a site; give its address, and the list of what it is asked for in vain."""
    missing: list[str] = []
    kind = type("Noting", (Witnessing,), {"missing": missing})
    handler = functools.partial(kind, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", missing
        server.shutdown()


def on_disk_with_witness(site: Path, folder: Path) -> str:
    """Make a copy of a site on disk whose pages note their complaints; return its address."""
    shutil.copytree(site, folder, copy_function=link)
    for path in pages(folder):
        html = (folder / path).read_text("utf-8")
        (folder / path).unlink()  # it is the site's own file, too
        (folder / path).write_text(witnessed(html, path), "utf-8")
    (folder / WITNESS_NAME).write_text(WITNESS, "utf-8")
    (folder / FRAME_NAME).write_text(FRAME, "utf-8")
    return folder.as_uri()


def link(source: str, target: str) -> None:
    """Give a file a second name, or copy it where that cannot be."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


SHOW = """([address, width, scripts]) => new Promise((resolve) => {
  const old = document.querySelector("iframe");
  const frame = document.createElement("iframe");
  // A sandbox that allows no scripts is a browser that has none; the outer page still looks in.
  if (!scripts) frame.sandbox = "allow-same-origin";
  frame.style.cssText = `border: 0; height: 900px; width: ${width}px`;
  frame.onload = () => resolve();
  frame.src = address;
  old.replaceWith(frame);
})"""
RESIZE = """(width) => {
  document.querySelector("iframe").style.width = `${width}px`;
}"""
DARK = "() => { document.documentElement.dataset.theme = 'dark'; }"
WIDE = """() => {
  const { clientWidth, scrollWidth } = document.documentElement;
  const cut = (math) => {
    const { left, right, width } = math.getBoundingClientRect();
    if (!width || (left >= 0 && right <= innerWidth)) return false;
    const scrolls = (e) =>
      /auto|scroll/.test(getComputedStyle(e).overflowX) && e.scrollWidth > e.clientWidth;
    for (let e = math.parentElement; e && e.tagName !== "ARTICLE"; e = e.parentElement)
      if (scrolls(e)) return false;
    return true;
  };
  const formulas = [...document.querySelectorAll("article mjx-math")].filter(cut).length;
  return [innerWidth, Math.max(0, scrollWidth - clientWidth), formulas];
}"""
GROUND = "() => getComputedStyle(document.body).backgroundColor"
WIDGETS = """async () => {
  const lame = [];
  const all = [...document.querySelectorAll("article *")];
  const widgets = all.filter((e) => e.localName.startsWith("cnn-"));
  for (const widget of widgets) {
    widget.scrollIntoView({ behavior: "instant" });
    for (let turn = 0; turn < 500 && !widget.querySelector(".live .foot"); turn++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    if (!widget.querySelector(".live .foot")) lame.push(widget.localName);
  }
  return [widgets.length, lame];
}"""
COMPLAINTS = "() => window.complaints ?? ['the page was not seen']"


@dataclass
class Seen:
    """What a page showed in one engine."""

    page: str
    look: dict[str, Any] = field(default_factory=dict)
    wide: dict[int, list[int]] = field(default_factory=dict)
    grounds: list[str] = field(default_factory=list)
    widgets: int = 0
    complaints: list[str] = field(default_factory=list)

    @property
    def edition(self) -> str:
        return "en" if self.page.startswith("en/") else "fa"


def show(session: Session, address: str, width: int, scripts: bool = True) -> None:
    """Open a page in the frame of the page that is open, and go into it."""
    session.frame(None)
    session.run(SHOW, [address, width, scripts])
    session.frame(0)


def look(session: Session, base: str, page: str) -> Seen:
    """Open a page, and look at it at every width and in both themes."""
    seen = Seen(page)
    show(session, f"{base}/{page}", WIDTHS[0])
    seen.look = session.run(LOOK)
    seen.widgets, lame = session.run(WIDGETS)
    seen.complaints = session.run(COMPLAINTS) + [f"{name} does not live" for name in lame]
    seen.grounds = [session.run(GROUND)]
    session.run(DARK)
    seen.grounds.append(session.run(GROUND))
    for width in WIDTHS:
        session.frame(None)
        session.run(RESIZE, width)
        session.frame(0)
        seen.wide[width] = session.run(WIDE)
        if seen.wide[width] != [width, 0, 0]:
            # WebKit now and then keeps what stuck out before it was resized.
            show(session, f"{base}/{page}", width)
            seen.wide[width] = session.run(WIDE)
    return seen


def walk(session: Session, base: str, names: list[str]) -> list[Seen]:
    """Look at pages of a site one after another."""
    session.open(f"{base}/{FRAME_NAME}")
    return [look(session, base, name) for name in names]
