"""Where a message is, and from which queue it came there."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from moto.sqs.models import Message, Queue


def come_in(message: Message, queue: Queue) -> None:
    """Note that it is in a queue now; the other one in which it was is its source."""
    one: Any = message
    former = getattr(one, "queue_arn", None)
    if former != queue.queue_arn:
        one.source_arn, one.queue_arn = former, queue.queue_arn


def is_moving(message: Message) -> bool:
    """Whether it was in a queue already, and is not sent."""
    return hasattr(message, "queue_arn")


def is_in(message: Message, queue: Queue) -> bool:
    """Whether it was in this queue last."""
    return getattr(message, "queue_arn", None) == queue.queue_arn


def source_arn_of(message: Message) -> str | None:
    """The queue whose dead letter it is."""
    return getattr(message, "source_arn", None)


def copied(message: Message) -> Message:
    """Not made by the class, which would keep each for moto's dashboard for ever."""
    copy: Message = object.__new__(type(message))
    copy.__dict__.update(message.__dict__)
    return copy


def renewed(message: Message) -> Message:
    """What a dead letter is when it is moved: a new message that says the same, and is nobody's dead letter."""
    new: Any = copied(message)
    new.id, new.queue_arn, new.source_arn = str(uuid4()), None, None
    new.receipt_handle, new.approximate_first_receive_timestamp, new.approximate_receive_count = None, None, 0
    new._old_receipt_handles, new.visible_at, new.delayed_until = [], 0.0, 0.0
    new.mark_sent()
    return new  # type: ignore[no-any-return]
