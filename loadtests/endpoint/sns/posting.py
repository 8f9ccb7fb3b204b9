"""SNS's messages to webhooks, in threads of their own: a webhook that does not answer holds up nothing else.

Source of what is tried again, and when: Amazon SNS Developer Guide, "Amazon SNS message delivery retries".
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from heapq import heappop, heappush
from threading import Condition, Thread
from time import monotonic
from typing import NamedTuple

from loadtests.endpoint.sns.exchange import Post, Unanswered, answered, without_password
from loadtests.endpoint.sns.troubles import Troubles

AGAIN_AFTER_S, AGAIN_MOST = 20.0, 3
FINAL = (*range(200, 429), *range(430, 500))
"""Statuses that are answers: SNS takes even a 404 for one, and does not ask again."""
MOST_BYTES, MOST_AT_ONCE = 64 * 1024 * 1024, 64  # that wait: what is beyond is lost; webhooks that are told at one time
BESIDES_BYTES = 1_500  # of a message beside its text: what Python makes of it and its headers
END_S = 2.0  # for what still waits when the server ends

Tell = Callable[[Post], int]


class Waiting(NamedTuple):
    """A message, and how often it has been told in vain."""

    post: Post
    tries: int


class Again(NamedTuple):
    """A message that is told again at an instant."""

    due_s: float
    number: int
    waiting: Waiting


class Postman:
    """Tells each webhook one message after the other; a webhook has a thread only while it is told something."""

    def __init__(self, troubles: Troubles, tell: Tell = answered) -> None:
        self._troubles, self._tell, self._changed = troubles, tell, Condition()
        self._lines: OrderedDict[str, deque[Waiting]] = (
            OrderedDict()
        )  # of webhooks that no thread tells, the next first
        self._told: dict[str, deque[Waiting]] = {}  # of those that a thread tells
        self._again: list[Again] = []
        self._bytes, self._count, self._is_closing = 0, 0, False
        self._clock: Thread | None = None

    def post(self, post: Post) -> None:
        """Tell a webhook, soon, and after all that it is to be told already."""
        with self._changed:
            if self._bytes + _size(post) > MOST_BYTES:
                self._troubles.note(without_password(post.url), "too much waits for slow subscribers")
                return
            self._bytes += _size(post)
            self._queue(Waiting(post, 0))

    def forget(self) -> None:
        """Tell nothing of what waits: moto has been reset."""
        with self._changed:
            self._lines.clear()
            for line in self._told.values():
                line.clear()
            self._again.clear()
            self._bytes = 0

    def close(self) -> None:
        """Tell what there is, as far as that takes no longer than a moment; nothing is tried again."""
        until_s = monotonic() + END_S
        with self._changed:
            self._is_closing = True
            self._again.clear()
            self._changed.notify_all()
            while (self._told or self._lines) and (left_s := until_s - monotonic()) > 0:
                self._changed.wait(left_s)

    def _queue(self, waiting: Waiting) -> None:
        url = waiting.post.url
        line = self._told.get(url) or self._lines.get(url)
        if line is None and url not in self._told:
            line = self._lines[url] = deque()
        (self._told[url] if line is None else line).append(waiting)
        if len(self._told) < MOST_AT_ONCE:
            self._begin()

    def _begin(self) -> None:
        """Let a thread tell the webhook that has waited for one longest."""
        if self._lines:
            url, line = self._lines.popitem(last=False)
            self._told[url] = line
            Thread(target=self._work, args=(url,), daemon=True).start()

    def _work(self, url: str) -> None:
        while (waiting := self._next(url)) is not None:
            if not self._is_told(waiting.post) and waiting.tries < AGAIN_MOST:
                self._later(Waiting(waiting.post, waiting.tries + 1))

    def _next(self, url: str) -> Waiting | None:
        """None when there is nothing more to tell, which is the thread's end."""
        with self._changed:
            if not self._told[url]:
                del self._told[url]
                self._begin()
                self._changed.notify_all()
                return None
            waiting = self._told[url].popleft()
            self._bytes = max(0, self._bytes - _size(waiting.post))
            return waiting

    def _is_told(self, post: Post) -> bool:
        try:
            status = self._tell(post)
        except Unanswered as error:
            self._troubles.note(without_password(post.url), error)
            return False
        if status not in range(200, 300):
            self._troubles.note(without_password(post.url), f"it answers with status {status}")
        return status in FINAL

    def _later(self, waiting: Waiting) -> None:
        with self._changed:
            if self._is_closing:
                return
            self._count += 1
            self._bytes += _size(waiting.post)
            heappush(self._again, Again(monotonic() + AGAIN_AFTER_S, self._count, waiting))
            if self._clock is None:
                self._clock = Thread(target=self._watch, daemon=True)
                self._clock.start()

    def _watch(self) -> None:
        """Bring back what is due; ends when nothing waits for that."""
        with self._changed:
            while self._again and not self._is_closing:
                if (wait_s := self._again[0].due_s - monotonic()) > 0:
                    self._changed.wait(wait_s)
                else:
                    self._queue(heappop(self._again).waiting)
            self._clock = None


def _size(post: Post) -> int:
    return len(post.text) + BESIDES_BYTES
