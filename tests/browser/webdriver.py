"""The few verbs of WebDriver that the tests need, over HTTP and over Firefox's own socket.

A session opens a page, runs a script, presses keys, clicks and takes a picture. The commands are
those of https://www.w3.org/TR/webdriver2; WebKit's driver takes them as HTTP requests, Firefox
without a driver as messages of Marionette.
"""

import base64
import json
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any, Protocol

# What a command is called over HTTP: the method, and the path below the session.
HTTP = {
    "NewSession": ("POST", ""),
    "DeleteSession": ("DELETE", ""),
    "Navigate": ("POST", "/url"),
    "ExecuteAsyncScript": ("POST", "/execute/async"),
    "SwitchToFrame": ("POST", "/frame"),
    "PerformActions": ("POST", "/actions"),
    "ReleaseActions": ("DELETE", "/actions"),
    "SetTimeouts": ("POST", "/timeouts"),
    "SetWindowRect": ("POST", "/window/rect"),
    "TakeScreenshot": ("GET", "/screenshot"),
}
KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "Tab": "\ue004", "Control": "\ue009"}


class DriverError(RuntimeError):
    """What a browser answered instead of doing what it was told."""


class Wire(Protocol):
    """Carries a command to a browser and its answer back."""

    def send(self, command: str, **parameters: Any) -> Any:
        """Send a command, and return what came of it."""
        ...

    def close(self) -> None:
        """Let the browser go."""
        ...


class HttpWire:
    """WebDriver as HTTP requests."""

    def __init__(self, address: str) -> None:
        self.address = f"{address}/session"

    def send(self, command: str, **parameters: Any) -> Any:
        """Send a command, and return what came of it."""
        method, path = HTTP[command]
        data = json.dumps(parameters).encode() if method == "POST" else None
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.address + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                value = json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise DriverError(error.read().decode()) from None
        if command == "NewSession":
            self.address += f"/{value['sessionId']}"
        return value

    def close(self) -> None:
        """Let the browser go."""
        self.send("DeleteSession")


class MarionetteWire:
    """WebDriver as Firefox speaks it without a driver: JSON with its length before it."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.number = 0
        self.rest = b""
        self.receive()  # it says who it is

    def receive(self) -> Any:
        """Return the next message."""
        while b":" not in self.rest:
            self.more()
        length, _, self.rest = self.rest.partition(b":")
        while len(self.rest) < int(length):
            self.more()
        message, self.rest = self.rest[: int(length)], self.rest[int(length) :]
        return json.loads(message)

    def more(self) -> None:
        """Read on."""
        piece = self.socket.recv(65536)
        if not piece:
            raise DriverError("the browser closed its socket")
        self.rest += piece

    def send(self, command: str, **parameters: Any) -> Any:
        """Send a command, and return what came of it."""
        self.number += 1
        area = "Marionette" if command == "SetContext" else "WebDriver"
        data = json.dumps([0, self.number, f"{area}:{command}", parameters]).encode()
        self.socket.sendall(b"%d:%s" % (len(data), data))
        _, _, error, result = self.receive()
        if error:
            raise DriverError(f"{error['error']}: {error['message']}")
        return result["value"] if isinstance(result, dict) and "value" in result else result

    def close(self) -> None:
        """Let the browser go."""
        self.socket.close()


class Session:
    """One window of a browser."""

    def __init__(self, wire: Wire, capabilities: dict[str, Any]) -> None:
        self.wire = wire
        wire.send("NewSession", capabilities={"alwaysMatch": capabilities})
        wire.send("SetTimeouts", script=20_000, pageLoad=60_000)

    def close(self) -> None:
        """Let the browser go."""
        self.wire.close()

    def open(self, address: str) -> None:
        """Open a page, and wait until it has loaded."""
        self.wire.send("SwitchToFrame", id=None)
        self.wire.send("Navigate", url=address)

    def run(self, script: str, *arguments: Any) -> Any:
        """Return what a JavaScript function gives for these arguments, also when it is late."""
        body = f"""const done = arguments[arguments.length - 1];
          Promise.resolve(({script})(...[...arguments].slice(0, -1)))
            .then((value) => done([value]), (error) => done(String(error.stack || error)))"""
        answer = self.wire.send("ExecuteAsyncScript", script=body, args=list(arguments))
        if not isinstance(answer, list):  # an error, or nothing, from a page that is leaving
            raise DriverError(str(answer))
        return answer[0]

    def frame(self, number: int | None) -> None:
        """Let what follows happen in a frame of the page, or in the page itself."""
        self.wire.send("SwitchToFrame", id=number)

    def wait(self, condition: str, *arguments: Any, patience: float = 10) -> Any:
        """Wait until a JavaScript function gives something true, and return it."""
        until = time.monotonic() + patience
        while True:
            try:
                if value := self.run(condition, *arguments):
                    return value
                said = "it stayed false"
            except DriverError as error:  # the page may be leaving for another
                said = str(error)
            if time.monotonic() > until:
                raise DriverError(f"never came true: {condition}: {said}")
            time.sleep(0.05)

    def act(self, *sources: dict[str, Any]) -> None:
        """Do with the keyboard and the mouse what WebDriver calls actions."""
        self.wire.send("PerformActions", actions=list(sources))
        self.wire.send("ReleaseActions")

    def press(self, *keys: str) -> None:
        """Hold down these keys together, and let them go."""
        codes = [KEYS.get(key, key) for key in keys]
        down = [{"type": "keyDown", "value": code} for code in codes]
        up = [{"type": "keyUp", "value": code} for code in reversed(codes)]
        self.act({"type": "key", "id": "keys", "actions": [*down, *up]})

    def type(self, text: str) -> None:
        """Type a text, a letter after the other."""
        steps = [{"type": kind, "value": c} for c in text for kind in ("keyDown", "keyUp")]
        self.act({"type": "key", "id": "keys", "actions": steps})

    def click(self, selector: str) -> None:
        """Click in the middle of the first element in sight that a selector finds."""
        x, y = self.wait(MIDDLE, selector)
        steps: list[dict[str, Any]] = [
            {"type": "pointerMove", "x": int(x), "y": int(y), "duration": 0},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        self.act({"type": "pointer", "id": "mouse", "actions": steps})

    def picture(self) -> bytes:
        """Return what the window shows, as PNG."""
        return base64.b64decode(self.wire.send("TakeScreenshot", full=False))


MIDDLE = """(selector) => {
  const found = [...document.querySelectorAll(selector)].find((e) => e.getClientRects().length);
  if (!found) return null;
  found.scrollIntoView({ block: "center", behavior: "instant" });
  const { left, top, width, height } = found.getBoundingClientRect();
  return [left + width / 2, top + height / 2];
}"""


def patiently(start: Callable[[], Wire], patience: float = 30) -> Wire:
    """Return the wire to a browser that is still starting."""
    until = time.monotonic() + patience
    while True:
        try:
            return start()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
