"""What clients of the local SQS do."""

from __future__ import annotations

import threading
from typing import Any

from moto.sqs.models import Message

from loadtests.endpoint.sqs.queues import Backend
from loadtests.endpoint.sqs.standard_queue import StandardQueue

ACCOUNT, REGION = "123456789012", "us-east-1"
LONG_S = 20  # SQS's longest poll
PATIENCE_S = 10  # half of that: who has an answer by then was woken


def filled(sqs: Backend, depth: int, name: str = "mails", **attributes: Any) -> StandardQueue:
    """A queue with so many messages."""
    queue = sqs.create_queue(name, **attributes)
    assert isinstance(queue, StandardQueue)
    for number in range(depth):
        sqs.send_message(name, str(number))
    return queue


def receive(sqs: Backend, at_most: int = 10, wait_s: int = 0, visibility_s: int = 600, name: str = "mails") -> Any:
    """Messages of a queue."""
    return sqs.receive_message(name, at_most, wait_s, visibility_s)


def only(received: list[Message]) -> Any:
    """The one message that was received."""
    (message,) = received
    return message


def send(sqs: Backend, name: str, body: str, group: str) -> None:
    """Send to a queue of either kind."""
    fifo: dict[str, Any] = {"group_id": group, "deduplication_id": f"{group}/{body}/{threading.get_ident()}"}
    sqs.send_message(name, body, **(fifo if name.endswith(".fifo") else {}))


def send_all(sqs: Backend, name: str, sender: int, many: int) -> None:
    """So many messages of one sender's group."""
    for number in range(many):
        send(sqs, name, f"{sender}/{number}", str(sender))
