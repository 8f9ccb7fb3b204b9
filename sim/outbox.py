"""The application's mails: dealt to the pods as they fall due, and taken by the pods one at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from itertools import repeat
from typing import Self

import numpy as np

from scenarios.aws.open_work import OpenWork
from scenarios.aws.weighted_round_robin import WeightedRoundRobin, round_robin
from scenarios.ledger.fates import Pieces
from scenarios.traffic.workload import Arrivals
from sim.kernel import Reply, World
from strategies.ports import Mail

MATERIALISED = 512  # mails that exist as objects at once, per pod: the rest are numbers in arrays
FEW = 8  # mails dealt one by one; more are dealt as whole arrays

OUTBOX, HANDED_OVER = 0, -1
"""Holders of a mail other than a pod's incarnation, whose number is positive."""


_mail: Callable[[tuple[int, int, float, int]], Mail] = partial(tuple.__new__, Mail)
"""A mail from its fields, at half the cost of `Mail(...)`."""


class Dealer:
    """Deals each mail that is due to one of the living pods, in turn, and knows which pod holds it.

    Dealing catches up when a pod looks for mail, when pods come or go, and at the instants for which some pod waits.
    A real run deals the same mails to the same pods, but all of them beforehand. For 10^8 mails that would take memory
    and time; and one alarm for all pods is what wakes them in the order in which they are dealt mail.
    """

    def __init__(self, world: World, arrivals: Arrivals, weights: Sequence[float], open_work: OpenWork) -> None:
        self._world, self._weights, self._open_work = world, weights, open_work
        self._intended, self._recipients = arrivals.intended_s.data, arrivals.recipients.data
        self._arrivals = arrivals
        self._dealt = self._turn = 0
        self._turns: WeightedRoundRobin | None = None
        self._outboxes: list[Outbox] = []
        self._alarm_set = False
        self._waiting: dict[Outbox, None] = {}
        self._fed: list[Outbox] = []
        self.given_up = Pieces()
        self.holder_of = np.full(len(arrivals.intended_s), OUTBOX, dtype=np.int32)
        self._holder_of = self.holder_of.data  # a view, because NumPy's own scalars are slow
        if not self.exhausted:
            open_work.add()

    @property
    def exhausted(self) -> bool:
        return self._dealt == len(self._intended)

    def among(self, outboxes: list[Outbox]) -> None:
        """From now on deal to these, having dealt to the former ones what was due until now."""
        self.catch_up()
        self._outboxes, self._turn = outboxes, 0
        self._waiting = {outbox: None for outbox in outboxes if outbox.waiting}
        if self._weights and outboxes:
            self._turns = WeightedRoundRobin(self._weights, [outbox.index for outbox in outboxes])
        self.catch_up()
        self._wake()

    def hand_over(self, mail: Mail) -> None:
        """A queue has it now: no pod's death can lose it any more."""
        self._holder_of[mail.number] = HANDED_OVER

    def catch_up(self) -> None:
        """Deal everything that is due by now."""
        if not self._outboxes or self.exhausted or self._intended[self._dealt] > self._world.now_s:
            return
        due = int(self._arrivals.intended_s.searchsorted(self._world.now_s, side="right"))
        if due - self._dealt <= FEW or self._weights:
            self._deal_singly(due)
        else:
            self._deal_ranges(due)
        self._dealt = due
        if self.exhausted:
            self._open_work.done()

    def _deal_singly(self, due: int) -> None:
        for number in range(self._dealt, due):
            outbox = self._next()
            self._give(outbox, (number,))
            self._holder_of[number] = outbox.holder

    def _deal_ranges(self, due: int) -> None:
        pods = len(self._outboxes)
        for place, numbers in round_robin(range(self._dealt, due), pods, self._turn):
            outbox = self._outboxes[place]
            self._give(outbox, numbers)
            self.holder_of[numbers.start : numbers.stop : pods] = outbox.holder
        self._turn = (self._turn + due - self._dealt) % pods

    def _give(self, outbox: Outbox, numbers: Sequence[int]) -> None:
        outbox.chunks.append(numbers)
        if outbox.waiting:
            self._fed.append(outbox)

    def _next(self) -> Outbox:
        """The pod whose turn it is, by weight or round-robin."""
        if self._turns is not None:
            return self._outboxes[self._turns.next()]
        self._turn = (self._turn + 1) % len(self._outboxes)
        return self._outboxes[self._turn - 1]

    def materialise(self, numbers: Sequence[int]) -> list[Mail]:
        """Mails from their numbers; native integers and floats only, since NumPy's slow down everything they touch."""
        if isinstance(numbers, range):
            rows = slice(numbers.start, numbers.stop, numbers.step)
            recipients, intended_s = self._recipients[rows].tolist(), self._intended[rows].tolist()
        else:
            recipients = [self._recipients[number] for number in numbers]
            intended_s = [self._intended[number] for number in numbers]
        return list(map(_mail, zip(numbers, recipients, intended_s, repeat(0))))

    def wait(self, outbox: Outbox) -> None:
        """A pod waits: it is woken when a mail is dealt to it, or when there will be no more."""
        self._waiting[outbox] = None
        self._set_alarm()

    def _set_alarm(self) -> None:
        """Be there when the next mail falls due."""
        if not self._alarm_set and not self.exhausted:
            self._alarm_set = True
            self._world.call_at(max(self._intended[self._dealt], self._world.now_s), self._alarm)

    def _alarm(self) -> None:
        self._alarm_set = False
        self.catch_up()
        self._wake()

    def _wake(self) -> None:
        fed, self._fed = self._fed, []
        for outbox in list(self._waiting) if self.exhausted else fed:
            outbox.wake()
            if not outbox.waiting:
                self._waiting.pop(outbox, None)
        if self._waiting:
            self._set_alarm()


class Outbox:
    """One pod's share of the mails, and its place to give one up."""

    __slots__ = ("_dealer", "_mails", "chunks", "holder", "index", "waiting")

    def __init__(self, dealer: Dealer, index: int, holder: int) -> None:
        self._dealer, self.index, self.holder = dealer, index, holder
        self.chunks: deque[Sequence[int]] = deque()
        self._mails: deque[Mail] = deque()
        self.waiting: deque[Reply] = deque()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Mail:
        if not self._mails and not await self._refill():
            raise StopAsyncIteration
        return self._mails.popleft()

    async def take(self, at_most: int, /) -> list[Mail]:
        if not self._mails and not await self._refill():
            return []
        mails = self._mails
        while self.chunks and len(mails) < at_most:
            self._materialise()
        return [mails.popleft() for _ in range(min(at_most, len(mails)))]

    def give_up(self, mail: Mail, to: range, /) -> None:
        self._dealer.given_up.add(mail.number, to.start, len(to))

    async def _refill(self) -> bool:
        """Have a mail ready; False once there will be none."""
        self._dealer.catch_up()
        while not self._mails:
            if self.chunks:
                self._materialise()
            elif self._dealer.exhausted:
                return False
            else:
                await self._arrival()
        return True

    def _materialise(self) -> None:
        numbers = self.chunks.popleft()
        if len(numbers) > MATERIALISED:
            self.chunks.appendleft(numbers[MATERIALISED:])
        self._mails.extend(self._dealer.materialise(numbers[:MATERIALISED]))

    async def _arrival(self) -> None:
        reply = Reply()
        self.waiting.append(reply)
        self._dealer.wait(self)
        await reply

    def wake(self) -> None:
        """Wake one task per mail, and all of them when there will be no more."""
        while self.waiting and (self.chunks or self._mails or self._dealer.exhausted):
            self.waiting.popleft().settle()
