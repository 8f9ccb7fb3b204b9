"""SNS's subscribers over HTTP, told in threads of their own: one that does not answer holds up nothing else."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from threading import Lock, Thread
from time import monotonic
from typing import Any, NamedTuple
from urllib.request import Request, urlopen

from moto.sns import models

from loadtests.endpoint.publishing.troubles import Troubles

ANSWER_S = 15.0  # that SNS waits for a subscriber, says its developer guide
MOST_BYTES, MOST_SUBSCRIBERS = 64 * 1024 * 1024, 64  # that wait, or are waited for: what is beyond is lost
END_S = 2.0  # for what still waits when the server ends


class Notification(NamedTuple):
    """What a subscriber is to be told."""

    url: str
    text: bytes
    headers: Mapping[str, str]


class Subscribers:
    """What moto has in the place of `requests`. A subscriber has a thread while there is something to tell it."""

    def __init__(self, troubles: Troubles) -> None:
        self._troubles, self._lock, self._waiting_bytes = troubles, Lock(), 0
        self._waiting: dict[str, deque[Notification]] = {}
        self._threads: dict[str, Thread] = {}

    def post(self, url: str, json: Any, headers: Mapping[str, str]) -> None:
        """Tell a subscriber, soon, and after all that it is to be told already."""
        notification = Notification(url, _text(json), headers)
        with self._lock:
            if not self._has_room(notification):
                self._troubles.note(url, "too much waits for slow subscribers")
                return
            self._waiting_bytes += len(notification.text)
            if url in self._waiting:
                self._waiting[url].append(notification)
            else:
                self._begin(notification)

    def close(self) -> None:
        """Tell what there is, as far as that takes no longer than a moment."""
        until_s = monotonic() + END_S
        with self._lock:
            threads = list(self._threads.values())
        for thread in threads:
            thread.join(max(0.0, until_s - monotonic()))

    def _has_room(self, notification: Notification) -> bool:
        if self._waiting_bytes + len(notification.text) > MOST_BYTES:
            return False
        return notification.url in self._waiting or len(self._waiting) < MOST_SUBSCRIBERS

    def _begin(self, notification: Notification) -> None:
        url = notification.url
        thread = Thread(target=self._work, args=(url,), daemon=True)
        thread.start()  # it waits for the lock
        self._waiting[url], self._threads[url] = deque((notification,)), thread

    def _work(self, url: str) -> None:
        while (notification := self._next(url)) is not None:
            self._tell(notification)

    def _tell(self, notification: Notification) -> None:
        """Only that there is an answer is of interest, not how long it is."""
        url, text, headers = notification
        try:
            urlopen(Request(url, text, dict(headers)), timeout=ANSWER_S).close()
        except Exception as error:  # whatever a subscriber does wrong, the others want to know
            self._troubles.note(url, error)

    def _next(self, url: str) -> Notification | None:
        with self._lock:
            if not self._waiting[url]:
                del self._waiting[url], self._threads[url]
                return None
            notification = self._waiting[url].popleft()
            self._waiting_bytes -= len(notification.text)
            return notification


def install(troubles: Troubles) -> Subscribers:
    """Make moto tell its subscribers in this way, until others are installed."""
    subscribers = Subscribers(troubles)
    models.requests = subscribers  # type: ignore[attr-defined, assignment]
    return subscribers


def _text(document: Any) -> bytes:
    return json.dumps(document).encode()
