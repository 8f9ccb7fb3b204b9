"""`seslab play` as a process of its own, and what it is asked without a browser."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scenarios.system.children import OURS

PATIENCE_S = 60
JSON = {"Content-Type": "application/json"}
RAW = {"Content-Type": "application/octet-stream"}


class Played:
    """What a test knows of the server: its address, its process, and what it answers."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process, self.url, self.host = process, url, urlsplit(url).netloc

    @contextmanager
    def begun(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Iterator[HTTPResponse]:
        """The answer as far as its headers; as its own page asks, unless the headers say otherwise."""
        with closing(HTTPConnection(self.host, timeout=PATIENCE_S)) as connection:
            own = {"Host": self.host, "Origin": f"http://{self.host}"}
            said = {name: value for name, value in {**own, **(headers or {})}.items() if value}
            connection.request(method, path, body, said)
            with connection.getresponse() as answer:
                yield answer

    def answer(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """The status, and the last of the lines that come."""
        with self.begun(method, path, body, headers) as answer:
            return answer.status, json.loads(answer.read().splitlines()[-1])

    def compare(self, now: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        """What comes of a question."""
        status, told = self.answer("POST", "/compare", json.dumps({"now": now, **more}).encode(), JSON)
        assert status == 200, told
        return told

    def end(self) -> tuple[int, str, str]:
        """Ctrl-C, and how it ends: the exit code, and what it has still said on both streams."""
        self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, out, err


@contextmanager
def played(*words: str, cwd: Path | None = None) -> Iterator[Played]:
    """On a port of the system's choice; it ends with the block."""
    command = [*OURS, "seslab", "play", *words, "--port", "0"]
    with subprocess.Popen(
        command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            assert first.startswith("seslab play listens at "), process.communicate()
            yield Played(process, first.split()[-1])
        finally:
            if process.poll() is None:
                process.kill()


def question(workload: Mapping[str, Any], *contenders: str, **more: Any) -> dict[str, Any]:
    """One about this traffic alone."""
    return {"name": "mine", "scenario": {"workload": [workload], **more}, "contenders": [*contenders]}
