"""moto's SQS for many threads and deep queues: its interface is moto's, its standard queues are ours."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from threading import Condition
from types import ModuleType
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from moto.core.utils import unix_time_millis
from moto.sqs import models, urls
from moto.sqs.exceptions import QueueAlreadyExists, ReceiptHandleIsInvalid, SQSException
from moto.sqs.models import Message, Queue

from loadtests.endpoint.sqs.custody import renewed
from loadtests.endpoint.sqs.fifo_queue import FifoQueue
from loadtests.endpoint.sqs.messages import DELAYED, IN_FLIGHT, VISIBLE
from loadtests.endpoint.sqs.moves import NO_SOURCE_ARN, Task, Tasks
from loadtests.endpoint.sqs.outgoing import check_batch, check_entry, check_message
from loadtests.endpoint.sqs.refusals import NotFound, UnreadableReceipt, check_visibility, failure
from loadtests.endpoint.sqs.standard_queue import StandardQueue

DELETED_MOST = 10_000  # receipts of a FIFO queue that may be used again; moto keeps them all

IN_SECONDS = ("CreatedTimestamp", "LastModifiedTimestamp")

P = ParamSpec("P")
T = TypeVar("T")


def _never() -> bool:
    return False


def _all(wanted: int, _visible: int) -> int:
    return wanted


duplicate: Callable[[], bool] = _never
"""Asked at each reception whether the message will be delivered once more, however long it is hidden."""

finds: Callable[[int, int], int] = _all
"""Asked at each short poll of a standard queue how many it gets at most: of so many wanted, of so many visible."""

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
        self.lock, self.tasks = Condition(), Tasks()

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
            if name not in self.queues:
                kind = FifoQueue if name.endswith(".fifo") else StandardQueue
                self.queues[name] = kind(name, self.region_name, self.account_id, **attributes)  # type: ignore[abstract]
            try:
                queue = super().create_queue(name, tags, **attributes)
            except QueueAlreadyExists as error:
                raise _other(self.queues[name], attributes) from error
            queue._messages_lock = self.lock  # of use to FIFO queues, on which our own requests wait
            return queue

    def get_queue_attributes(self, queue_name: str, attribute_names: list[str]) -> dict[str, Any]:
        """Moto tells parts of seconds."""
        told: dict[str, Any] = super().get_queue_attributes(queue_name, attribute_names)
        return told | {name: int(told[name]) for name in IN_SECONDS if name in told}

    def _validate_message(self, *_: Any, **__: Any) -> None:
        """What is sent has been looked at already."""

    def send_message(
        self,
        queue_name: str,
        message_body: str,
        message_attributes: dict[str, Any] | None = None,
        delay_seconds: int | None = None,
        deduplication_id: str | None = None,
        group_id: str | None = None,
        system_attributes: dict[str, Any] | None = None,
        validate_group_id: bool = True,
    ) -> Message:
        entry = {
            "MessageBody": message_body,
            "MessageAttributes": message_attributes,
            "MessageSystemAttributes": system_attributes,
            "DelaySeconds": delay_seconds,
            "MessageGroupId": group_id,
            "MessageDeduplicationId": deduplication_id,
        }
        check_message(self.get_queue(queue_name), entry)
        return self._send(queue_name, entry)

    def send_message_batch(
        self, queue_name: str, entries: dict[str, dict[str, Any]]
    ) -> tuple[list[Message], list[dict[str, Any]]]:
        """Each entry fails for itself, unless they are too many or too much together, or no batch."""
        queue = self.get_queue(queue_name)
        check_batch(queue, list(entries.values()))
        sent: list[Message] = []
        failed: list[dict[str, Any]] = []
        for entry in entries.values():
            try:
                check_entry(queue, entry)
                message: Any = self._send(queue_name, entry)
            except SQSException as error:
                failed.append(failure(entry["Id"], error))
                continue
            message.user_id = entry["Id"]
            sent.append(message)
        return sent, failed

    def _send(self, queue_name: str, entry: Mapping[str, Any]) -> Message:
        """In a FIFO queue a delay of 0 is the queue's own, as there is no other."""
        with self._changing(queue_name) as queue:
            delay_s = entry.get("DelaySeconds")
            return super().send_message(
                queue_name,
                entry["MessageBody"],
                message_attributes=entry.get("MessageAttributes"),
                delay_seconds=delay_s or None if queue.fifo_queue else delay_s,
                deduplication_id=entry.get("MessageDeduplicationId"),
                group_id=entry.get("MessageGroupId"),
                system_attributes=entry.get("MessageSystemAttributes"),
            )

    def receive_message(
        self,
        queue_name: str,
        count: int,
        wait_seconds_timeout: int,
        visibility_timeout: int,
        message_attribute_names: list[str] | None = None,
    ) -> list[Message]:
        queue = self.get_queue(queue_name)
        until_s = time.monotonic() + wait_seconds_timeout if wait_seconds_timeout else 0.0
        if isinstance(queue, FifoQueue):
            received = self._receive_in_order(queue, count, until_s, visibility_timeout)
        else:
            received = _receive_in_any_order(cast(StandardQueue, queue), count, until_s, visibility_timeout)
        for message in received:
            models._filter_message_attributes(message, message_attribute_names or [])
        return received

    def _receive_in_order(self, queue: FifoQueue, count: int, until_s: float, visibility_s: int) -> list[Message]:
        """One request after the other."""
        with waiting() if until_s else nullcontext(), self.lock:
            while True:
                received = queue.receive(count, visibility_s)
                now_s = time.monotonic()
                if received or now_s >= until_s:
                    return received
                self.lock.wait(min(until_s - now_s, _appears_in_s(queue._messages)))

    def delete_message(self, queue_name: str, receipt_handle: str) -> None:
        with self._changing(queue_name) as queue:
            if isinstance(queue, FifoQueue):
                queue.check_receipt(receipt_handle)
            try:
                super().delete_message(queue_name, receipt_handle)
            except ReceiptHandleIsInvalid as error:
                raise UnreadableReceipt(receipt_handle) from error
            if len(deleted := self.get_queue(queue_name).deleted_messages) > DELETED_MOST:
                deleted.clear()

    def change_message_visibility(self, queue_name: str, receipt_handle: str, visibility_timeout: int) -> None:
        queue = self.get_queue(queue_name)
        if isinstance(queue, StandardQueue):
            return queue.held.change_visibility(receipt_handle, int(visibility_timeout))
        with self._changing(queue_name):
            try:
                return super().change_message_visibility(queue_name, receipt_handle, visibility_timeout)
            except ReceiptHandleIsInvalid as error:
                raise UnreadableReceipt(receipt_handle) from error

    def delete_message_batch(
        self, queue_name: str, receipts: list[dict[str, Any]]
    ) -> tuple[list[str], list[dict[str, Any]]]:
        """Each entry fails for itself."""
        self.get_queue(queue_name)
        return _each(receipts, lambda entry: self.delete_message(queue_name, entry.get("ReceiptHandle", "")))

    def change_message_visibility_batch(
        self, queue_name: str, entries: list[dict[str, Any]]
    ) -> tuple[list[str], list[dict[str, Any]]]:
        """Each entry fails for itself, whatever is wrong with it."""
        self.get_queue(queue_name)
        return _each(entries, partial(self._change_entry, queue_name))

    def _change_entry(self, queue_name: str, entry: Mapping[str, Any]) -> None:
        timeout_s = check_visibility(entry.get("VisibilityTimeout"))
        self.change_message_visibility(queue_name, entry.get("ReceiptHandle", ""), timeout_s)

    def queue_of(self, arn: str) -> Queue | None:
        """The queue of this ARN, if it is there."""
        return next((queue for queue in list(self.queues.values()) if queue.queue_arn == arn), None)

    def source(self, arn: str) -> Queue:
        """Of a message move task. Raises NotFound."""
        queue = self.queue_of(arn)
        if queue is None:
            raise NotFound(NO_SOURCE_ARN)
        return queue

    def move(self, source: Queue, destination_arn: str | None, per_s: int | None) -> Task:
        """A task that has begun. Raises InvalidParameterValue where another one is running."""
        with self.lock:
            task = Task(source, destination_arn, per_s, source.approximate_number_of_messages)
            self.tasks.begin(task)
        task.start(self._take, self._put)
        return task

    def _take(self, queue: Queue) -> Message | None:
        if self.queues.get(queue.name) is not queue:
            return None
        if isinstance(queue, StandardQueue):
            return queue.held.take()
        with self.lock:
            return cast(FifoQueue, queue).take()

    def _put(self, message: Message, arn: str) -> bool:
        queue = self.queue_of(arn)
        if queue is None:
            return False
        with self._changing(queue.name):
            queue.add_message(renewed(message))
        return True

    @contextmanager
    def _changing(self, queue_name: str) -> Iterator[Queue]:
        """No other thread works on FIFO queues meanwhile, and one that waits for a queue looks again."""
        queue = self.get_queue(queue_name)
        if isinstance(queue, StandardQueue):
            yield queue
            return
        with self.lock:
            yield queue
            self.lock.notify_all()


