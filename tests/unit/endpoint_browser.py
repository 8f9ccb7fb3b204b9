"""A real browser, driven over two pipes in its own protocol: nothing but the program itself has to be there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any, BinaryIO

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-dev-shm-usage", "--no-proxy-server", "--remote-debugging-pipe",
)  # fmt: skip
LIFE_S, PATIENCE_S = 300.0, 30.0
CODES = {"Tab": 9, "Enter": 13, "ArrowRight": 39, "ArrowDown": 40}


class Page:
    """A tab of the browser; `events` are those that it has told of."""

    def __init__(self, commands: BinaryIO, answers: BinaryIO) -> None:
        self._commands, self._answers, self._last = commands, answers, 0
        self._session: dict[str, str] = {}
        self.events: list[Any] = []
        target = self.do("Target.createTarget", url="about:blank")["targetId"]
        self._session = {"sessionId": self.do("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]}
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.do(f"{domain}.enable")

    def do(self, method: str, **parameters: Any) -> Any:
        """The result of a command."""
        self._last += 1
        command = {"id": self._last, "method": method, "params": parameters, **self._session}
        self._commands.write(json.dumps(command).encode() + b"\0")
        while (told := self._next()).get("id") != self._last:
            self.events.append(told)
        assert "error" not in told, told
        return told["result"]

    def _next(self) -> Any:
        text = bytearray()
        while (byte := self._answers.read(1)) != b"\0":
            assert byte, "the browser has gone"
            text += byte
        return json.loads(text)

    def value(self, expression: str) -> Any:
        """What JavaScript makes of it in the page; a promise is waited for."""
        told = self.do("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

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
            self.do("Input.dispatchKeyEvent", type=kind, key=name, windowsVirtualKeyCode=CODES.get(name, 0), **text)

    def click(self, x: float, y: float) -> None:
        """Press the mouse at a point."""
        for kind in ("mousePressed", "mouseReleased"):
            self.do("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def resize(self, width: int, height: int, scheme: str = "light") -> None:
        """Show the page at this size, and in a colour scheme."""
        self.do("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.do("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def picture(self, path: Path) -> None:
        """What is seen, as PNG."""
        path.write_bytes(b64decode(self.do("Page.captureScreenshot")["data"]))

    def told(self, method: str) -> list[Any]:
        """What the events of a kind say, until now."""
        self.value("0")
        return [event["params"] for event in self.events if event.get("method") == method]


@contextmanager
def browser(folder: Path) -> Iterator[Page]:
    """A tab of a browser that has just begun; the test is skipped where there is none."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip(f"there is no browser here: none of {', '.join(NAMES)} is on the PATH")
    (their_commands, commands), (answers, their_answers) = os.pipe(), os.pipe()
    as_it_expects = f"os.dup2({their_commands}, 3), os.dup2({their_answers}, 4)"
    begin = f"import os, sys; {as_it_expects}; os.execv(sys.argv[1], sys.argv[1:])"
    process = subprocess.Popen(
        [sys.executable, "-c", begin, program, *FLAGS, f"--user-data-dir={folder}"],
        pass_fds=(their_commands, their_answers),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(their_commands)
    os.close(their_answers)
    watchdog = Timer(LIFE_S, process.kill)
    watchdog.start()
    try:
        with os.fdopen(commands, "wb", 0) as write, os.fdopen(answers, "rb") as read, process:
            yield Page(write, read)
            process.kill()
    finally:
        process.kill()
        watchdog.cancel()
