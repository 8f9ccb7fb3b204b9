"""What may be set of a queue. Sources: SQS API reference, SetQueueAttributes, and recorded answers of AWS's."""

from __future__ import annotations

import json
from collections.abc import Mapping

from moto.sqs.exceptions import InvalidAttributeName, InvalidAttributeValue, SQSException

from loadtests.endpoint.sqs.refusals import invalid

NUMBERS = {
    "DelaySeconds": (0, 900),
    "MaximumMessageSize": (1_024, 1_048_576),
    "MessageRetentionPeriod": (60, 1_209_600),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "VisibilityTimeout": (0, 43_200),
    "KmsDataKeyReusePeriodSeconds": (60, 86_400),
}
FIFO = {
    "FifoQueue": ("true", "false"),
    "ContentBasedDeduplication": ("true", "false"),
    "DeduplicationScope": ("messageGroup", "queue"),
    "FifoThroughputLimit": ("perQueue", "perMessageGroupId"),
}
ONLY_TOLD_OF_FIFO = ("DeduplicationScope", "FifoThroughputLimit")
OTHERS = ("Policy", "RedrivePolicy", "RedriveAllowPolicy", "KmsMasterKeyId", "SqsManagedSseEnabled")
MOST_RECEIVES = 1_000


def check_attributes(attributes: Mapping[str, str], is_fifo: bool) -> None:
    """Raises SQSException."""
    for name, value in attributes.items():
        if name in NUMBERS:
            _check_number(name, value)
        elif name in FIFO:
            _check_fifo(name, value, is_fifo)
        elif name not in OTHERS:
            raise InvalidAttributeName(name)
    if policy := attributes.get("RedrivePolicy"):
        _check_redrive(policy, is_fifo)


def is_fifo_name(name: str) -> bool:
    """Whether a queue of this name, or ARN, is a FIFO queue: its name says so."""
    return name.endswith(".fifo")


def check_kind(attributes: Mapping[str, str]) -> None:
    """That a FIFO queue remains one. Raises SQSException."""
    if attributes.get("FifoQueue", "true") != "true":
        raise _invalid("FifoQueue", "Modifying queue type is not supported.")


def _check_number(name: str, value: str) -> None:
    least, most = NUMBERS[name]
    if not str(value).isascii() or not str(value).isdecimal() or not least <= int(value) <= most:
        raise _invalid(name, f"Must be an integer from {least} to {most}.")


def _check_fifo(name: str, value: str, is_fifo: bool) -> None:
    if not is_fifo and name in ONLY_TOLD_OF_FIFO:
        raise SQSException("InvalidAttributeName", f"You can specify the {name} only when FifoQueue is set to true.")
    if not is_fifo:
        raise InvalidAttributeName(name)
    if value not in FIFO[name]:
        raise _invalid(name, f"Must be one of {', '.join(FIFO[name])}.")


def _check_redrive(policy: str, is_fifo: bool) -> None:
    """As far as moto fails over it, or takes anything."""
    try:
        read = json.loads(policy)
        most, arn = int(read.get("maxReceiveCount", 1)), str(read.get("deadLetterTargetArn", ""))
    except (ValueError, TypeError, AttributeError, RecursionError):
        most, arn = 0, ""
    if not 1 <= most <= MOST_RECEIVES:
        reason = f"Must be JSON with deadLetterTargetArn and a maxReceiveCount from 1 to {MOST_RECEIVES}."
        raise invalid(policy, "RedrivePolicy", reason)
    if arn and is_fifo_name(arn) != is_fifo:
        raise invalid(policy, "RedrivePolicy", "Dead-letter queue must be same type of queue as the source.")


def _invalid(name: str, reason: str) -> InvalidAttributeValue:
    error = InvalidAttributeValue(name)
    error.message = f"{error.message} Reason: {reason}"
    return error
