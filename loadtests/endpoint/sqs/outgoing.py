"""What SQS looks at in a message that is sent, alone or in a batch."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from moto.sqs.constants import MAXIMUM_MESSAGE_LENGTH
from moto.sqs.exceptions import (
    BatchEntryIdsNotDistinct,
    BatchRequestTooLong,
    EmptyBatchRequest,
    InvalidBatchEntryId,
    InvalidParameterValue,
    MissingParameter,
    SQSException,
    TooManyEntriesInBatchRequest,
)
from moto.sqs.models import MAXIMUM_MESSAGE_DELAY, Queue
from moto.sqs.utils import validate_message_attributes

from loadtests.endpoint.sqs.refusals import InvalidContents, checked, invalid

MOST_ENTRIES, MOST_ATTRIBUTES = 10, 10

Entry = Mapping[str, Any]

_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ENTRY_ID = re.compile("[A-Za-z0-9_-]{1,80}")
_NAME = re.compile(r"(?!\.)(?!.*\.\.)[\w.-]{1,256}(?<!\.)")
_RESERVED = re.compile(r"(?:aws|amazon)\.", re.IGNORECASE)
_TYPE = re.compile(r"(?:String|Number|Binary)(?:\.[^\0]*)?")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_GROUP = re.compile(r"[!-~]{1,128}")
_OTHER_QUEUE = "The request include parameter that is not valid for this queue type."
_DELAY = f"DelaySeconds must be >= 0 and <= {MAXIMUM_MESSAGE_DELAY}."


def check_entries(entries: Sequence[Entry], name: str) -> None:
    """What is wrong with a batch as a whole, of entries called so. Raises SQSException."""
    if not entries:
        raise SQSException(EmptyBatchRequest().code, f"There should be at least one {name} in the request.")
    if len(entries) > MOST_ENTRIES:
        raise TooManyEntriesInBatchRequest(len(entries))
    ids = [str(entry.get("Id", "")) for entry in entries]
    if not all(map(_ENTRY_ID.fullmatch, ids)):
        raise InvalidBatchEntryId
    for place, entry_id in enumerate(ids):
        if entry_id in ids[:place]:
            raise BatchEntryIdsNotDistinct(entry_id)


def check_batch(queue: Queue, entries: Sequence[Entry]) -> None:
    """The same of messages, which must fit into one request, and into their FIFO queue. Raises SQSException."""
    check_entries(entries, "SendMessageBatchRequestEntry")
    for number, entry in enumerate(entries, 1):
        if not entry.get("MessageBody"):
            raise MissingParameter(f"SendMessageBatchRequestEntry.{number}.MessageBody")
        if queue.fifo_queue and not entry.get("MessageGroupId"):
            raise InvalidParameterValue("The request must contain the parameter MessageGroupId.")
        _check_deduplication(queue, entry)
    if (size := sum(map(_size, entries))) > MAXIMUM_MESSAGE_LENGTH:
        raise BatchRequestTooLong(size)


def check_message(queue: Queue, message: Entry) -> None:
    """One that is sent alone. Raises SQSException."""
    if not message.get("MessageBody"):
        raise MissingParameter("MessageBody")
    if queue.fifo_queue and message.get("MessageGroupId") is None:
        raise MissingParameter("MessageGroupId")
    _check_deduplication(queue, message)
    check_entry(queue, message, "are invalid")


def check_entry(queue: Queue, message: Entry, verdict: str = "cannot be validated") -> None:
    """What is wrong with one message, and with no other of its batch. Raises SQSException."""
    if _NO_XML.search(message["MessageBody"]):
        raise InvalidContents
    for name in ("MessageAttributes", "MessageSystemAttributes"):
        if attributes := message.get(name):
            _check_attributes(attributes)
    _check_marks(queue, message)
    most: int = queue.maximum_message_size  # type: ignore[attr-defined]
    if len(message["MessageBody"]) > most or _size(message) > most:
        raise InvalidParameterValue(
            f"One or more parameters {verdict}. Reason: Message must be shorter than {most} bytes."
        )


def _check_marks(queue: Queue, message: Entry) -> None:
    """What stands beside the text."""
    delay_s = message.get("DelaySeconds")
    if delay_s is not None:
        if queue.fifo_queue and delay_s:
            raise invalid(delay_s, "DelaySeconds", _OTHER_QUEUE)
        checked(delay_s, "DelaySeconds", 0, MAXIMUM_MESSAGE_DELAY, _DELAY)
    for name in ("MessageGroupId", "MessageDeduplicationId"):
        value = message.get(name)
        if value is not None and not _GROUP.fullmatch(value):
            allowed = f"{name} can only include alphanumeric and punctuation characters. 1 to 128 in length."
            raise invalid(value, name, allowed)
    if not queue.fifo_queue and (mark := message.get("MessageDeduplicationId")) is not None:
        raise invalid(mark, "MessageDeduplicationId", _OTHER_QUEUE)


def _check_deduplication(queue: Queue, message: Entry) -> None:
    by_content: bool = queue.content_based_deduplication  # type: ignore[attr-defined]
    if queue.fifo_queue and not by_content and message.get("MessageDeduplicationId") is None:
        raise InvalidParameterValue(
            "The queue should either have ContentBasedDeduplication enabled "
            "or MessageDeduplicationId provided explicitly"
        )


def check_types(attributes: Mapping[str, Entry]) -> None:
    """That each attribute has a type, which moto takes for granted. Raises InvalidParameterValue."""
    for name, value in attributes.items():
        if not value.get("DataType"):
            raise InvalidParameterValue(
                f"The message attribute '{name}' must contain non-empty message attribute type."
            )


def _check_attributes(attributes: Mapping[str, Entry]) -> None:
    check_types(attributes)
    if len(attributes) > MOST_ATTRIBUTES:
        raise InvalidParameterValue(
            f"Number of message attributes [{len(attributes)}] exceeds the allowed maximum [{MOST_ATTRIBUTES}]."
        )
    for name, value in attributes.items():
        if not _NAME.fullmatch(name) or _RESERVED.match(name):
            raise InvalidParameterValue(f"Invalid message attribute name '{name}'.")
        _check_value(name, value)
    validate_message_attributes(attributes)  # type: ignore[arg-type]


def _check_value(name: str, value: Entry) -> None:
    kind = value["DataType"]
    if not _TYPE.fullmatch(kind):
        return  # moto says it in SQS's words
    base = kind.partition(".")[0]
    field = "BinaryValue" if base == "Binary" else "StringValue"
    content: Collection[Any] = value.get(field) or ""
    if not content:
        raise InvalidParameterValue(
            f"Message (user) attribute '{name}' must contain a non-empty value of type '{kind}'."
        )
    if isinstance(content, str) and _NO_XML.search(content):
        raise InvalidContents
    if base == "Number" and not _NUMBER.fullmatch(str(content)):
        raise InvalidParameterValue(f"Can't cast the value of message (user) attribute '{name}' to a number.")


def _size(message: Entry) -> int:
    """In bytes: the text, and the names, types and values of the attributes."""
    size = len(message["MessageBody"].encode(errors="replace"))
    for name, value in (message.get("MessageAttributes") or {}).items():
        content = value.get("StringValue") or value.get("BinaryValue") or ""
        parts = (name, value.get("DataType") or "", content)
        size += sum(len(part.encode(errors="replace") if isinstance(part, str) else part) for part in parts)
    return size
