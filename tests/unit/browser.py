"""Chromium without a window, spoken to over two pipes in its own protocol: only the program itself has to be there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any, BinaryIO

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
    *("--no-proxy-server", "--remote-debugging-pipe", "--force-color-profile=srgb"),
)
LIFE_S, PATIENCE_S = 300.0, 30.0
FROM, TO = 3, 4  # the files from which Chromium reads commands, and to which it writes answers
CODES = {"Tab": 9, "Enter": 13, "ArrowRight": 39, "ArrowDown": 40}


def found() -> str | None:
    """The command of a Chromium that is installed."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Tab:
    """A tab: every command waits for its answer, and what happens meanwhile is kept in `events`."""

    def __init__(self, commands: BinaryIO, answers: BinaryIO) -> None:
        self._commands, self._answers, self._last = commands, answers, 0
        self._session: dict[str, str] = {}
        self.events: list[dict[str, Any]] = []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = {"sessionId": self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]}
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **parameters: Any) -> Any:
        """What the command answers; an error of Chromium's is one of the test."""
        self._last += 1
        command = {"id": self._last, "method": method, "params": parameters, **self._session}
        self._commands.write(json.dumps(command).encode() + b"\0")
        while (message := self._next()).get("id") != self._last:
            self.events.append(message)
        assert "error" not in message, message
        return message["result"]

    def _next(self) -> dict[str, Any]:
        read = bytearray()
        while (byte := self._answers.read(1)) != b"\0":
            assert byte, "Chromium has ended"
            read += byte
        message: dict[str, Any] = json.loads(read)
        return message

    def show(self, width: int, height: int, *, dark: bool = False) -> None:
        """A window of that size and in that scheme; a narrow one is a phone's."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setDeviceMetricsOverride", **size)
        self.ask("Emulation.setEmulatedMedia", features=[scheme])

    def open(self, page: Path, *, scripts: bool = True) -> None:
        """A file, until it has loaded."""
        self.ask("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.visit(page.absolute().as_uri())

    def visit(self, address: str) -> None:
        """What is served there, from nothing, until it has loaded."""
        for one in ("about:blank", address):
            self.events.clear()
            self.ask("Page.navigate", url=one)
            self._load()

    def _load(self) -> None:
        while not self.told("Page.loadEventFired"):
            self.events.append(self._next())

    def value(self, expression: str) -> Any:
        """What JavaScript makes of it in the page; a promise is waited for."""
        answer = self.ask("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def until(self, expression: str) -> Any:
        """Its value as soon as that counts as true."""
        return self.value(
            f"""new Promise((done, fail) => {{
                const end = Date.now() + {1000 * PATIENCE_S};
                (function look() {{
                    const value = {expression};
                    if (value) done(value);
                    else if (Date.now() > end) fail(new Error({json.dumps(expression)}));
                    else requestAnimationFrame(look);
                }})();
            }})"""
        )

    def key(self, name: str) -> None:
        """Press a key, such as Tab."""
        text = {"text": name} if len(name) == 1 else {"text": "\r"} if name == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            self.ask("Input.dispatchKeyEvent", type=kind, key=name, windowsVirtualKeyCode=CODES.get(name, 0), **text)

    def click(self, x: float, y: float) -> None:
        """Press the mouse at a point."""
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def screenshot(self, path: Path) -> None:
        """What stands in the window, as PNG."""
        path.write_bytes(b64decode(self.ask("Page.captureScreenshot")["data"]))

    def told(self, *methods: str) -> list[dict[str, Any]]:
        """What the events of these kinds say, until the last answer."""
        return [event["params"] for event in self.events if event.get("method") in methods]

    def troubles(self) -> list[str]:
        """What the page has logged, such as an error of its script or a request that its policy forbids."""
        self.value("0")
        return list(map(json.dumps, self.told("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded")))

    def requests(self) -> list[str]:
        """The addresses that the page has asked for."""
        return [sent["request"]["url"] for sent in self.told("Network.requestWillBeSent")]


@contextmanager
def tab() -> Iterator[Tab]:
    """A tab of a Chromium of its own, which ends with the block."""
    program = found()
    assert program, "no Chromium is installed"
    (read, commands), (answers, written) = os.pipe(), os.pipe()
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
        os.fdopen(commands, "wb", 0) as told,
        os.fdopen(answers, "rb") as heard,
        _started([program, *FLAGS, f"--user-data-dir={profile}"], read, written) as process,
    ):
        watchdog = Timer(LIFE_S, process.kill)
        watchdog.start()
        try:
            yield Tab(told, heard)
        finally:
            process.terminate()
            watchdog.cancel()


def _started(command: list[str], read: int, written: int) -> subprocess.Popen[bytes]:
    """A process that has these two files under the numbers that it expects, and nothing to say otherwise."""
    as_it_expects = f"os.dup2({read}, {FROM}), os.dup2({written}, {TO})"
    begin = [sys.executable, "-c", f"import os, sys; {as_it_expects}; os.execv(sys.argv[1], sys.argv[1:])", *command]
    mute = subprocess.DEVNULL
    process = subprocess.Popen(begin, pass_fds=(read, written), stdout=mute, stderr=mute)
    os.close(read)
    os.close(written)
    return process
