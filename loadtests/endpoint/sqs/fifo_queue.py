"""A FIFO queue for moto's SQS, which keeps each group's order and sends the same only once in five minutes.

Sources: Amazon SQS Developer Guide, "FIFO delivery logic in Amazon SQS", "Exactly-once processing in Amazon SQS" and
"FIFO queue and message identifiers".
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

from moto.core.utils import unix_time_millis
from moto.sqs.models import DEDUPLICATION_TIME_IN_SECONDS, Message, Queue

from loadtests.endpoint.sqs.custody import come_in, copied, is_in, is_moving
from loadtests.endpoint.sqs.refusals import invalid

_FIRST_NUMBER, _STEP = 18_870_000_000_000_000_000, 256  # as AWS's: 20 digits, and rising


class First(NamedTuple):
    """What a message was called that may be sent again."""

    at_ms: int
    id: str
    number: str


class FifoQueue(Queue):
    """What is sent again, even after its deletion, is the first message: it has its id and its sequence number."""

    BASE_ATTRIBUTES = [*Queue.BASE_ATTRIBUTES, "RedriveAllowPolicy"]  # noqa: RUF012 moto's
    redrive_allow_policy: str | None = None

    def __init__(self, name: str, region: str, account_id: str, **attributes: Any) -> None:
        self._sent: OrderedDict[tuple[str | None, str], First] = OrderedDict()
        self._number = _FIRST_NUMBER
        super().__init__(name, region, account_id, **attributes)

    def add_message(self, message: Message) -> None:
        """Also one that moves here from another queue, which is never taken for another one.

        One that was taken from here comes back before what has been sent after it.
        """
        if is_in(message, self):
            self._messages.insert(0, message)
            return
        if not is_moving(message) and not self._is_first(message):
            return
        come_in(message, self)
        undiscerning: Any = SimpleNamespace(**{**vars(self), "name": self.name, "fifo_queue": False})
        Queue.add_message(undiscerning, message)  # moto would look only at what is in the queue still

    def receive(self, at_most: int, visibility_s: int) -> list[Message]:
        """Copies of what may be handed out; what is too old is gone, and what was received too often moves on."""
        self._forget_old()
        received: list[Message] = []
        dead: list[Message] = []
        for message in self._available():
            if len(received) == at_most:
                break
            if self._is_dead(message):
                dead.append(message)
            else:
                message.mark_received(visibility_timeout=visibility_s)
                received.append(copied(message))
        self._bury(dead)
        return received

    def take(self) -> Message | None:
        """The first that may be handed out, which is no longer here; None if there is none."""
        message = next(self._available(), None)
        if message is not None:
            self._messages.remove(message)
        return message

    def check_receipt(self, receipt: str) -> None:
        """Raises InvalidParameterValue for that of a message which is visible again: another one may have its group."""
        if any(message.receipt_handle == receipt and message.visible for message in self._messages):
            raise invalid(receipt, "ReceiptHandle", "The receipt handle has expired.")

    def _available(self) -> Iterator[Message]:
        """In the order of sending; a group waits for what is in flight, and behind what is delayed."""
        closed = {message.group_id for message in self._messages if not message.visible}
        for message in list(self._messages):
            if message.delayed:
                closed.add(message.group_id)
            if message.group_id not in closed:
                yield message

    def _forget_old(self) -> None:
        settings: Any = self  # moto sets them by name
        until_ms = unix_time_millis() - settings.message_retention_period * 1000
        old = [message for message in self._messages if cast(int, message.sent_timestamp) <= until_ms]
        self._drop(old)
        for message in old:
            self.deleted_messages.update(cast("list[str]", message.all_receipt_handles))

    def _is_dead(self, message: Message) -> bool:
        settings: Any = self
        if self.dead_letter_queue is None or not settings.redrive_policy:
            return False
        return bool(message.approximate_receive_count >= settings.redrive_policy["maxReceiveCount"])

    def _bury(self, dead: list[Message]) -> None:
        if self.dead_letter_queue is not None and self.dead_letter_queue is not self:
            self._drop(dead)
            for message in dead:
                self.dead_letter_queue.add_message(message)

    def _drop(self, dropped: list[Message]) -> None:
        if dropped:
            gone = set(map(id, dropped))
            self._messages = [message for message in self._messages if id(message) not in gone]

    def _is_first(self, message: Message) -> bool:
        """Whether the same was not sent in the last five minutes; if it was, the message is called as that one was."""
        sent: Any = message
        self._number += _STEP
        sent.sequence_number = str(self._number)
        if sent.deduplication_id is None:
            return True
        self._forget_sent(sent.sent_timestamp - DEDUPLICATION_TIME_IN_SECONDS * 1000)
        scope: str = self.deduplication_scope  # type: ignore[attr-defined]
        key = sent.group_id if scope == "messageGroup" else None, sent.deduplication_id
        new = First(sent.sent_timestamp, sent.id, sent.sequence_number)
        first = self._sent.setdefault(key, new)
        sent.id, sent.sequence_number = first.id, first.number
        return first is new

    def _forget_sent(self, until_ms: int) -> None:
        while self._sent and next(iter(self._sent.values())).at_ms <= until_ms:
            self._sent.popitem(last=False)
