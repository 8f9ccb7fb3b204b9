"""Received messages in the order in which they come back, unless they are deleted or hidden anew before."""

from __future__ import annotations

from collections import deque
from heapq import heapify, heappop, heappush

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
    """Nearly all are hidden for the same time, and come back as they went: a heap holds only the others."""

    __slots__ = ("_in_turn", "_others")

    def __init__(self) -> None:
        self._in_turn: deque[Entry] = deque()
        self._others: list[Entry] = []

    def __len__(self) -> int:
        """Entries, those included that say nothing any more."""
        return len(self._in_turn) + len(self._others)

    def add(self, message: Message, visible_s: float) -> None:
        if message.hidden and message.visible_s == visible_s:
            return  # its entry is there
        message.hidden, message.visible_s = True, visible_s
        entry, in_turn = (visible_s, message.number, message), self._in_turn
        if not in_turn or in_turn[-1] < entry:
            in_turn.append(entry)
        else:
            heappush(self._others, entry)

    def may_be_due(self, now_s: float) -> bool:
        """False where no message is back by now: not every entry needs to be looked at for that."""
        in_turn, others = self._in_turn, self._others
        return bool((in_turn and in_turn[0][0] <= now_s) or (others and others[0][0] <= now_s))

    def first(self) -> Message | None:
        """The next one to come back."""
        in_turn, others = self._in_turn, self._others
        while in_turn and not _holds(in_turn[0]):
            in_turn.popleft()
        while others and not _holds(others[0]):
            heappop(others)
        if others and (not in_turn or others[0][:2] < in_turn[0][:2]):
            return others[0][2]
        return in_turn[0][2] if in_turn else None

    def sweep(self, hidden: int) -> None:
        """Forget what says nothing once it is more than the rest: a long visibility timeout would keep it as long."""
        if len(self) > 2 * hidden + SPENT:
            self._in_turn = deque(filter(_holds, self._in_turn))
            self._others = list(filter(_holds, self._others))
            heapify(self._others)


def _holds(entry: Entry) -> bool:
    """Whether an entry still says when its message comes back."""
    visible_s, _, message = entry
    return message.hidden and not message.gone and message.visible_s == visible_s
