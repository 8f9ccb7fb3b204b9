"""Received messages in the order in which they come back, unless they are deleted or hidden anew before."""

from __future__ import annotations

from collections import deque
from heapq import heapify, heappop, heappush
from math import inf

from strategies.ports import Mail

SPENT = 1024  # entries that say nothing any more, before they are swept out

Entry = tuple[float, int, "Message"]
"""When a message comes back, and its running number: of two at one instant the lower comes first."""


class Message:
    """A message that has been received; `receipt` is good until the next reception."""

    __slots__ = (
        "doubled",
        "gone",
        "hidden",
        "mail",
        "message_id",
        "number",
        "receipt",
        "received",
        "sent_s",
        "visible_s",
    )

    def __init__(self, number: int, mail: Mail, sent_s: float) -> None:
        self.number, self.mail, self.sent_s, self.message_id = number, mail, sent_s, str(number)
        self.visible_s, self.received, self.receipt = sent_s, 0, ""
        self.doubled = self.gone = self.hidden = False


class Hidden:
    """Nearly all are hidden for the same time, and come back as they went: a heap holds only the others.

    `count` is how many are hidden, and before `quiet_until_s` none of them comes back. An entry stays after its message
    has been taken out or hidden anew.
    """

    __slots__ = ("_in_turn", "_others", "count", "quiet_until_s")

    def __init__(self) -> None:
        self._in_turn: deque[Entry] = deque()
        self._others: list[Entry] = []
        self.count, self.quiet_until_s = 0, inf

    def add(self, message: Message, visible_s: float) -> None:
        """Hide a message, or hide it anew."""
        if message.hidden and message.visible_s == visible_s:
            return  # its entry is there
        self.count += not message.hidden
        message.hidden, message.visible_s = True, visible_s
        if visible_s < self.quiet_until_s:
            self.quiet_until_s = visible_s
        entry, in_turn = (visible_s, message.number, message), self._in_turn
        if not in_turn or in_turn[-1] < entry:
            in_turn.append(entry)
        else:
            heappush(self._others, entry)
        if len(in_turn) + len(self._others) > 2 * self.count + SPENT:
            self._sweep()

    def remove(self, message: Message) -> None:
        """It never comes back. Those ahead of it are gone for the most part, so memory is free again at once."""
        self.count -= message.hidden
        message.hidden, in_turn = False, self._in_turn
        while in_turn and not in_turn[0][2].hidden:
            in_turn.popleft()

    def back(self, now_s: float) -> list[Message]:
        """Take out those that are hidden no longer."""
        in_turn, others, back = self._in_turn, self._others, list[Message]()
        while (in_turn and in_turn[0][0] <= now_s) or (others and others[0][0] <= now_s):
            comes_first = in_turn and (not others or in_turn[0] < others[0])
            entry = in_turn.popleft() if comes_first else heappop(others)
            if _holds(entry):
                self.remove(entry[2])
                back.append(entry[2])
        self.quiet_until_s = self.first_s()
        return back

    def first_s(self) -> float:
        """When the next one comes back; infinity if none does."""
        in_turn, others = self._in_turn, self._others
        while in_turn and not _holds(in_turn[0]):
            in_turn.popleft()
        while others and not _holds(others[0]):
            heappop(others)
        return min(in_turn[0][0] if in_turn else inf, others[0][0] if others else inf)

    def _sweep(self) -> None:
        """Forget what says nothing once it is more than the rest: a long visibility timeout would keep it as long."""
        self._in_turn = deque(filter(_holds, self._in_turn))
        self._others = list(filter(_holds, self._others))
        heapify(self._others)


def _holds(entry: Entry) -> bool:
    """Whether an entry still says when its message comes back."""
    visible_s, _, message = entry
    return message.hidden and message.visible_s == visible_s
