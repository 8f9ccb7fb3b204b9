"""What may be set of a queue. Sources: SQS API reference, SetQueueAttributes, and recorded answers of AWS's."""

from __future__ import annotations

import json
from collections.abc import Mapping

from moto.sqs.exceptions import InvalidAttributeName, InvalidAttributeValue, InvalidParameterValue, SQSException

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
        _check_redrive(policy)


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


def _check_redrive(policy: str) -> None:
    """As far as moto fails over it, or takes anything."""
    try:
        read = json.loads(policy)
        most = int(read.get("maxReceiveCount", 1)) if isinstance(read, dict) else None
    except (ValueError, TypeError, RecursionError):
        most = None
    if most is None or not 1 <= most <= MOST_RECEIVES:
        reason = f"Reason: Must be JSON with deadLetterTargetArn and a maxReceiveCount from 1 to {MOST_RECEIVES}."
        raise InvalidParameterValue(f"Value {policy} for parameter RedrivePolicy is invalid. {reason}")


def _invalid(name: str, reason: str) -> InvalidAttributeValue:
    error = InvalidAttributeValue(name)
    error.message = f"{error.message} Reason: {reason}"
    return error
