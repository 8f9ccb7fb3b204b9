"""Keeps one lane's hand filled from its queue, hidden from all others, and takes out of the queue what was sent."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from math import inf
from typing import Any

from strategies.consuming.hand import Hand, Held
from strategies.enqueue import BATCH, put_all
from strategies.parts import cut
from strategies.ports import Group, Ports, Received

VISIBILITY_S = 10.0  # short: what a dead consumer held comes back soon
EXTEND_EVERY_S = 2.5
EXTEND_S = 6.0  # before it lapses
UNCERTAIN_S = 1.0  # between the queue's giving a message out and its arrival here
LONG_POLL_S = 20.0
RECEIVES = 50  # at once


class Feed:
    """`wanted` recipients are kept in hand while the queue has them; an idle one waits in a single long poll.

    `on_mail` is called when mail has come. A mail of more than `largest` recipients goes back in parts of half of that:
    parts of all of it would wait for an instant at which SES is rested to the last recipient.
    """

    def __init__(self, ports: Ports, queue: str, wanted: float, largest: int, on_mail: Callable[[], None]) -> None:
        self._ports, self._queue, self._name, self._on_mail = ports, ports.queues[queue], queue, on_mail
        self._wanted, self.largest = max(wanted, 2 * BATCH), largest
        self.hand = Hand()
        self._tasks: Group | None = None
        self._until_s: Callable[[], float] = lambda: inf
        self._polls = 0
        self._has_more = self._is_keeping = self._is_deleting = False
        self._mails = self._recipients = 0  # seen so far, for their mean
        self._sent: list[Received] = []

    def begin(self, tasks: Group, until_s: Callable[[], float]) -> None:
        """Work within a group until an instant that may move."""
        self._tasks, self._until_s = tasks, until_s
        self.hand.drop_lapsed(self._ports.clock.now() + UNCERTAIN_S)
        self._keep_hidden()
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
        until_s = self._ports.clock.now() + VISIBILITY_S - UNCERTAIN_S
        for message in messages:
            self._arrive(message, until_s)
        self.order()
        if messages:
            self._keep_hidden()
            self._on_mail()

    def _arrive(self, message: Received, until_s: float) -> None:
        recipients = message.mail.recipients
        self._mails += 1
        self._recipients += min(recipients, self.largest)
        if recipients > self.largest:
            self._spawn(self._split(message))
        else:
            self.hand.add(Held(message, until_s))

    def split(self, held: Held) -> None:
        """Send a mail back in parts, and from now on all that are as large: SES never holds so many at once."""
        self.largest = min(self.largest, max(1, held.recipients - 1))
        self._spawn(self._split(held.message))

    async def _split(self, message: Received) -> None:
        """The parts are in the queue before the original leaves it, so a crash in between loses nothing."""
        await put_all(self._ports, self._name, cut(message.mail, max(1, self.largest // 2)))
        await self._queue.delete([message])

    def sent(self, message: Received) -> None:
        """Delete it; what else is sent while a request is under way goes with the next."""
        self._sent.append(message)
        if not self._is_deleting:
            self._is_deleting = True
            self._spawn(self._delete())

    async def _delete(self) -> None:
        while self._sent:
            batch, self._sent = self._sent[:BATCH], self._sent[BATCH:]
            await self._queue.delete(batch)
        self._is_deleting = False

    def _keep_hidden(self) -> None:
        if len(self.hand) and not self._is_keeping:
            self._is_keeping = True
            self._spawn(self._extend_lapsing())

    async def _extend_lapsing(self) -> None:
        clock = self._ports.clock
        while len(self.hand) and clock.now() < self._until_s():
            lapsing = self.hand.lapsing(clock.now() + EXTEND_S)
            for start in range(0, len(lapsing), BATCH):
                await self._extend(lapsing[start : start + BATCH])
            await clock.sleep(EXTEND_EVERY_S)
        self._is_keeping = False

    async def _extend(self, lapsing: list[Held]) -> None:
        until_s = self._ports.clock.now() + VISIBILITY_S
        await self._queue.hide([held.message for held in lapsing], VISIBILITY_S)
        for held in lapsing:
            held.until_s = until_s

    def _spawn(self, task: Coroutine[Any, Any, None]) -> None:
        assert self._tasks is not None
        self._tasks.spawn(task)
