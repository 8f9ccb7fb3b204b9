"""The messages of one standard queue, for many threads: what an operation costs does not depend on how many wait."""

from __future__ import annotations

import struct
import time
from base64 import b64decode, b64encode
from collections import Counter, deque
from collections.abc import Callable, Iterator
from heapq import heapify, heappop, heappush
from threading import Condition, Lock
from typing import Any, NamedTuple
from uuid import uuid4

from moto.sqs.exceptions import SQSException
from moto.sqs.models import Message

from loadtests.endpoint.sqs.custody import copied
from loadtests.endpoint.sqs.refusals import UnreadableReceipt, invalid

VISIBLE, IN_FLIGHT, DELAYED = "visible", "in_flight", "delayed"

IN_FLIGHT_MOST = 120_000  # received and not deleted, of a standard queue: the SQS API reference
VISIBILITY_MOST_S = 43_200  # since a message was sent
GONE = "Message does not exist or is not available for visibility timeout change."
BEYOND = f"Total VisibilityTimeout for the message is beyond the limit [{VISIBILITY_MOST_S} seconds]"
STALE_ENTRIES = 1024  # on the heap of hidden messages, before they are swept out

_RECEIPT = struct.Struct("<16sQQ")  # the queue, the message's number in it, its receive count


class Terms(NamedTuple):
    """On which terms a queue hands out messages."""

    visibility_s: float
    retention_s: float
    most_receives: int | None
    duplicate: Callable[[], bool]


class Entry:
    """A message in its queue; whatever was noted of an earlier `turn` is no longer true of it."""

    __slots__ = ("doubled", "message", "number", "state", "turn")

    def __init__(self, number: int, message: Message) -> None:
        self.number, self.message = number, message
        self.state, self.turn, self.doubled = VISIBLE, 0, False


