"""Messages that have never been received, in columns: a queue may hold millions of them."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from math import inf

from sim.outbox import mail_of
from strategies.ports import Mail

SPENT = 4096  # rows at the head that are taken out, before they are cut off


class Backlog:
    """First in, first out; 32 bytes a message. `since_s` is when the oldest came, or infinity while there is none."""

    __slots__ = ("_head", "_intended_s", "_numbers", "_sent_s", "_taken", "since_s")

    def __init__(self) -> None:
        self._numbers = array("i")  # of the mail, its recipients, its first recipient, its lane: four a message
        self._intended_s, self._sent_s = array("d"), array("d")
        self._head = self._taken = 0
        self.since_s = inf

    def __len__(self) -> int:
        return len(self._sent_s) - self._head

    def __iter__(self) -> Iterator[Mail]:
        return (self._mail(row) for row in range(self._head, len(self._sent_s)))

    def append(self, mail: Mail, now_s: float) -> None:
        if self.since_s == inf:
            self.since_s = now_s
        number, recipients, intended_s, first, lane = mail
        self._numbers.extend((number, recipients, first, lane))
        self._intended_s.append(intended_s)
        self._sent_s.append(now_s)

    def popleft(self) -> tuple[int, Mail, float]:
        """A message's running number, counted from 1, its mail, and when it was sent."""
        row = self._head
        self._head = head = row + 1
        self._taken += 1
        taken = (self._taken, self._mail(row), self._sent_s[row])
        if head > SPENT and 2 * head > len(self._sent_s):
            self._cut()
            head = 0
        self.since_s = self._sent_s[head] if head < len(self._sent_s) else inf
        return taken

    def _mail(self, row: int) -> Mail:
        number, recipients, first, lane = self._numbers[4 * row : 4 * row + 4]
        return mail_of((number, recipients, self._intended_s[row], first, lane))

    def _cut(self) -> None:
        del self._numbers[: 4 * self._head], self._intended_s[: self._head], self._sent_s[: self._head]
        self._head = 0
