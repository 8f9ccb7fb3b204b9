"""SNS's messages to webhooks, in threads of their own: a webhook that does not answer holds up nothing else.

Source of what is tried again, and when: Amazon SNS Developer Guide, "Amazon SNS message delivery retries".
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush
from threading import Condition, Thread
from time import monotonic
from typing import NamedTuple

from loadtests.endpoint.sns.exchange import Post, Unanswered, answered, without_password
from loadtests.endpoint.sns.troubles import Troubles

FINAL = (*range(200, 429), *range(430, 500))
"""Statuses that are answers: SNS takes even a 404 for one, and does not ask again."""
MOST_BYTES = 64 * 1024 * 1024  # that wait: what is beyond is lost
MOST_AT_ONCE, MOST_SILENT = 128, 64  # webhooks that are told at one time; among them those that last did not answer
BESIDES_BYTES = 1_500  # of a message beside its text: what Python makes of it and its headers
END_S = 2.0  # for what still waits when the server ends

Tell = Callable[[Post], int]


class Waiting(NamedTuple):
    """A message, how often it has been told in vain, and how often all was forgotten before it."""

    post: Post
    tries: int
    era: int


class Again(NamedTuple):
    """A message that is told again at an instant."""

    due_s: float
    number: int
    waiting: Waiting


class Postman:
    """Tells each webhook one message after the other, and all webhooks in turn.

    Those that did not answer when they were last told something have half of the threads, so that others need not wait.
    """

    def __init__(self, troubles: Troubles, tell: Tell = answered) -> None:
        self._troubles, self._tell, self._changed = troubles, tell, Condition()
        self._lines: dict[str, deque[Waiting]] = {}  # of webhooks that no thread tells, the next first
        self._told: dict[str, deque[Waiting]] = {}  # of those that a thread tells
        self._again: list[Again] = []
        self._bytes, self._count, self._era, self._is_closing = 0, 0, 0, False
        self._silent = set[str]()  # that did not answer when they were last told something
        self._clock: Thread | None = None

    def post(self, post: Post) -> None:
        """Tell a webhook, soon, and after all that it is to be told already."""
        with self._changed:
            if self._bytes + _size(post) > MOST_BYTES:
                self._troubles.note(without_password(post.url), "too much waits for slow subscribers")
                return
            self._bytes += _size(post)
            self._queue(Waiting(post, 0, self._era))

    def forget(self) -> None:
        """Tell nothing of what waits, nor again what is being told: moto has been reset."""
        with self._changed:
            self._era += 1
            self._lines.clear()
            for line in self._told.values():
                line.clear()
            self._again.clear()
            self._silent.clear()
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
        lines = self._told if url in self._told else self._lines
        lines.setdefault(url, deque()).append(waiting)
        if len(self._told) < MOST_AT_ONCE and (longest := self._take_longest()) is not None:
            Thread(target=self._work, args=(longest,), daemon=True).start()

    def _take_longest(self) -> str | None:
        """Of the webhooks that no thread tells the one that has waited longest, if a thread may tell it."""
        has_room = len(self._told.keys() & self._silent) < MOST_SILENT
        longest = next((url for url in self._lines if has_room or url not in self._silent), None)
        if longest is not None:
            self._told[longest] = self._lines.pop(longest)
        return longest

    def _work(self, url: str | None) -> None:
        """Tell a webhook one message, then whichever has waited longest one of its own, until there is none."""
        while url is not None:
            waiting = self._first(url)
            if waiting is not None:
                self._try(waiting)
            url = self._next(url)

    def _first(self, url: str) -> Waiting | None:
        """None if it was forgotten meanwhile."""
        with self._changed:
            line = self._told[url]
            if not line:
                return None
            self._bytes -= _size(line[0].post)
            return line.popleft()

    def _next(self, url: str) -> str | None:
        """The webhook whose turn it is after this one, which stands last again if there is more for it."""
        with self._changed:
            if line := self._told.pop(url):
                self._lines[url] = line
            self._changed.notify_all()
            return self._take_longest()

    def _try(self, waiting: Waiting) -> None:
        """What the webhook refuses for good, or did not take as often as SNS tries, is dead."""
        post = waiting.post
        try:
            status = self._tell(post)
        except Unanswered as error:
            self._silent.add(post.url)
            self._fail(waiting, error, is_final=False)
            return
        self._silent.discard(post.url)
        if status not in range(200, 300):
            self._fail(waiting, f"it answers with status {status}", is_final=status in FINAL)

    def _fail(self, waiting: Waiting, why: object, *, is_final: bool) -> None:
        url = without_password(waiting.post.url)
        self._troubles.note(url, why)
        if is_final or waiting.tries >= len(waiting.post.again_after_s):
            waiting.post.bury(why)
        else:
            self._later(waiting._replace(tries=waiting.tries + 1))

    def _later(self, waiting: Waiting) -> None:
        with self._changed:
            if self._is_closing or waiting.era != self._era:
                return
            self._count += 1
            self._bytes += _size(waiting.post)
            due_s = monotonic() + waiting.post.again_after_s[waiting.tries - 1]
            heappush(self._again, Again(due_s, self._count, waiting))
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