class Messages:
    """Those visible in a deque, those hidden on a heap by the instant at which they appear; both hold stale notes too.

    A thread that waits for a message waits at most until that instant, and is woken if something comes that is earlier.
    """

    def __init__(self) -> None:
        self._queue_id, self._last_number = uuid4().bytes, 0
        self._changed = Condition(Lock())
        self._empty()

    def _empty(self) -> None:
        self._entries: dict[int, Entry] = {}
        self._visible: deque[tuple[int, int]] = deque()
        self._hidden: list[tuple[float, int, int]] = []
        self._counts = Counter[str]()

    def clear(self) -> None:
        with self._changed:
            self._empty()

    def append(self, message: Message) -> None:
        """Add a message, which its `delayed_until`, a Unix time in milliseconds, may delay."""
        delay_s = message.delayed_until / 1000 - time.time()
        with self._changed:
            now_s = time.monotonic()
            self._surface(now_s)  # what appeared before stands before it
            entry = self._enter(message)
            if delay_s > 0:
                self._hide(entry, DELAYED, now_s + delay_s)
            else:
                self._show(entry)

    def __iter__(self) -> Iterator[Message]:
        return (entry.message for entry in self.entries())

    def entries(self) -> list[Entry]:
        """All messages, in the order of their sending."""
        with self._changed:
            self._surface(time.monotonic())
            return list(self._entries.values())

    def count(self, state: str) -> int:
        with self._changed:
            self._surface(time.monotonic())
            return self._counts[state]

    def receive(self, at_most: int, until_s: float, terms: Terms) -> tuple[list[Message], list[Message]]:
        """Messages to hand out, and those received too often, as soon as there are any; none at monotonic `until_s`.

        What is handed out are copies, so that another reception does not change them.
        """
        with self._changed:
            while not any(taken := self._take(at_most, terms)) and (now_s := time.monotonic()) < until_s:
                self._changed.wait(min(until_s, self._next_s()) - now_s)
            return taken

    def take(self) -> Message | None:
        """The message that has been visible longest, which is no longer here; None if none is visible."""
        with self._changed:
            self._surface(time.monotonic())
            if (entry := self._next()) is None:
                return None
            self._remove(entry)
            return entry.message

    def delete(self, receipt: str) -> None:
        """Forget the message whose latest receipt this is; an earlier one succeeds, and deletes nothing."""
        number, receives = self._read(receipt)
        with self._changed:
            entry = self._entries.get(number)
            if entry is not None and entry.message.approximate_receive_count == receives:
                self._remove(entry)

    def change_visibility(self, receipt: str, timeout_s: int) -> None:
        """Hide a message that is in flight for so long from now on; AWS lets an earlier receipt do this, too."""
        number, _ = self._read(receipt)
        with self._changed:
            now_s = time.monotonic()
            self._surface(now_s)
            entry = self._entries.get(number)
            if entry is None:
                raise invalid(receipt, "ReceiptHandle", GONE)
            _check_visibility(entry, timeout_s)
            self._hide(entry, IN_FLIGHT, now_s + timeout_s)

    def _take(self, at_most: int, terms: Terms) -> tuple[list[Message], list[Message]]:
        now_s, born_ms = time.monotonic(), (time.time() - terms.retention_s) * 1000
        self._surface(now_s)
        received: list[Message] = []
        dead: list[Message] = []
        while len(received) < at_most and self._counts[IN_FLIGHT] < IN_FLIGHT_MOST and (entry := self._next()):
            if _sent_ms(entry) <= born_ms:
                self._remove(entry)
            elif terms.most_receives is not None and entry.message.approximate_receive_count >= terms.most_receives:
                self._remove(entry)
                dead.append(entry.message)
            else:
                received.append(self._receive(entry, now_s, terms))
        return received, dead

    def _next(self) -> Entry | None:
        """The message that has been visible longest."""
        while self._visible:
            if (entry := self._noted(*self._visible.popleft())) is not None:
                return entry
        return None

    def _noted(self, number: int, turn: int) -> Entry | None:
        """The message of a note, which keeps none alive; None if what was noted is not true any more."""
        entry = self._entries.get(number)
        return entry if entry is not None and entry.turn == turn else None

    def _receive(self, entry: Entry, now_s: float, terms: Terms) -> Message:
        message = entry.message
        message.approximate_receive_count += 1
        message.approximate_first_receive_timestamp = message.approximate_first_receive_timestamp or _now_ms()
        message.receipt_handle = self._receipt(entry)
        self._hide(entry, IN_FLIGHT, now_s + terms.visibility_s)
        entry.doubled = not entry.doubled and terms.duplicate()
        if entry.doubled:  # it will be delivered once more, however long it is hidden
            self._note_visible(entry)
        return copied(message)

    def _enter(self, message: Message) -> Entry:
        self._last_number += 1
        entry = self._entries[self._last_number] = Entry(self._last_number, message)
        self._counts[entry.state] += 1
        return entry

    def _remove(self, entry: Entry) -> None:
        self._counts[entry.state] -= 1
        del self._entries[entry.number]

    def _move(self, entry: Entry, state: str) -> None:
        self._counts[entry.state] -= 1
        self._counts[state] += 1
        entry.state = state
        entry.turn += 1

    def _show(self, entry: Entry) -> None:
        self._move(entry, VISIBLE)
        self._note_visible(entry)

    def _note_visible(self, entry: Entry) -> None:
        self._visible.append((entry.number, entry.turn))
        self._changed.notify()

    def _hide(self, entry: Entry, state: str, until_s: float) -> None:
        if until_s < self._next_s():
            self._changed.notify_all()
        self._move(entry, state)
        heappush(self._hidden, (until_s, entry.number, entry.turn))
        if len(self._hidden) > 2 * (self._counts[IN_FLIGHT] + self._counts[DELAYED]) + STALE_ENTRIES:
            self._sweep()

    def _sweep(self) -> None:
        """Forget what is deleted or hidden anew: a long visibility timeout would keep it for as long."""
        self._hidden = [note for note in self._hidden if self._noted(*note[1:]) is not None]
        heapify(self._hidden)

    def _surface(self, now_s: float) -> None:
        """Show what is hidden no longer."""
        while self._hidden and self._hidden[0][0] <= now_s:
            _, number, turn = heappop(self._hidden)
            if (entry := self._noted(number, turn)) is not None:
                self._show(entry)

    def _next_s(self) -> float:
        return self._hidden[0][0] if self._hidden else float("inf")

    def _receipt(self, entry: Entry) -> str:
        fields = _RECEIPT.pack(self._queue_id, entry.number, entry.message.approximate_receive_count)
        return b64encode(fields).decode()

    def _read(self, receipt: str) -> tuple[int, int]:
        """The number of the message, and how often it had been received."""
        try:
            queue_id, number, receives = _RECEIPT.unpack(b64decode(receipt, validate=True))
        except (ValueError, struct.error):
            raise UnreadableReceipt(receipt) from None
        if queue_id != self._queue_id:
            raise UnreadableReceipt(receipt)
        return number, receives


def _check_visibility(entry: Entry, timeout_s: int) -> None:
    if entry.state != IN_FLIGHT:
        raise SQSException("AWS.SimpleQueueService.MessageNotInflight", "The message referred to is not in flight.")
    if _now_ms() + timeout_s * 1000 - _sent_ms(entry) > VISIBILITY_MOST_S * 1000:
        raise invalid(timeout_s, "VisibilityTimeout", BEYOND)


def _sent_ms(entry: Entry) -> int:
    sent_ms: Any = entry.message.sent_timestamp  # moto sets it before it adds a message to a queue
    return int(sent_ms)


def _now_ms() -> int:
    return int(time.time() * 1000)
