"""Keeps one lane's hand filled from its queue."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from math import inf
from typing import Any

from strategies.consuming.hand import Hand, Held
from strategies.consuming.keeper import Keeper
from strategies.enqueue import BATCH, put_all
from strategies.parts import cut
from strategies.ports import Group, Ports

LONG_POLL_S = 20.0
FORGIVE_S = 60.0  # after SES has refused what was thought too large: it may have refused all
RECEIVES = 50  # at once


class Feed:
    """`wanted` recipients are kept in hand while the queue has them; an idle one waits in a single long poll.

    `on_mail` is called when mail has come. A mail of more than `largest` recipients goes back in parts of half of that:
    parts of all of it would wait for an instant at which SES is rested to the last recipient.
    """

    def __init__(self, ports: Ports, queue: str, wanted: float, largest: int, on_mail: Callable[[], None]) -> None:
        self._ports, self._queue, self._name, self._on_mail = ports, ports.queues[queue], queue, on_mail
        self._wanted, self.largest, self._most = max(wanted, 2 * BATCH), largest, largest
        self._shrunk_s = -inf
        self.hand, self.keeper = Hand(), Keeper(ports, queue)
        self._tasks: Group | None = None
        self._until_s: Callable[[], float] = lambda: inf
        self._polls = 0
        self._has_more = False
        self._mails = self._recipients = 0  # seen so far, for their mean

    def begin(self, tasks: Group, until_s: Callable[[], float], goes_on: Callable[[], bool]) -> None:
        """Receive within a group until an instant that may move, and keep what is here for as long as work goes on."""
        self._tasks, self._until_s = tasks, until_s
        self.hand.drop_lapsed(self.keeper.begin(tasks, goes_on))
        self.order()

    def order(self) -> None:
        """Ask for more where half of what is wanted is gone: batches in parallel while there is more, else one poll."""
        left_s = self._until_s() - self._ports.clock.now()
        if left_s <= 0.0:
            return
        if not self._has_more:
            if self.hand.recipients < self._wanted and not self._polls:
                self._ask(min(LONG_POLL_S, left_s))
        elif self._coming() <= self._wanted / 2:
            while self._coming() < self._wanted and self._polls < RECEIVES:
                self._ask(0.0)

    def _coming(self) -> float:
        """Recipients in hand or asked for, going by the mean size of the mails that have come."""
        mean = self._recipients / self._mails if self._mails else 1.0
        return self.hand.recipients + BATCH * self._polls * mean

    def _ask(self, wait_s: float) -> None:
        self._polls += 1
        self._spawn(self._receive(wait_s))

    async def _receive(self, wait_s: float) -> None:
        messages = await self._queue.receive(BATCH, wait_s)
        self._polls -= 1
        self._has_more = len(messages) == BATCH
        for held in filter(None, map(self.keeper.take_in, messages)):
            self._arrive(held)
        self.order()
        if messages:
            self._on_mail()

    def _arrive(self, held: Held) -> None:
        if self._ports.clock.now() - self._shrunk_s > FORGIVE_S:
            self.largest = self._most
        self._mails += 1
        self._recipients += min(held.recipients, self.largest)
        if held.recipients > self.largest:
            self._spawn(self._split(held))
        else:
            self.hand.add(held)

    def split(self, held: Held) -> None:
        """Send a mail back in parts, and for a while all that are as large: SES does not hold so many at once."""
        self._shrunk_s = self._ports.clock.now()
        self.largest = min(self.largest, max(1, held.recipients - 1))
        self._spawn(self._split(held))

    async def _split(self, held: Held) -> None:
        """The parts are in the queue before the original leaves it, so a crash in between loses nothing."""
        await put_all(self._ports, self._name, cut(held.message.mail, max(1, self.largest // 2)))
        self.keeper.delete(held)

    def _spawn(self, task: Coroutine[Any, Any, None]) -> None:
        assert self._tasks is not None
        self._tasks.spawn(task)
