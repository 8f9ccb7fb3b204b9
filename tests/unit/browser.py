"""Chromium without a window, spoken to over a pipe in its own protocol, where there is one."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars", "--disable-extensions"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
    *("--remote-debugging-pipe", "--force-color-profile=srgb"),
)
FROM, TO = 3, 4  # the files from which Chromium reads commands, and to which it writes answers


def found() -> str | None:
    """The command of a Chromium that is installed."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Tab:
    """A tab: every command waits for its answer, and what happens meanwhile is kept in `events`."""

    def __init__(self, commands: int, answers: BinaryIO) -> None:
        self._commands, self._answers = commands, answers
        self._number, self._session = 0, ""
        self.events: list[dict[str, Any]] = []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **parameters: Any) -> Any:
        """What the command answers; an error of Chromium's is one of the test."""
        self._number += 1
        session = {"sessionId": self._session} if self._session else {}
        told = json.dumps({"id": self._number, "method": method, "params": parameters, **session})
        os.write(self._commands, told.encode() + b"\0")
        while (message := self._next()).get("id") != self._number:
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

    def open(self, page: Path, width: int, height: int, *, scripts: bool = True, dark: bool = False) -> None:
        """Shows a file in a window of that size, until it has loaded."""
        self.ask("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setEmulatedMedia", media="", features=[scheme])
        self.events.clear()
        self.ask("Page.navigate", url=page.absolute().as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._next())

    def value(self, expression: str) -> Any:
        """What JavaScript says in the page."""
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def troubles(self) -> list[str]:
        """What the page has logged, such as an error of its script or a request that its policy forbids."""
        told = ("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded")
        return [json.dumps(event["params"]) for event in self.events if event.get("method") in told]

    def requests(self) -> list[str]:
        """The addresses that the page has asked for."""
        sent = [event["params"] for event in self.events if event.get("method") == "Network.requestWillBeSent"]
        return [one["request"]["url"] for one in sent]

    def screenshot(self, path: Path, *, whole: bool = False) -> None:
        """What stands in the window, or the whole page, as PNG."""
        shot = self.ask("Page.captureScreenshot", captureBeyondViewport=whole, **self._extent() if whole else {})
        path.write_bytes(base64.b64decode(shot["data"]))

    def _extent(self) -> dict[str, Any]:
        size = self.ask("Page.getLayoutMetrics")["cssContentSize"]
        return {"clip": {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}}

    def print(self, path: Path) -> None:
        """The page on paper, as PDF."""
        path.write_bytes(base64.b64decode(self.ask("Page.printToPDF", paperWidth=8.27, paperHeight=11.69)["data"]))


@contextmanager
def tab() -> Iterator[Tab]:
    """A tab of a Chromium of its own, which ends with the block."""
    command = found()
    assert command, "no Chromium is installed"
    (read, commands), (answers, written) = os.pipe(), os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile, os.fdopen(answers, "rb") as heard:
        process = _started([command, *FLAGS, f"--user-data-dir={profile}"], read, written)
        try:
            yield Tab(commands, heard)
        finally:
            os.kill(process, signal.SIGTERM)
            os.waitpid(process, 0)
            os.close(commands)


def _started(command: list[str], read: int, written: int) -> int:
    """A process that has these two files under the numbers that it expects, and nothing to say otherwise."""
    high = [fcntl.fcntl(file, fcntl.F_DUPFD_CLOEXEC, 10) for file in (read, written)]
    actions: list[Any] = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_WRONLY, 0) for stream in (1, 2)]
    actions += [(os.POSIX_SPAWN_DUP2, file, number) for file, number in zip(high, (FROM, TO), strict=True)]
    process = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
    for file in (read, written, *high):
        os.close(file)
    return process
