"""SNS's messages to webhooks, in threads of their own: a webhook that does not answer holds up nothing else.

Source of what is tried again, and when: Amazon SNS Developer Guide, "Amazon SNS message delivery retries".
"""

from __future__ import annotations

from collections.abc import Mapping
from heapq import heappop, heappush
from threading import Condition, Thread
from time import monotonic
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    Request,
)

from loadtests.endpoint.sns.troubles import Troubles

ANSWER_S = 15.0  # that SNS waits for a webhook
AGAIN_AFTER_S, AGAIN_MOST = 20.0, 3
ANSWERED = range(200, 500)  # statuses that are answers: SNS takes even a 404 for one, and does not ask again
MOST_BYTES, MOST_SUBSCRIBERS = 64 * 1024 * 1024, 64  # that wait, or are waited for: what is beyond is lost
END_S = 2.0  # for what still waits when the server ends


class Post(NamedTuple):
    """What a webhook is to be told."""

    url: str
    text: bytes
    headers: Mapping[str, str]


class Waiting(NamedTuple):
    """A message that is due at an instant; of those that are due at one, the earlier comes first."""

    due_s: float
    number: int
    post: Post
    tries: int


class Postman:
    """A webhook has a thread while there is something to tell it, and a heap of what waits."""

    def __init__(self, troubles: Troubles) -> None:
        self._troubles, self._changed = troubles, Condition()
        self._waiting: dict[str, list[Waiting]] = {}
        self._threads: dict[str, Thread] = {}
        self._bytes, self._count, self._is_closing = 0, 0, False
        self._opener = _opener()

    def post(self, post: Post) -> None:
        """Tell a webhook, soon, and after all that it is to be told already."""
        with self._changed:
            if self._has_room(post):
                self._await(post, 0, monotonic())
            else:
                self._troubles.note(post.url, "too much waits for slow subscribers")

    def close(self) -> None:
        """Tell what there is, as far as that takes no longer than a moment; nothing is tried again."""
        until_s = monotonic() + END_S
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
            threads = list(self._threads.values())
        for thread in threads:
            thread.join(max(0.0, until_s - monotonic()))

    def _has_room(self, post: Post) -> bool:
        if self._bytes + len(post.text) > MOST_BYTES:
            return False
        return post.url in self._waiting or len(self._waiting) < MOST_SUBSCRIBERS

    def _await(self, post: Post, tries: int, due_s: float) -> None:
        self._bytes += len(post.text)
        self._count += 1
        is_new = post.url not in self._waiting
        heappush(self._waiting.setdefault(post.url, []), Waiting(due_s, self._count, post, tries))
        if is_new:
            self._threads[post.url] = thread = Thread(target=self._work, args=(post.url,), daemon=True)
            thread.start()  # it waits for the lock
        self._changed.notify_all()

    def _work(self, url: str) -> None:
        while (waiting := self._next(url)) is not None:
            if not self._is_told(waiting.post) and waiting.tries < AGAIN_MOST:
                with self._changed:
                    self._await(waiting.post, waiting.tries + 1, monotonic() + AGAIN_AFTER_S)

    def _is_told(self, post: Post) -> bool:
        """Only that there is an answer is of interest, not how long it is."""
        try:
            self._opener.open(Request(post.url, post.text, dict(post.headers)), timeout=ANSWER_S).close()
        except HTTPError as error:
            self._troubles.note(post.url, error)
            return error.code in ANSWERED
        except Exception as error:  # whatever a subscriber does wrong, the others want to know
            self._troubles.note(post.url, error)
            return False
        return True

    def _next(self, url: str) -> Waiting | None:
        """What is due; None when there is nothing to wait for, which is the thread's end."""
        with self._changed:
            heap = self._waiting[url]
            while heap and (wait_s := heap[0].due_s - monotonic()) > 0 and not self._is_closing:
                self._changed.wait(wait_s)
            if not heap or heap[0].due_s > monotonic():
                del self._waiting[url], self._threads[url]
                return None
            waiting = heappop(heap)
            self._bytes -= len(waiting.post.text)
            return waiting


def _opener() -> OpenerDirector:
    """What speaks HTTP and nothing else: an address of another scheme is not opened, and a redirection not followed."""
    opener = OpenerDirector()
    for handler in (HTTPHandler(), HTTPSHandler(), HTTPErrorProcessor(), HTTPDefaultErrorHandler()):
        opener.add_handler(handler)
    return opener
