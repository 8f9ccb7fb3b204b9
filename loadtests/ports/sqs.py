"""SQS for real: a standard queue through boto3, in threads of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from math import ceil, inf
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from loadtests.ports.payloads import body_of, received
from loadtests.ports.request_threads import RequestThreads
from strategies.ports import Mail, Received

Answer = TypeVar("Answer")

LONG_POLL_S = 20  # SQS's longest wait


class QueueFailed(Exception):
    """A queue did not answer, or refused a request as a whole; the message names which."""


class Queue:
    """One host's access to a queue. `put_mails` is told of mails that the queue has, `seen` of each reception.

    `putting` lasts as long as a request that hands mails over; no poll waits longer than the run has `left_s`.
    """

    def __init__(
        self,
        client: Any,
        url: str,
        threads: RequestThreads,
        put_mails: Callable[[Sequence[Mail]], None],
        seen: Callable[[Sequence[Received]], None],
        putting: Callable[[Sequence[Mail]], AbstractContextManager[Any]] = nullcontext,
        left_s: Callable[[], float] = lambda: inf,
    ) -> None:
        self._client, self._url, self._threads, self._put_mails, self._seen = client, url, threads, put_mails, seen
        self._putting, self._left_s = putting, left_s

    def put(self, mails: Sequence[Mail], /) -> Awaitable[Sequence[Mail]]:
        return self._request(self._put, mails) if mails else _done(())

    def _put(self, mails: Sequence[Mail]) -> Sequence[Mail]:
        entries = [{"Id": str(place), "MessageBody": body_of(mail)} for place, mail in enumerate(mails)]
        with self._putting(mails):
            answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
            refused = {int(failure["Id"]) for failure in answer.get("Failed", ())}
            self._put_mails([mail for place, mail in enumerate(mails) if place not in refused])
        return [mails[place] for place in sorted(refused)]

    def receive(self, at_most: int, wait_s: float, /) -> Awaitable[list[Received]]:
        return self._request(self._receive, at_most, wait_s)

    def _receive(self, at_most: int, wait_s: float) -> list[Received]:
        wait_s = max(0.0, min(LONG_POLL_S, wait_s, self._left_s()))
        answer = self._client.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=at_most,
            WaitTimeSeconds=ceil(wait_s),
            MessageSystemAttributeNames=["ApproximateReceiveCount"],
        )
        messages = [received(message) for message in answer.get("Messages", ())]
        self._seen(messages)
        return messages

    def delete(self, messages: Sequence[Received], /) -> Awaitable[None]:
        return self._request(self._delete, messages) if messages else _done(None)

    def _delete(self, messages: Sequence[Received]) -> None:
        """What SQS fails to delete is asked for once more, for no SDK does; what is left then comes again."""
        entries = {str(place): message.receipt for place, message in enumerate(messages)}
        if again := self._undeleted(entries):
            self._undeleted({name: entries[name] for name in again})

    def _undeleted(self, receipts: Mapping[str, str]) -> list[str]:
        """Those of a batch that failed by no fault of ours."""
        entries = [{"Id": name, "ReceiptHandle": receipt} for name, receipt in receipts.items()]
        answer = self._client.delete_message_batch(QueueUrl=self._url, Entries=entries)
        return [failure["Id"] for failure in answer.get("Failed", ()) if not failure["SenderFault"]]

    def hide(self, messages: Sequence[Received], timeout_s: float, /) -> Awaitable[None]:
        return self._request(self._hide, messages, timeout_s) if messages else _done(None)

    def _hide(self, messages: Sequence[Received], timeout_s: float) -> None:
        entries = [
            {"Id": str(place), "ReceiptHandle": message.receipt, "VisibilityTimeout": ceil(timeout_s)}
            for place, message in enumerate(messages)
        ]
        self._client.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)

    def _request(self, call: Callable[..., Answer], *arguments: Any) -> Awaitable[Answer]:
        return self._threads.carry(self._translated, call, *arguments)

    def _translated(self, call: Callable[..., Answer], *arguments: Any) -> Answer:
        try:
            return call(*arguments)
        except (BotoCoreError, ClientError) as error:
            raise QueueFailed(f"{self._url}: {error}") from error


def _done(answer: Answer) -> Awaitable[Answer]:
    """SQS takes no batch of nothing."""
    nothing_to_do = asyncio.get_running_loop().create_future()
    nothing_to_do.set_result(answer)
    return nothing_to_do
