"""SQS's operations as requests name them: looked at before moto's code is, which takes much that SQS refuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from moto.core.responses import ActionResult
from moto.sqs import urls
from moto.sqs.exceptions import InvalidAttributeName, InvalidParameterValue, MissingParameter
from moto.sqs.models import Message, Queue
from moto.sqs.responses import SQSResponse

from loadtests.endpoint.sqs import refusals
from loadtests.endpoint.sqs.custody import source_arn_of
from loadtests.endpoint.sqs.moves import MOST_KEPT, MOST_PER_S, source_arn_in
from loadtests.endpoint.sqs.outgoing import check_entries, check_types
from loadtests.endpoint.sqs.queue_attributes import check_attributes, check_kind, is_fifo_name
from loadtests.endpoint.sqs.queues import Backend
from loadtests.endpoint.sqs.refusals import NotFound, check_visibility, checked

MOST_RECEIVED, LONGEST_WAIT_S = 10, 20
NO_QUEUE_NAME = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"


def install() -> None:
    """Answer SQS's requests in moto's place. To be called once, before any request."""
    refusals.install()
    for path in urls.url_paths:
        urls.url_paths[path] = Responses.dispatch


def _trace_header(message: Message) -> str | None:
    header: Mapping[str, Any] = message.system_attributes.get("AWSTraceHeader") or {}
    return header.get("StringValue")


SYSTEM: Mapping[str, Callable[[Message], object]] = {
    "AWSTraceHeader": _trace_header,
    "ApproximateFirstReceiveTimestamp": lambda message: message.approximate_first_receive_timestamp,
    "ApproximateReceiveCount": lambda message: message.approximate_receive_count,
    "DeadLetterQueueSourceArn": source_arn_of,
    "MessageDeduplicationId": lambda message: message.deduplication_id,
    "MessageGroupId": lambda message: message.group_id,
    "SenderId": lambda message: message.sender_id,
    "SentTimestamp": lambda message: message.sent_timestamp,
    "SequenceNumber": lambda message: message.sequence_number,
}
"""What SQS tells of a message beside what its sender did."""


class Responses(SQSResponse):
    """Moto makes one for each request."""

    def create_queue(self) -> ActionResult:
        name, attributes = self._get_param("QueueName"), self._get_param("Attributes", {})
        is_fifo = attributes.get("FifoQueue") == "true"
        if is_fifo and not is_fifo_name(name):
            raise InvalidParameterValue(
                "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, "
                "must end with .fifo suffix and be 1 to 80 in length."
            )
        check_attributes(attributes, is_fifo_name(name))
        if is_fifo_name(name) and not is_fifo:
            raise InvalidParameterValue(NO_QUEUE_NAME)
        return super().create_queue()

    def set_queue_attributes(self) -> ActionResult:
        attributes, queue = self._get_param("Attributes", {}), self._queue()
        check_attributes(attributes, queue.fifo_queue)
        check_kind(attributes)
        return super().set_queue_attributes()

    def send_message(self) -> ActionResult:
        for name in ("MessageAttributes", "MessageSystemAttributes"):
            check_types(self._get_param(name, {}))
        return super().send_message()

    def send_message_batch(self) -> ActionResult:
        entries = {str(place): entry for place, entry in enumerate(self._get_param("Entries", []))}
        sent, failed = self._ours.send_message_batch(self._get_queue_name(), entries)
        return _batch([_sent(message) for message in sent], failed)

    def delete_message_batch(self) -> ActionResult:
        return self._each("DeleteMessageBatchRequestEntry", self._ours.delete_message_batch)

    def change_message_visibility_batch(self) -> ActionResult:
        return self._each("ChangeMessageVisibilityBatchRequestEntry", self._ours.change_message_visibility_batch)

    def delete_message(self) -> ActionResult:
        self._check_receipt()
        return super().delete_message()

    def change_message_visibility(self) -> ActionResult:
        self._check_receipt()
        check_visibility(self._get_param("VisibilityTimeout"))
        return super().change_message_visibility()

    def receive_message(self) -> ActionResult:
        queue: Any = self._queue()
        names = {*self._get_param("AttributeNames", []), *self._get_param("MessageSystemAttributeNames", [])}
        if strange := names - SYSTEM.keys() - {"All"}:
            raise InvalidAttributeName(min(strange))
        words = f"Must be between 1 and {MOST_RECEIVED}, if provided."
        at_most = checked(self._get_param("MaxNumberOfMessages", 1), "MaxNumberOfMessages", 1, MOST_RECEIVED, words)
        wait_s = self._get_param("WaitTimeSeconds", queue.receive_message_wait_time_seconds)
        words = f"Must be >= 0 and <= {LONGEST_WAIT_S}, if provided."
        checked(wait_s, "WaitTimeSeconds", 0, LONGEST_WAIT_S, words)
        hidden_s = check_visibility(self._get_param("VisibilityTimeout", queue.visibility_timeout))
        wanted = self._get_param("MessageAttributeNames", [])
        received = self._ours.receive_message(queue.name, at_most, wait_s, hidden_s, wanted)
        return ActionResult({"Messages": [_received(one, names) for one in received]} if received else {})

    def start_message_move_task(self) -> ActionResult:
        source = self._ours.source(self._get_param("SourceArn"))
        if not self._ours.list_dead_letter_source_queues(source.name):
            raise InvalidParameterValue("Source queue must be configured as a Dead Letter Queue.")
        destination, per_s = self._get_param("DestinationArn"), self._get_param("MaxNumberOfMessagesPerSecond")
        if destination is not None and self._ours.queue_of(destination) is None:
            raise NotFound("The resource that you specified for the DestinationArn parameter doesn't exist.")
        if destination == source.queue_arn:
            raise InvalidParameterValue("Source queue arn and destination queue arn cannot be the same.")
        if destination is not None and is_fifo_name(destination) != source.fifo_queue:
            raise InvalidParameterValue("Source queue and destination queue must be of the same type.")
        if per_s is not None:
            words = f"Must be between 1 and {MOST_PER_S}, if provided."
            checked(per_s, "MaxNumberOfMessagesPerSecond", 1, MOST_PER_S, words)
        return ActionResult({"TaskHandle": self._ours.move(source, destination, per_s).handle})

    def list_message_move_tasks(self) -> ActionResult:
        source = self._ours.source(self._get_param("SourceArn"))
        words = f"Must be between 1 and {MOST_KEPT}, if provided."
        most = checked(self._get_param("MaxResults", 1), "MaxResults", 1, MOST_KEPT, words)
        rows = [task.row() for task in self._ours.tasks.of(source.queue_arn)]
        return ActionResult({"Results": rows[:most]} if rows else {})

    def cancel_message_move_task(self) -> ActionResult:
        handle = self._get_param("TaskHandle")
        self._ours.source(source_arn_in(handle))
        task = self._ours.tasks.running(handle)
        task.cancel()
        return ActionResult({"ApproximateNumberOfMessagesMoved": task.moved})

    def _check_receipt(self) -> None:
        if not self._get_param("ReceiptHandle"):
            raise MissingParameter("ReceiptHandle")

    def _each(self, name: str, do: Callable[[str, list[dict[str, Any]]], tuple[list[str], list[Any]]]) -> ActionResult:
        entries = self._get_param("Entries", [])
        check_entries(entries, name)
        done, failed = do(self._get_queue_name(), entries)
        return _batch([{"Id": one} for one in done], failed)

    def _queue(self) -> Queue:
        return self._ours.get_queue(self._get_queue_name())

    @property
    def _ours(self) -> Backend:
        return cast(Backend, self.sqs_backend)


def _batch(done: list[dict[str, Any]], failed: list[dict[str, Any]]) -> ActionResult:
    """What there is of both."""
    lists = {"Successful": done, "Failed": failed}
    return ActionResult({name: one for name, one in lists.items() if one})


def _sent(message: Message) -> dict[str, Any]:
    sent: Any = message
    row = {"Id": sent.user_id, "MessageId": sent.id, "MD5OfMessageBody": sent.body_md5}
    if sent.message_attributes:
        row["MD5OfMessageAttributes"] = sent.attribute_md5
    if sent.sequence_number:
        row["SequenceNumber"] = sent.sequence_number
    return row


def _received(message: Message, names: set[str]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "MessageId": message.id,
        "ReceiptHandle": message.receipt_handle,
        "MD5OfBody": message.body_md5,
        "Body": message.body,
    }
    if message.message_attributes:
        row |= {"MessageAttributes": message.message_attributes, "MD5OfMessageAttributes": message.attribute_md5}
    if names:
        told = {name: of(message) for name, of in SYSTEM.items() if name in names or "All" in names}
        row["Attributes"] = {name: str(value) for name, value in told.items() if value is not None}
    return row
