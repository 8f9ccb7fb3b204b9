"""Messages that have never been received: a queue may hold millions of them."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterator
from itertools import chain
from math import inf

from sim.outbox import mail_of
from strategies.ports import Mail

AT_HAND = 512  # messages that exist as objects at once: those behind them are numbers


class Backlog:
    """First in, first out. `since_s` is when the oldest came, or infinity while there is none."""

    __slots__ = ("_at_hand", "_behind", "_taken", "since_s")

    def __init__(self) -> None:
        self._at_hand: deque[tuple[Mail, float]] = deque()
        self._behind: deque[Numbers] = deque()
        self._taken = 0
        self.since_s = inf

    def __len__(self) -> int:
        return len(self._at_hand) + sum(map(len, self._behind))

    def __iter__(self) -> Iterator[Mail]:
        behind = chain.from_iterable(numbers.messages() for numbers in self._behind)
        return (mail for mail, _ in chain(self._at_hand, behind))

    def append(self, mail: Mail, now_s: float) -> None:
        if self.since_s == inf:
            self.since_s = now_s
        if self._behind or len(self._at_hand) == AT_HAND:
            self._put_behind(mail, now_s)
        else:
            self._at_hand.append((mail, now_s))

    def _put_behind(self, mail: Mail, now_s: float) -> None:
        if not self._behind or len(self._behind[-1]) == AT_HAND:
            self._behind.append(Numbers())
        self._behind[-1].append(mail, now_s)

    def popleft(self) -> tuple[int, Mail, float]:
        """A message's running number, counted from 1, its mail, and when it was sent."""
        at_hand = self._at_hand
        mail, sent_s = at_hand.popleft()
        if not at_hand and self._behind:
            at_hand.extend(self._behind.popleft().messages())
        self.since_s = at_hand[0][1] if at_hand else inf
        self._taken += 1
        return self._taken, mail, sent_s


class Numbers:
    """Some messages as numbers: 32 bytes each."""

    __slots__ = ("_instants_s", "_numbers")

    def __init__(self) -> None:
        self._numbers = array("i")  # of the mail, its recipients, its first recipient, its lane: four a message
        self._instants_s = array("d")  # when it fell due, when it was sent: two a message

    def __len__(self) -> int:
        return len(self._instants_s) // 2

    def append(self, mail: Mail, sent_s: float) -> None:
        number, recipients, intended_s, first, lane = mail
        self._numbers.extend((number, recipients, first, lane))
        self._instants_s.extend((intended_s, sent_s))

    def messages(self) -> Iterator[tuple[Mail, float]]:
        """Each mail, and when it was sent."""
        numbers, instants_s = self._numbers, self._instants_s
        rows = zip(numbers[::4], numbers[1::4], instants_s[::2], numbers[2::4], numbers[3::4], strict=True)
        return zip(map(mail_of, rows), instants_s[1::2], strict=True)
