"""Measure the built site with Lighthouse as a phone would load it, and write a table.

    python scripts/lighthouse.py --runs 3

Lighthouse is Node's and is asked for by `make lighthouse` alone. The site is served compressed, as
hosts do; throttling is Lighthouse's default for a phone. Of the runs of a page the median counts.
"""

import argparse
import functools
import gzip
import http.server
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from itertools import takewhile
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
GOALS = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
SHIFT = 0.02
COMPRESSED = {".html", ".js", ".css", ".svg"}


class Compressed(http.server.SimpleHTTPRequestHandler):
    """Serves files as a host does: text compressed, and lasting names to be kept."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Send a file."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            self.send_error(404)
            return
        data = path.read_bytes()
        self.send_response(200)
        kind = self.guess_type(str(path))
        text = path.suffix in COMPRESSED
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if text else kind)
        if path.suffix == ".html":  # asks for fonts as it does where the book knows its address
            data = data.replace(b'as="font" type=', b'as="font" crossorigin="anonymous" type=')
        if text:
            data = gzip.compress(data, 6)
            self.send_header("Content-Encoding", "gzip")
        if "/_static/" in self.path:
            self.send_header("Cache-Control", "public, max-age=31536000, immutable")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


def pages() -> list[str]:
    """Return the index, every chapter and the reference, in both editions."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    parts = takewhile(lambda part: part.get("caption") != "appendices", toc["parts"])
    chapters = [chapter for part in parts for chapter in part["chapters"]]
    files = [file["file"] for one in chapters for file in (one, *one.get("sections", []))]
    names = [toc["root"], *files, "api"]
    return [f"{edition}{name}.html" for edition in ("", "en/") for name in names]


def measured(program: Path, browser: str, address: str) -> dict[str, float]:
    """Return the scores of one run, and its layout shift."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        flags = "--headless=new --no-sandbox --disable-gpu --disable-background-networking"
        command = [str(program), address, "--quiet", "--output=json", f"--output-path={report}"]
        command += [f"--chrome-flags={flags} --user-data-dir={folder}/profile"]
        environment = {**os.environ, "CHROME_PATH": browser}
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
        found: dict[str, Any] = json.loads(report.read_text("utf-8"))
    scores = {name: round(100 * found["categories"][name]["score"]) for name in GOALS}
    return {**scores, "shift": found["audits"]["cumulative-layout-shift"]["numericValue"]}


def main() -> None:
    """Measure the pages, write the table, and fail if a page falls short."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--site", type=Path, default=ROOT / "_build" / "html")
    parser.add_argument("--program", type=Path, required=True, help="Lighthouse's command")
    parser.add_argument("pages", nargs="*", help="pages of the site; all if none is named")
    asked = parser.parse_args()
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        parser.error("no Chromium on this machine (on Debian: apt install chromium)")
    if not (asked.site / "index.html").exists():
        parser.error(f"{asked.site} has no site; run `make book` first")
    handler = functools.partial(Compressed, directory=str(asked.site))
    short = []
    print("| page |", " | ".join([*GOALS, "shift"]), "|")
    print("|---|" + "---|" * (len(GOALS) + 1))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_address[1]}"
        for page in asked.pages or pages():
            runs = [measured(asked.program, browser, f"{base}/{page}") for _ in range(asked.runs)]
            median = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
            cells = [
                f"{median[name]:.0f} ({' '.join(f'{r[name]:.0f}' for r in runs)})" for name in GOALS
            ]
            print("|", " | ".join([page, *cells, f"{median['shift']:.3f}"]), "|", flush=True)
            if median["shift"] >= SHIFT or any(median[name] < GOALS[name] for name in GOALS):
                short.append(page)
        server.shutdown()
    if short:
        sys.exit(f"Short of {GOALS} or of a layout shift below {SHIFT}: {', '.join(short)}")


if __name__ == "__main__":
    main()
