"""A tracker's queue as the pollers of its mapping see it: messages whose text only the function reads."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Sequence
from math import ceil
from typing import Any, NamedTuple

from loadtests.ports.kernel import Clock
from loadtests.ports.request_threads import RequestThreads

LONGEST_POLL_S = 1.0  # so that none outlasts the run by much: polls cost nothing here


class Letter(NamedTuple):
    """A message as a queue hands it out; it comes back at `lapse_s` unless it is deleted before."""

    body: str
    message_id: str
    receipt: str
    lapse_s: float


class Letters:
    """One mapping's access to the queue. Raises botocore's errors."""

    def __init__(self, clock: Clock, sqs: Any, url: str, visibility_timeout_s: float, threads: RequestThreads) -> None:
        self._clock, self._sqs, self._url, self._threads = clock, sqs, url, threads
        self._visibility_timeout_s, self._found = visibility_timeout_s, False

    def receive(self, at_most: int, wait_s: float, /) -> Awaitable[list[Letter]]:
        return self._threads.carry(self._receive, at_most, wait_s)

    def _receive(self, at_most: int, wait_s: float) -> list[Letter]:
        answer = self._sqs.receive_message(
            QueueUrl=self._url, MaxNumberOfMessages=at_most, WaitTimeSeconds=ceil(min(wait_s, LONGEST_POLL_S))
        )
        lapse_s = self._clock.now() + self._visibility_timeout_s
        found = [
            Letter(message["Body"], message["MessageId"], message["ReceiptHandle"], lapse_s)
            for message in answer.get("Messages", ())
        ]
        self._found = bool(found)
        return found

    def delete(self, messages: Sequence[Letter], /) -> Awaitable[None]:
        return self._threads.carry(self._delete, messages)

    def _delete(self, messages: Sequence[Letter]) -> None:
        entries = [{"Id": str(place), "ReceiptHandle": one.receipt} for place, one in enumerate(messages)]
        if entries:  # SQS takes no batch of nothing
            self._sqs.delete_message_batch(QueueUrl=self._url, Entries=entries)

    def lapse_s(self, batch: Sequence[Letter], /) -> float:
        return min(one.lapse_s for one in batch)

    def has_visible(self) -> bool:
        """Pollers cannot look into a queue; that they find something is what they go by."""
        return self._found


def records(batch: Iterable[Letter]) -> dict[str, Any]:
    """The event that a mapping makes of a batch, as far as a tracker reads it."""
    return {"Records": [{"messageId": one.message_id, "body": one.body, "eventSource": "aws:sqs"} for one in batch]}
