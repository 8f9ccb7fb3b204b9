"""The accepted mails of a local SES, as its routes tell them: found, waited for, and read whole."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from time import monotonic
from typing import Any

from loadtests.endpoint.routes import MESSAGES
from loadtests.testing.control import ask, read
from loadtests.testing.mails import Mail, mail_of

LONGEST_WAIT_S = 60.0  # of one request
MOST_AT_ONCE = 1_000  # summaries in an answer


def mails(url: str, wanted: dict[str, str], at_least: int, within_s: float) -> list[Mail]:
    """Those that have all that is wanted, oldest first, as soon as there are so many, or when the time is over."""
    until_s, found = monotonic() + within_s, list[str]()
    while True:
        left_s = until_s - monotonic()
        found = list(_found(url, wanted, at_least=at_least, wait_s=min(max(left_s, 0.0), LONGEST_WAIT_S)))
        if len(found) >= at_least or left_s <= LONGEST_WAIT_S:
            return [_whole(url, message_id) for message_id in reversed(found)]


def _found(url: str, wanted: dict[str, str], **wait: float) -> Iterator[str]:
    """The ids of the mails, newest first, page by page."""
    answer = ask(url, "GET", MESSAGES, **wanted, **wait, limit=MOST_AT_ONCE)
    yield from (message["id"] for message in answer["messages"])
    while answer["next_before"] is not None:
        answer = ask(url, "GET", MESSAGES, **wanted, limit=MOST_AT_ONCE, before=answer["next_before"])
        yield from (message["id"] for message in answer["messages"])


def _whole(url: str, message_id: str) -> Mail:
    document: dict[str, Any] = ask(url, "GET", f"{MESSAGES}/{message_id}")
    return mail_of(document, partial(_part, url, message_id))


def _part(url: str, message_id: str, part: str) -> bytes:
    return read(url, "GET", f"{MESSAGES}/{message_id}{part}")
