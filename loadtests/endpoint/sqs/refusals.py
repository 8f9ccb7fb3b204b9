"""What SQS says when it refuses something, and how its two protocols spell the codes.

Sources: the SQS API reference, and answers of AWS's that LocalStack has recorded (test_sqs.snapshot.json, 2025).
"""

from __future__ import annotations

from typing import Any

from moto.core.utils import get_service_model
from moto.sqs.constants import MAXIMUM_VISIBILITY_TIMEOUT
from moto.sqs.exceptions import InvalidParameterValue, ReceiptHandleIsInvalid, SQSException

_WRAPPED = ("StartMessageMoveTask", "ListMessageMoveTasks", "CancelMessageMoveTask")
_LACKING = {"type": "structure", "members": {}, "exception": True}
_SPELLED: dict[str, dict[str, Any]] = {
    "InvalidParameterValueException": {"code": "InvalidParameterValue", "httpStatusCode": 400, "senderFault": True},
    "InvalidMessageContents": {"code": "InvalidMessageContents", "httpStatusCode": 400, "senderFault": True},
    "ResourceNotFoundException": {"code": "ResourceNotFoundException", "httpStatusCode": 404, "senderFault": True},
}
"""Errors that moto's model of SQS lacks, or does not know the status of, by their names in JSON."""


def install() -> None:
    """Teach moto's model of SQS what it lacks."""
    model: Any = get_service_model("sqs")
    for name, error in _SPELLED.items():
        shape = model._service_description["shapes"].setdefault(name, {**_LACKING})
        shape["error"] = error
    for operation in _WRAPPED:
        model._service_description["operations"][operation]["output"]["resultWrapper"] = f"{operation}Result"


class InvalidContents(SQSException):
    """A character that cannot stand in XML."""

    def __init__(self) -> None:
        allowed = "#x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF"
        super().__init__("InvalidMessageContents", f"Invalid characters were found; allowed are {allowed}.")


class NotFound(SQSException):
    """What a message move task is about is not there."""

    def __init__(self, what: str) -> None:
        super().__init__("ResourceNotFoundException", what)


class UnreadableReceipt(ReceiptHandleIsInvalid):
    """What no queue has given as a receipt, or another one."""

    def __init__(self, receipt: str) -> None:
        super().__init__()
        self.message = f'The input receipt handle "{receipt}" is not a valid receipt handle.'


def invalid(value: object, parameter: str, reason: str) -> InvalidParameterValue:
    """A parameter whose value is not what it may be."""
    return InvalidParameterValue(f"Value {value} for parameter {parameter} is invalid. Reason: {reason}")


def checked(value: object, parameter: str, least: int, most: int, reason: str) -> int:
    """The number, if it is in its range. Raises InvalidParameterValue."""
    if not isinstance(value, int) or not least <= value <= most:
        raise invalid(value, parameter, reason)
    return value


def check_visibility(timeout_s: object) -> int:
    """The visibility timeout of a request. Raises InvalidParameterValue."""
    most: int = MAXIMUM_VISIBILITY_TIMEOUT
    return checked(timeout_s, "VisibilityTimeout", 0, most, f"Must be between 0 and {most}, if provided.")


def failure(entry_id: str, error: SQSException) -> dict[str, Any]:
    """How an entry of a batch fails, while others do not."""
    return {"Id": entry_id, "SenderFault": True, "Code": error.code, "Message": error.message}
