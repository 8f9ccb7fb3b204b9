"""What it costs the local AWS that somebody looks at its page: sends a second with the page's questions and without."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from threading import Event, Thread
from urllib.request import ProxyHandler, build_opener

from benchmarks.endpoint import ROUNDS, Rate, rate_of, serving

EVERY_S = 1.0
UNWATCHED, WATCHED = "nobody looks", "the page is open"

_open = build_opener(ProxyHandler({})).open


def measure() -> dict[str, Rate]:
    """Of one server, in turns: the median of each."""
    rates: dict[str, list[Rate]] = {UNWATCHED: [], WATCHED: []}
    with serving("seslab") as server:
        for _ in range(ROUNDS):
            rates[UNWATCHED].append(rate_of(server))
            with _page(f"{server.url}/_seslab"):
                rates[WATCHED].append(rate_of(server))
    return {who: Rate(*map(median, zip(*each, strict=True))) for who, each in rates.items()}


@contextmanager
def _page(url: str) -> Iterator[None]:
    """Asks what the page asks, as often."""
    closed = Event()
    asking = Thread(target=_keep_asking, args=(url, closed))
    asking.start()
    try:
        yield
    finally:
        closed.set()
        asking.join()


def _keep_asking(url: str, closed: Event) -> None:
    since_unix_s = 0.0
    while True:
        with _open(f"{url}/live?since={since_unix_s}") as live, _open(f"{url}/messages?limit=100") as mails:
            since_unix_s = json.load(live)["now_unix_s"]
            mails.read()
        if closed.wait(EVERY_S):
            return
