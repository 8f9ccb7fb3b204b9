"""What is published, alone or in a batch, of which each entry is told of, unless the batch as a whole is none.

Source: SNS API reference, PublishBatch.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from moto.core.exceptions import ServiceException
from moto.sns.exceptions import BatchEntryIdsNotDistinct, SNSException, TooManyEntriesInBatchRequest

from loadtests.endpoint.sns.refusals import invalid

MOST_ENTRIES, MOST_BYTES, MOST_OF_A_SUBJECT = 10, 262_144, 100

Entry = Mapping[str, Any]

_ENTRY_ID = re.compile("[A-Za-z0-9_-]{1,80}")


class EmptyBatch(SNSException):
    """There is no entry."""

    code = "EmptyBatchRequest"
    message = "The batch request doesn't contain any entries."


class InvalidEntryId(SNSException):
    """A name that no entry can have."""

    code = "InvalidBatchEntryId"
    message = "The Id of a batch entry in a batch request doesn't abide by the specification."


class TooLong(SNSException):
    """All messages together."""

    code = "BatchRequestTooLong"
    message = f"The length of all the batch messages put together is more than the limit of {MOST_BYTES} bytes."


def check_batch(entries: Sequence[Entry]) -> None:
    """What is wrong with a batch as a whole. Raises SNSException."""
    if not entries:
        raise EmptyBatch
    if len(entries) > MOST_ENTRIES:
        raise TooManyEntriesInBatchRequest
    ids = [str(entry.get("Id", "")) for entry in entries]
    if not all(map(_ENTRY_ID.fullmatch, ids)):
        raise InvalidEntryId
    if len(set(ids)) < len(ids):
        raise BatchEntryIdsNotDistinct
    if sum(map(_bytes, entries)) > MOST_BYTES:
        raise TooLong


def check_message(message: Entry) -> None:
    """What moto does not expect. Raises SNSInvalidParameter."""
    if not message.get("Message"):
        raise invalid("Empty message")
    if len(message.get("Subject") or "") > MOST_OF_A_SUBJECT:
        raise invalid("Subject")
    for name, value in (message.get("MessageAttributes") or {}).items():
        if not value.get("DataType"):
            raise invalid(f"The message attribute '{name}' must contain non-empty message attribute type")
        if "StringValue" not in value and "BinaryValue" not in value:
            raise invalid(f"The message attribute '{name}' must contain non-empty message attribute value")


def published(entries: Sequence[Entry], publish: Callable[[Entry], str]) -> dict[str, list[dict[str, Any]]]:
    """What became of each entry: the id of its message, or why it has none."""
    successful: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []
    for entry in entries:
        try:
            successful.append({"Id": entry["Id"], "MessageId": publish(entry)})
        except ServiceException as error:
            failed.append({"Id": entry["Id"], "Code": error.code, "Message": str(error.message), "SenderFault": True})
    return {"Successful": successful, "Failed": failed}


def _bytes(entry: Entry) -> int:
    """Of a message, and of the names, types and values of its attributes."""
    size = _length(entry.get("Message"))
    for name, value in (entry.get("MessageAttributes") or {}).items():
        size += _length(name) + sum(map(_length, value.values()))
    return size


def _length(content: str | bytes | None) -> int:
    return len(content.encode(errors="replace") if isinstance(content, str) else content or b"")
