"""SNS's messages to queues: of subscribers, and of the dead letters of those that cannot be told.

Sources: Amazon SNS Developer Guide, "Amazon SNS dead-letter queues", and answers of AWS's that LocalStack has recorded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from moto.sqs.exceptions import QueueDoesNotExist, SQSException
from moto.sqs.models import sqs_backends
from moto.utilities.arns import parse_arn

from loadtests.endpoint.sns.refusals import Unfit

FIFO = ".fifo"


class Letter(NamedTuple):
    """A message as a queue gets it."""

    text: str
    attributes: Mapping[str, Any]
    group_id: str | None = None
    deduplication_id: str | None = None


def enqueue(account: str, arn: str, letter: Letter) -> None:
    """Raises SQSException, as where there is no such queue."""
    named = parse_arn(arn)
    is_fifo = named.resource_id.endswith(FIFO)
    try:
        sqs = sqs_backends[account][named.region]
    except KeyError:  # there is no such region
        raise QueueDoesNotExist from None
    sqs.send_message(
        named.resource_id,
        letter.text,
        message_attributes=dict(letter.attributes),
        group_id=letter.group_id,
        deduplication_id=letter.deduplication_id if is_fifo else None,
    )


def is_buried(account: str, policy: str | None, letter: Letter) -> bool:
    """Whether it is in the dead-letter queue of a RedrivePolicy now: there may be none, or it is gone."""
    if not policy:
        return False
    try:
        enqueue(account, json.loads(policy)["deadLetterTargetArn"], letter)
    except SQSException:
        return False
    return True


def as_sqs(attributes: Mapping[str, Any] | None) -> dict[str, Any]:
    """A message's attributes as SQS has them."""
    return {name: _as_sqs(one) for name, one in (attributes or {}).items()}


def _as_sqs(attribute: Mapping[str, Any]) -> dict[str, Any]:
    field = "BinaryValue" if attribute["Type"].startswith("Binary") else "StringValue"
    value = attribute["Value"]
    return {"DataType": attribute["Type"], field: value if field == "BinaryValue" else str(value)}


def check_redrive(policy: str, *, is_fifo: bool) -> None:
    """Raises Unfit for a RedrivePolicy that names no queue, or none of the topic's kind."""
    try:
        arn = json.loads(policy)["deadLetterTargetArn"]
    except (ValueError, RecursionError) as error:
        raise _unfit(f"failed to parse JSON. {error}") from error
    except (KeyError, TypeError) as error:
        raise _unfit("deadLetterTargetArn is required") from error
    if not is_queue(arn):
        raise _unfit("deadLetterTargetArn is an invalid arn")
    if is_fifo and not arn.endswith(FIFO):
        raise _unfit("must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.")


def is_queue(arn: Any) -> bool:
    """Whether it can be the ARN of one."""
    try:
        return isinstance(arn, str) and parse_arn(arn).service == "sqs"
    except ValueError:
        return False


def _unfit(why: str) -> Unfit:
    return Unfit(f"RedrivePolicy: {why}")
