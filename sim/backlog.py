"""Messages that have never been received: a queue may hold millions of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import chain
from math import inf
from struct import Struct

from sim.outbox import mail_of
from strategies.ports import Mail

AT_HAND = 512  # messages that exist as objects at once, or are packed in one block

_ROW = Struct("<iidiid")  # a mail's fields, and when it was sent
_pack, _BLOCK = _ROW.pack, AT_HAND * _ROW.size


class Backlog:
    """First in, first out; behind those at hand 32 bytes a message.

    `since_s` is when the oldest came, or infinity while there is none.
    """

    __slots__ = ("_appended", "_at_hand", "_behind", "_taken", "since_s")

    def __init__(self) -> None:
        self._at_hand: deque[tuple[Mail, float]] = deque()
        self._behind: deque[bytearray] = deque()
        self._appended = self._taken = 0
        self.since_s = inf

    def __len__(self) -> int:
        return self._appended - self._taken

    def __iter__(self) -> Iterator[Mail]:
        behind = chain.from_iterable(map(_unpacked, self._behind))
        return (mail for mail, _ in chain(self._at_hand, behind))

    def append(self, mail: Mail, now_s: float) -> None:
        self._appended += 1
        if self.since_s == inf:
            self.since_s = now_s
        if not self._behind and len(self._at_hand) < AT_HAND:
            self._at_hand.append((mail, now_s))
            return
        if not self._behind or len(self._behind[-1]) == _BLOCK:
            self._behind.append(bytearray())
        rows = self._behind[-1]
        rows += _pack(*mail, now_s)

    def popleft(self) -> tuple[int, Mail, float]:
        """A message's running number, counted from 1, its mail, and when it was sent."""
        at_hand = self._at_hand
        mail, sent_s = at_hand.popleft()
        if not at_hand and self._behind:
            at_hand.extend(_unpacked(self._behind.popleft()))
        self.since_s = at_hand[0][1] if at_hand else inf
        self._taken += 1
        return self._taken, mail, sent_s


def _unpacked(rows: bytearray) -> Iterator[tuple[Mail, float]]:
    """Each mail of a block, and when it was sent."""
    return ((mail_of(row[:5]), row[5]) for row in _ROW.iter_unpack(rows))
