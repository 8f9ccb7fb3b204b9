"""A FIFO queue for moto's SQS, which sends the same only once in five minutes.

Source: Amazon SQS Developer Guide, "Exactly-once processing in Amazon SQS" and "FIFO queue and message identifiers".
"""

from __future__ import annotations

from collections import OrderedDict
from types import SimpleNamespace
from typing import Any, NamedTuple

from moto.sqs.models import DEDUPLICATION_TIME_IN_SECONDS, Message, Queue

from loadtests.endpoint.sqs.custody import come_in, is_moving
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
        """Also one that moves here from another queue, which is never taken for another one."""
        if not is_moving(message) and not self._is_first(message):
            return
        come_in(message, self)
        undiscerning: Any = SimpleNamespace(**{**vars(self), "name": self.name, "fifo_queue": False})
        Queue.add_message(undiscerning, message)  # moto would look only at what is in the queue still

    def check_receipt(self, receipt: str) -> None:
        """Raises InvalidParameterValue for that of a message which is visible again: another one may have its group."""
        if any(message.receipt_handle == receipt and message.visible for message in self._messages):
            raise invalid(receipt, "ReceiptHandle", "The receipt handle has expired.")

    def _is_first(self, message: Message) -> bool:
        """Whether the same was not sent in the last five minutes; if it was, the message is called as that one was."""
        sent: Any = message
        self._number += _STEP
        sent.sequence_number = str(self._number)
        if sent.deduplication_id is None:
            return True
        self._forget(sent.sent_timestamp - DEDUPLICATION_TIME_IN_SECONDS * 1000)
        scope: str = self.deduplication_scope  # type: ignore[attr-defined]
        key = sent.group_id if scope == "messageGroup" else None, sent.deduplication_id
        new = First(sent.sent_timestamp, sent.id, sent.sequence_number)
        first = self._sent.setdefault(key, new)
        sent.id, sent.sequence_number = first.id, first.number
        return first is new

    def _forget(self, until_ms: int) -> None:
        while self._sent and next(iter(self._sent.values())).at_ms <= until_ms:
            self._sent.popitem(last=False)
