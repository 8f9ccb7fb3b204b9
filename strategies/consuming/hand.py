"""One lane's messages in hand: received, not sent yet, and hidden from all others until an instant."""

from __future__ import annotations

from collections import deque

from strategies.ports import Received


class Held:
    """A message, until when the queue gives it to no one else, and whether SES has accepted its mail."""

    __slots__ = ("is_sent", "message", "recipients", "until_s")

    def __init__(self, message: Received, until_s: float) -> None:
        self.message, self.until_s, self.is_sent = message, until_s, False
        self.recipients = message.mail.recipients


class Hand:
    """In the order in which the queue gave them, but what SES has refused comes first."""

    __slots__ = ("_held", "recipients")

    def __init__(self) -> None:
        self._held: deque[Held] = deque()
        self.recipients = 0

    def next_size(self) -> int:
        """Recipients of the mail whose turn it is; 0 if there is none."""
        return self._held[0].recipients if self._held else 0

    def take(self) -> Held:
        held = self._held.popleft()
        self.recipients -= held.recipients
        return held

    def add(self, held: Held) -> None:
        self._held.append(held)
        self.recipients += held.recipients

    def put_back(self, held: Held) -> None:
        """Keep what was refused: back in the queue it would burn a receive."""
        self._held.appendleft(held)
        self.recipients += held.recipients

    def drop_lapsed(self, now_s: float) -> None:
        """Let go of what may be in other hands: the queue has it."""
        self._held = deque(held for held in self._held if held.until_s > now_s)
        self.recipients = sum(held.recipients for held in self._held)
