"""How a mail travels in a queue's message and in a function's event: the same text in every real world."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from strategies.ports import Mail, Received, Tick


def body_of(mail: Mail) -> str:
    """The text of a message."""
    return json.dumps(mail._asdict())


def mail_of(body: str) -> Mail:
    """The mail in a message's text."""
    fields = json.loads(body)
    return Mail(**fields)


def received(message: Mapping[str, Any]) -> Received:
    """A message as SQS's ReceiveMessage gives it."""
    count = int(message["Attributes"]["ApproximateReceiveCount"])
    return Received(mail_of(message["Body"]), message["MessageId"], message["ReceiptHandle"], count)


def records(batch: Iterable[Received], queue_arn: str) -> dict[str, Any]:
    """The event that an event source mapping makes of a batch."""
    return {"Records": [_record(message, queue_arn) for message in batch]}


def _record(message: Received, queue_arn: str) -> dict[str, Any]:
    return {
        "messageId": message.message_id,
        "receiptHandle": message.receipt,
        "body": body_of(message.mail),
        "attributes": {"ApproximateReceiveCount": str(message.receive_count)},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": queue_arn.split(":")[3],
    }


def from_record(record: Mapping[str, Any]) -> Received:
    """A message as a mapping's event gives it."""
    count = int(record["attributes"]["ApproximateReceiveCount"])
    return Received(mail_of(record["body"]), record["messageId"], record["receiptHandle"], count)


def ticked(tick: Tick) -> dict[str, Any]:
    """The event of a ticker."""
    return {"tick": tick._asdict()}


def invocation(mails: Sequence[Mail]) -> dict[str, Any]:
    """The event of an asynchronous invocation."""
    return {"mails": [list(mail) for mail in mails]}


def handler_input(event: Mapping[str, Any]) -> Any:
    """What a handler gets: a batch, a tick or mails."""
    if "Records" in event:
        return [from_record(record) for record in event["Records"]]
    if "tick" in event:
        return Tick(**event["tick"])
    return [Mail(*fields) for fields in event["mails"]]
