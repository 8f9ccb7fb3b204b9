"""What connections that say nothing, or stop in the middle of a head, cost those that ask the local AWS something."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

from benchmarks.endpoint import serving

CONNECTIONS, ASKED = 300, 20
HALF_A_HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\n"
BESIDE = {"no others": (0, b""), "idle ones": (CONNECTIONS, b""), "half-open ones": (CONNECTIONS, HALF_A_HEAD)}

_open = build_opener(ProxyHandler({})).open


def measure() -> dict[str, float]:
    """By what is connected beside it: seconds that the slowest of some answers takes, each on a new connection."""
    with serving("seslab") as server:
        _slowest_s(server.url)  # warms it
        slowest_s = {}
        for name, (connections, said) in BESIDE.items():
            with _connected(server.url, connections, said):
                slowest_s[name] = _slowest_s(server.url)
    return slowest_s


@contextmanager
def _connected(url: str, connections: int, said: bytes) -> Iterator[None]:
    """So many connections, on each of which no more than this is said."""
    address = urlsplit(url)
    with ExitStack() as stack:
        for _ in range(connections):
            client = stack.enter_context(socket.create_connection((address.hostname or "", address.port or 0)))
            client.sendall(said)
        yield


def _slowest_s(url: str) -> float:
    return max(_answered_s(f"{url}/_seslab/messages?limit=1") for _ in range(ASKED))


def _answered_s(url: str) -> float:
    began_s = time.perf_counter()
    with _open(url) as answer:
        answer.read()
    return time.perf_counter() - began_s
