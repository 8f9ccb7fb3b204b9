"""moto's SQS for many threads and deep queues: its interface is moto's, its standard queues are ours."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import Condition
from types import ModuleType
from typing import Any, Concatenate, ParamSpec, TypeVar

from moto.core.utils import unix_time_millis
from moto.sqs import models, urls
from moto.sqs.constants import MAXIMUM_MESSAGE_LENGTH
from moto.sqs.exceptions import BatchRequestTooLong, InvalidParameterValue, MissingParameter, SQSException
from moto.sqs.models import Message, Queue

from loadtests.endpoint.sqs.messages import DELAYED, IN_FLIGHT, VISIBLE
from loadtests.endpoint.sqs.standard_queue import StandardQueue

DELETED_MOST = 10_000  # receipts of a FIFO queue that may be used again; moto keeps them all

P = ParamSpec("P")
T = TypeVar("T")


def _never() -> bool:
    return False


duplicate: Callable[[], bool] = _never
"""Asked at each reception whether the message will be delivered once more, however long it is hidden."""

misses: Callable[[], bool] = _never
"""Asked at each short poll of a standard queue whether it shall miss the messages that there are."""

waiting: Callable[[], AbstractContextManager[None]] = nullcontext
"""Held around a long poll by the thread that waits in it."""


def install() -> None:
    """Make our backend moto's SQS; whatever queues there were are gone. To be called once, before any request."""
    models.sqs_backends.clear()
    models.sqs_backends.backend = Backend
    Message.__new__ = _untracked  # type: ignore[method-assign, assignment]


def _untracked(kind: type[Message], *_: Any, **__: Any) -> Message:
    """A message that moto does not keep for its dashboard when it is deleted."""
    message: Message = object.__new__(kind)
    return message


def contents(account: str, region: str) -> dict[str, list[dict[str, Any]]]:
    """Every queue's messages by the queue's name: id, body, receive_count, and state (visible, in_flight, delayed)."""
    return {name: _rows(queue) for name, queue in list(models.sqs_backends[account][region].queues.items())}


def _rows(queue: Queue) -> list[dict[str, Any]]:
    if isinstance(queue, StandardQueue):
        return [_row(entry.message, entry.state) for entry in queue.held.entries()]
    return [_row(message, _state(message)) for message in list(queue._messages)]


def _row(message: Message, state: str) -> dict[str, Any]:
    received = message.approximate_receive_count
    return {"id": message.id, "body": message.body, "receive_count": received, "state": state}


def _state(message: Message) -> str:
    if message.delayed:
        return DELAYED
    return VISIBLE if message.visible else IN_FLIGHT


