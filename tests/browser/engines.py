"""Firefox and WebKitGTK beside Chromium, from Debian's packages and without a client of theirs."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from browser.webdriver import HttpWire, MarionetteWire, Session, patiently

PACKAGES = {"firefox": "firefox-esr", "webkit": "webkit2gtk-driver xvfb"}
# Nothing is asked of Mozilla, nothing is offered to the reader, and the policy is that of readers.
PREFERENCES = {
    "marionette.port": 0,
    "ui.prefersReducedMotion": 1,
    "app.update.enabled": False,
    "app.normandy.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "browser.safebrowsing.downloads.remote.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.reportingpolicy.firstRun": False,
}
# A screen that nobody sees needs no graphics, whose software takes a third of the time.
PLAIN = {
    "GDK_BACKEND": "x11",
    "WEBKIT_DISABLE_COMPOSITING_MODE": "1",
    "WEBKIT_SKIA_ENABLE_CPU_RENDERING": "1",
    "JSC_useDFGJIT": "0",  # nor the best code, which no page lives long enough to pay for
}


def free_port() -> int:
    """Return a port that nobody listens to."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        port: int = server.getsockname()[1]
        return port


def needed(engine: str, *programs: str | None) -> list[str]:
    """Return the programs of an engine; without one CI fails, and others skip the test."""
    found = [program for program in programs if program and Path(program).exists()]
    if len(found) == len(programs):
        return found
    reason = f"no {engine} on this machine (on Debian: apt install {PACKAGES[engine]})"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def running(command: list[str], **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program as long as it is needed."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=quiet, stderr=quiet
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=20)


def written(value: int | str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value).replace("'", '"')


@contextmanager
def firefox(home: Path) -> Iterator[Session]:
    """Start Firefox without a window; `home` keeps what it writes."""
    (program,) = needed("firefox", shutil.which("firefox-esr") or shutil.which("firefox"))
    profile = home / "profile"
    profile.mkdir()
    port = free_port()
    lines = {**PREFERENCES, "marionette.port": port}.items()
    text = "".join(f'user_pref("{name}", {written(value)});\n' for name, value in lines)
    (profile / "user.js").write_text(text, "utf-8")
    command = [program, "--headless", "--marionette", "--profile", str(profile)]
    command.append("--remote-allow-system-access")  # for the colours of the system
    sizes = {"MOZ_HEADLESS_WIDTH": "1400", "MOZ_HEADLESS_HEIGHT": "1000"}
    with (
        running(command, HOME=str(home), **sizes),
        closing(Session(patiently(lambda: MarionetteWire(port)), {})) as session,
    ):
        yield session


def force_colours(session: Session, forced: bool) -> None:
    """Have Firefox paint pages in the colours of the system, as who needs contrast does."""
    session.wire.send("SetContext", value="chrome")
    script = f"Services.prefs.setIntPref('browser.display.document_color_use', {2 * forced})"
    session.wire.send("ExecuteScript", script=script, args=[])
    session.wire.send("SetContext", value="content")


@contextmanager
def webkit(home: Path) -> Iterator[Session]:
    """Start WebKitGTK on a screen of its own; `home` keeps what it writes."""
    folders = sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))
    browser = str(folders[-1]) if folders else None
    driver, screen, browser = needed(
        "webkit", shutil.which("WebKitWebDriver"), shutil.which("Xvfb"), browser
    )
    settings = home / "gtk-3.0" / "settings.ini"
    settings.parent.mkdir()
    settings.write_text("[Settings]\ngtk-enable-animations=0\n", "utf-8")  # motion is unwelcome
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    port = free_port()
    options = {"binary": browser, "args": ["--automation"]}
    command = [
        screen,
        "-displayfd",
        str(writer),
        "-screen",
        "0",
        "1500x1100x24",
        "-nolisten",
        "tcp",
    ]
    display = subprocess.Popen(command, close_fds=False, stderr=subprocess.DEVNULL)
    try:
        number = os.read(reader, 16).decode().strip()
        homes = {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "DISPLAY": f":{number}"}
        with running([driver, "-p", str(port)], **homes, **PLAIN):
            wire = patiently(lambda: listening(port))
            wanted = {"browserName": "MiniBrowser", "webkitgtk:browserOptions": options}
            with closing(Session(wire, wanted)) as session:
                yield session
    finally:
        display.terminate()
        display.wait(timeout=20)


def listening(port: int) -> HttpWire:
    """Return the wire to a driver, once it listens."""
    socket.create_connection(("127.0.0.1", port), timeout=5).close()
    return HttpWire(f"http://127.0.0.1:{port}")


ENGINES = {"firefox": firefox, "webkit": webkit}
