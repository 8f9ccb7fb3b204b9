"""A standard queue for moto's SQS: moto's attributes, our messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.sqs.models import Message, Queue

from loadtests.endpoint.sqs.custody import come_in
from loadtests.endpoint.sqs.messages import DELAYED, IN_FLIGHT, VISIBLE, Messages, Terms


class StandardQueue(Queue):
    """A standard queue: moto's attributes, our messages."""

    BASE_ATTRIBUTES = [*Queue.BASE_ATTRIBUTES, "RedriveAllowPolicy"]  # noqa: RUF012 moto's
    redrive_allow_policy: str | None = None

    def __init__(self, name: str, region: str, account_id: str, **attributes: Any) -> None:
        self.held = Messages()
        super().__init__(name, region, account_id, **attributes)

    @property
    def _messages(self) -> Any:
        """What moto's code appends to."""
        return self.held

    @_messages.setter
    def _messages(self, _nothing: list[Message]) -> None:
        """Moto's code sets an empty list here, when a queue is made or purged."""
        self.held.clear()

    @property
    def messages(self) -> list[Message]:
        return [entry.message for entry in self.held.entries() if entry.state == VISIBLE]

    @property
    def approximate_number_of_messages(self) -> int:
        return self.held.count(VISIBLE)

    @property
    def approximate_number_of_messages_delayed(self) -> int:
        return self.held.count(DELAYED)

    @property
    def approximate_number_of_messages_not_visible(self) -> int:
        return self.held.count(IN_FLIGHT)

    def add_message(self, message: Message) -> None:
        come_in(message, self)
        super().add_message(message)

    def delete_message(self, receipt_handle: str) -> None:
        self.held.delete(receipt_handle)

    def receive(
        self, at_most: int, until_s: float, visibility_s: float, duplicate: Callable[[], bool]
    ) -> list[Message]:
        """What there is by monotonic `until_s`; what was received too often moves on, and is not waited for."""
        while True:
            received, dead = self.held.receive(at_most, until_s, self._terms(visibility_s, duplicate))
            for message in dead:
                if self.dead_letter_queue:
                    self.dead_letter_queue.add_message(message)
            if received or not dead or self.dead_letter_queue is self:  # of itself it would never have done
                return received

    def _terms(self, visibility_s: float, duplicate: Callable[[], bool]) -> Terms:
        settings: Any = self  # moto sets them by name, and not always as numbers
        most = settings.redrive_policy["maxReceiveCount"] if self.dead_letter_queue else None
        return Terms(int(visibility_s), int(settings.message_retention_period), most, duplicate)
