"""Messages in hand: what a warm environment has received, has not sent yet, and hides from all others."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from strategies.enqueue import BATCH, put_all
from strategies.parts import cut
from strategies.ports import Ports, Received

VISIBILITY_S = 8.0  # short: what an environment holds that is never called again comes back soon
EXTEND_S = 4.5  # before it lapses, and well before the next tick
LAPSING_S = 1.5  # too late to be sent safely: it may soon be in other hands
RECEIVES = 50  # at once
ROUNDS = 3  # one to see how large mails are, one for what waits, one for what was misjudged; more would chase arrivals
PATIENCE = 3  # refusals in a row, after which a mail may be too large for what SES lets through at once


class Held:
    """A message, in whose hand, until when no one else gets it, and how often SES has refused it."""

    __slots__ = ("hand", "message", "recipients", "refusals", "until_s")

    def __init__(self, hand: Prefetch, message: Received, until_s: float) -> None:
        self.hand, self.message, self.until_s, self.refusals = hand, message, until_s, 0
        self.recipients = message.mail.recipients


class Prefetch:
    """Refused messages first, then the oldest; a mail of more than `largest` recipients goes back in parts of half.

    Parts of a whole budget would wait for a tick at which the limiter is full to the last recipient.
    """

    def __init__(self, ports: Ports, queue: str, largest: int) -> None:
        self._ports, self.queue, self._name = ports, ports.queues[queue], queue
        self._largest, self._part = largest, max(1, largest // 2)
        self._refused: list[Held] = []
        self._held: list[Held] = []
        self._seen_mails = self._seen_recipients = 0
        self._found = 1.0  # share of what is asked for that a receive brings while there is more than it brings
        self.drained = False  # the queue had nothing more when last asked

    def _all(self) -> list[Held]:
        return self._refused + self._held

    def drop_lapsing(self) -> None:
        """Let go of what could be in other hands before it is sent; the queue has it."""
        safe_s = self._ports.clock.now() + LAPSING_S
        self._refused, self._held = [], [held for held in self._all() if held.until_s > safe_s]

    async def prepare(self, budget: int) -> None:
        """Have a second's mail in hand, and nothing that may soon be in others'."""
        await self.extend()
        self.drop_lapsing()
        await self.split_refused()
        await self.fill(budget)

    def sizes(self) -> list[int]:
        """How many recipients each mail in hand has, those that were refused first."""
        return [held.recipients for held in self._all()]

    def take(self, indices: Sequence[int]) -> list[Held]:
        """Take out those at these places of `sizes`."""
        waiting, chosen = self._all(), set(indices)
        self._refused, self._held = [], [held for index, held in enumerate(waiting) if index not in chosen]
        return [held for index, held in enumerate(waiting) if index in chosen]

    def put_back(self, held: Held) -> None:
        """Keep what was not accepted in hand, before all others: back in the queue it would burn its receives."""
        self._refused.append(held)

    async def fill(self, recipients: float) -> None:
        """Receive, in parallel, until so many recipients are in hand, the queue has no more, or the rounds are over."""
        self.drained = False
        for _ in range(ROUNDS):
            if self.drained or not (missing := self._missing(recipients)):
                return
            self.drained = not await self._receive_about(missing if self._seen_mails else BATCH)

    def _learn(self, asked: int, counts: Sequence[int]) -> None:
        """Where SQS has given less than was asked, though no answer was empty, ask for more: at most twice as much.

        A short poll asks some of its servers: a short answer tells nothing of the rest, an empty one tells of little.
        """
        self._found = max(self._found / 2, 1 / BATCH, sum(counts) / asked) if all(counts) else 1.0

    def _missing(self, recipients: float) -> int:
        """Messages to receive, going by the mean size of those that could be kept."""
        missing = recipients - sum(held.recipients for held in self._all())
        mean = self._seen_recipients / self._seen_mails if self._seen_mails else 1.0
        return max(0, ceil(missing / mean))

    async def _receive_about(self, messages: int) -> int:
        """One round of parallel receives; how many messages it brought."""
        counts: list[int] = []
        asked = min(ceil(messages / self._found), RECEIVES * BATCH)
        async with self._ports.group() as receives:
            for start in range(0, asked, BATCH):
                receives.spawn(self._receive(min(BATCH, asked - start), counts))
        self._learn(asked, counts)
        return sum(counts)

    async def _receive(self, at_most: int, counts: list[int]) -> None:
        until_s = self._ports.clock.now() + VISIBILITY_S
        messages = await self.queue.receive(at_most, 0.0)
        counts.append(len(messages))
        if not messages:
            return  # as on most ticks of a quiet night
        self._keep([message for message in messages if message.mail.recipients <= self._largest], until_s)
        if too_large := [message for message in messages if message.mail.recipients > self._largest]:
            await self._split(too_large)

    def _keep(self, messages: list[Received], until_s: float) -> None:
        self._seen_mails += len(messages)
        self._seen_recipients += sum(message.mail.recipients for message in messages)
        self._held += [Held(self, message, until_s) for message in messages]

    async def _split(self, messages: Sequence[Received]) -> None:
        """The parts are in the queue before the originals leave it, so a crash in between loses nothing."""
        async with self._ports.group() as puts:  # one after the other they would outlast the tick
            for message in messages:
                puts.spawn(put_all(self._ports, self._name, cut(message.mail, self._part)))
        await self.queue.delete(messages)

    async def split_refused(self) -> None:
        """Halve what SES has refused again and again: its limiter may never hold so many at once."""
        for held in [held for held in self._all() if held.refusals >= PATIENCE and held.recipients > 1]:
            self._refused, self._held = (
                [one for one in some if one is not held] for some in (self._refused, self._held)
            )
            self._largest = self._part = max(1, held.recipients // 2)
            await self._split([held.message])

    async def extend(self) -> None:
        """Hide again what would lapse soon."""
        soon_s = self._ports.clock.now() + EXTEND_S
        lapsing = [held for held in self._all() if held.until_s < soon_s]
        async with self._ports.group() as hides:
            for start in range(0, len(lapsing), BATCH):
                hides.spawn(self._extend(lapsing[start : start + BATCH]))

    async def _extend(self, lapsing: list[Held]) -> None:
        until_s = self._ports.clock.now() + VISIBILITY_S
        await self.queue.hide([held.message for held in lapsing], VISIBILITY_S)
        for held in lapsing:
            held.until_s = until_s