def _alone(method: Callable[Concatenate[Any, P], T]) -> Callable[Concatenate[Any, P], T]:
    """The method, run by one thread of the backend at a time."""

    def locked(backend: Backend, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with backend.lock:
            return method(backend, *args, **kwargs)

    return locked


class Backend(models.SQSBackend):
    """One account's queues in one region. Standard queues lock for themselves; the rest happens one at a time."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.lock = Condition()

    @property
    def _url_module(self) -> ModuleType:
        return urls  # moto would look for it beside our class

    list_queues = _alone(models.SQSBackend.list_queues)
    delete_queue = _alone(models.SQSBackend.delete_queue)
    set_queue_attributes = _alone(models.SQSBackend.set_queue_attributes)
    list_dead_letter_source_queues = _alone(models.SQSBackend.list_dead_letter_source_queues)
    add_permission = _alone(models.SQSBackend.add_permission)
    remove_permission = _alone(models.SQSBackend.remove_permission)
    purge_queue = _alone(models.SQSBackend.purge_queue)

    def create_queue(self, name: str, tags: dict[str, str] | None = None, **attributes: Any) -> Queue:
        """Moto compares the attributes with those of a queue that is there already, so a standard queue of ours is."""
        attributes.pop("region", None)  # CloudFormation names it
        with self.lock:
            if name not in self.queues and not name.endswith(".fifo"):
                self.queues[name] = StandardQueue(name, self.region_name, self.account_id, **attributes)  # type: ignore[abstract]
            queue = super().create_queue(name, tags, **attributes)
            queue._messages_lock = self.lock  # of use to FIFO queues, on which our own requests wait
            return queue

    def _validate_message(self, queue: Queue, message_body: str, *args: Any, **kwargs: Any) -> None:
        """As SQS does it: some text, and not too many bytes of it."""
        if not message_body:
            raise MissingParameter("MessageBody")
        most_bytes: int = queue.maximum_message_size  # type: ignore[attr-defined]
        if len(message_body.encode()) > most_bytes:
            reason = f"Message must be shorter than {most_bytes} bytes."
            raise InvalidParameterValue(f"One or more parameters are invalid. Reason: {reason}")
        super()._validate_message(queue, message_body, *args, **kwargs)

    def send_message(self, queue_name: str, *args: Any, **kwargs: Any) -> Message:
        with self._changing(queue_name):
            return super().send_message(queue_name, *args, **kwargs)

    def send_message_batch(
        self, queue_name: str, entries: dict[str, dict[str, Any]]
    ) -> tuple[list[Message], list[dict[str, Any]]]:
        length = sum(len(entry["MessageBody"].encode()) for entry in entries.values())
        if length > MAXIMUM_MESSAGE_LENGTH:
            raise BatchRequestTooLong(length)
        return super().send_message_batch(queue_name, entries)

    def receive_message(
        self,
        queue_name: str,
        count: int,
        wait_seconds_timeout: int,
        visibility_timeout: int,
        message_attribute_names: list[str] | None = None,
    ) -> list[Message]:
        queue, until_s = self.get_queue(queue_name), time.monotonic() + wait_seconds_timeout
        if not isinstance(queue, StandardQueue):
            return self._receive_in_order(queue, count, until_s, visibility_timeout, message_attribute_names)
        if not wait_seconds_timeout and misses():
            return []
        received = queue.receive(count, 0.0, visibility_timeout, duplicate)
        if not received and wait_seconds_timeout:
            with waiting():
                received = queue.receive(count, until_s, visibility_timeout, duplicate)
        for message in received:
            models._filter_message_attributes(message, message_attribute_names or [])
        return received

    def _receive_in_order(
        self, queue: Queue, count: int, until_s: float, visibility_s: int, names: list[str] | None
    ) -> list[Message]:
        """From a FIFO queue, in moto's own way, which looks at every message."""
        with waiting() if until_s > time.monotonic() else nullcontext(), self.lock:
            while True:
                received = super().receive_message(queue.name, count, 0, visibility_s, names)
                now_s = time.monotonic()
                if received or now_s >= until_s:
                    return received
                self.lock.wait(min(until_s - now_s, _appears_in_s(queue._messages)))

    def delete_message(self, queue_name: str, receipt_handle: str) -> None:
        with self._changing(queue_name):
            super().delete_message(queue_name, receipt_handle)
            if len(deleted := self.get_queue(queue_name).deleted_messages) > DELETED_MOST:
                deleted.clear()

    def change_message_visibility(self, queue_name: str, receipt_handle: str, visibility_timeout: int) -> None:
        queue = self.get_queue(queue_name)
        if isinstance(queue, StandardQueue):
            return queue.held.change_visibility(receipt_handle, int(visibility_timeout))
        with self._changing(queue_name):
            return super().change_message_visibility(queue_name, receipt_handle, visibility_timeout)

    def change_message_visibility_batch(
        self, queue_name: str, entries: list[dict[str, Any]]
    ) -> tuple[list[str], list[dict[str, Any]]]:
        """Each entry fails for itself, whatever is wrong with it."""
        self.get_queue(queue_name)
        succeeded: list[str] = []
        failed: list[dict[str, Any]] = []
        for entry in entries:
            try:
                done, wrong = super().change_message_visibility_batch(queue_name, [entry])
            except SQSException as error:
                done, wrong = [], [_failure(entry["Id"], error)]
            succeeded += done
            failed += wrong
        return succeeded, failed

    @contextmanager
    def _changing(self, queue_name: str) -> Iterator[None]:
        """No other thread works on FIFO queues meanwhile, and one that waits for a queue looks again."""
        if isinstance(self.get_queue(queue_name), StandardQueue):
            yield
            return
        with self.lock:
            yield
            self.lock.notify_all()


def _failure(entry_id: str, error: SQSException) -> dict[str, Any]:
    return {"Id": entry_id, "SenderFault": True, "Code": error.code, "Message": error.message}


def _appears_in_s(messages: Sequence[Message]) -> float:
    """Seconds until the next hidden message appears; moto counts in milliseconds, and a moment later."""
    now_ms = unix_time_millis()
    appears_ms = (max(message.visible_at, message.delayed_until) for message in messages)
    return min((at_ms - now_ms + 1 for at_ms in appears_ms if at_ms >= now_ms), default=float("inf")) / 1000