def _receive_in_any_order(queue: StandardQueue, count: int, until_s: float, visibility_s: int) -> list[Message]:
    """A long poll finds all that there is, and waits for it."""
    if not until_s:
        count = finds(count, queue.approximate_number_of_messages)
    received = queue.receive(count, 0.0, visibility_s, duplicate)
    if received or not until_s:
        return received
    with waiting():
        return queue.receive(count, until_s, visibility_s, duplicate)


def _each(
    entries: Iterable[Mapping[str, Any]], do: Callable[[Mapping[str, Any]], None]
) -> tuple[list[str], list[dict[str, Any]]]:
    """The ids of those that are done, and how the others failed."""
    done: list[str] = []
    failed: list[dict[str, Any]] = []
    for entry in entries:
        try:
            do(entry)
            done.append(entry["Id"])
        except SQSException as error:
            failed.append(failure(entry["Id"], error))
    return done, failed


def _other(queue: Queue, attributes: Mapping[str, Any]) -> QueueAlreadyExists:
    """What SQS says of a queue that there is already, and is another one."""
    there = queue.attributes
    differing = next((name for name, value in attributes.items() if str(there.get(name)) != str(value)), "")
    return QueueAlreadyExists(
        f"A queue already exists with the same name and a different value for attribute {differing}"
    )


def _appears_in_s(messages: Sequence[Message]) -> float:
    """Seconds until the next hidden message appears; moto counts in milliseconds, and a moment later."""
    now_ms = unix_time_millis()
    appears_ms = (max(message.visible_at, message.delayed_until) for message in messages)
    return min((at_ms - now_ms + 1 for at_ms in appears_ms if at_ms >= now_ms), default=float("inf")) / 1000
