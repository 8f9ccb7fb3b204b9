"""Messages in hand: what a warm environment has received, has not sent yet, and hides from everybody else."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil
from typing import NamedTuple

from strategies.enqueue import BATCH, put_all
from strategies.packing import pack
from strategies.parts import cut
from strategies.ports import Ports, Received

VISIBILITY_S = 8.0  # short: what is in a hand that is never called again comes back soon
EXTEND_S = 3.5  # before it lapses
LAPSING_S = 1.5  # too late to be sent safely: it may soon be in other hands
RECEIVES = 50  # at once


class Held(NamedTuple):
    """A message, and until when no one else gets it."""

    message: Received
    until_s: float

    @property
    def recipients(self) -> int:
        return self.message.mail.recipients


class Hand:
    """Refused messages first, then the oldest; a mail of more than `largest` recipients goes back in parts."""

    def __init__(self, ports: Ports, queue: str, largest: int) -> None:
        self._ports, self._queue, self._name = ports, ports.queues[queue], queue
        self._largest = largest
        self._refused: list[Held] = []
        self._held: list[Held] = []
        self._seen_mails = self._seen_recipients = 0

    def _all(self) -> list[Held]:
        return self._refused + self._held

    def drop_lapsing(self) -> None:
        """Let go of what could be in other hands before it is sent; the queue has it."""
        safe_s = self._ports.clock.now() + LAPSING_S
        self._refused, self._held = [], [held for held in self._all() if held.until_s > safe_s]

    def take(self, budget: int) -> list[Held]:
        """Take out what a second of `budget` recipients holds."""
        waiting = self._all()
        chosen = set(pack([held.recipients for held in waiting], budget))
        self._refused, self._held = [], [held for index, held in enumerate(waiting) if index not in chosen]
        return [held for index, held in enumerate(waiting) if index in chosen]

    def refused(self, held: Held) -> None:
        """Keep a refused message in hand, before all others: putting it back would burn one of its receives."""
        self._refused.append(held)

    async def fill(self, recipients: float) -> None:
        """Receive, in parallel, about as many messages as are missing to hold so many recipients."""
        if not self._seen_mails and self._missing(recipients):
            await self._receive(BATCH)  # shows how large mails are
        missing = self._missing(recipients)
        async with self._ports.group() as receives:
            for start in range(0, min(missing, RECEIVES * BATCH), BATCH):
                receives.spawn(self._receive(min(BATCH, missing - start)))

    def _missing(self, recipients: float) -> int:
        """Messages to receive, going by the mean size of those seen."""
        missing = recipients - sum(held.recipients for held in self._all())
        mean = self._seen_recipients / self._seen_mails if self._seen_mails else 1.0
        return max(0, ceil(missing / mean))

    async def _receive(self, at_most: int) -> None:
        until_s = self._ports.clock.now() + VISIBILITY_S
        messages = await self._queue.receive(at_most, 0.0)
        self._seen_mails += len(messages)
        self._seen_recipients += sum(message.mail.recipients for message in messages)
        whole = [message for message in messages if message.mail.recipients <= self._largest]
        self._held += [Held(message, until_s) for message in whole]
        for message in messages:
            if message.mail.recipients > self._largest:
                await self._split(message)

    async def _split(self, message: Received) -> None:
        """The parts are in the queue before the original leaves it, so a crash in between loses nothing."""
        await put_all(self._ports, self._name, cut(message.mail, self._largest))
        await self._queue.delete([message])

    async def extend(self) -> None:
        """Hide again what would lapse soon."""
        soon_s = self._ports.clock.now() + EXTEND_S
        lapsing = [held for held in self._held if held.until_s < soon_s]
        for start in range(0, len(lapsing), BATCH):
            await self._extend(lapsing[start : start + BATCH])

    async def _extend(self, lapsing: list[Held]) -> None:
        until_s = self._ports.clock.now() + VISIBILITY_S
        await self._queue.hide([held.message for held in lapsing], VISIBILITY_S)
        self._replace(lapsing, until_s)

    def _replace(self, extended: Iterable[Held], until_s: float) -> None:
        again = {held.message.receipt for held in extended}
        self._held = [Held(held.message, until_s) if held.message.receipt in again else held for held in self._held]
