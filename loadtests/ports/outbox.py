"""The application's mails in real time: handed out to a pod at their intended instants."""

from __future__ import annotations

from typing import Any, Self

from numpy.typing import NDArray

from loadtests.ports.kernel import Clock
from scenarios.ledger.fates import Pieces
from scenarios.traffic.workload import Arrivals
from strategies.ports import Mail


class Outbox:
    """One pod's share of the mails, and its place to give one up."""

    __slots__ = ("_arrivals", "_clock", "_given_up", "_next", "_numbers")

    def __init__(self, clock: Clock, arrivals: Arrivals, numbers: NDArray[Any], given_up: Pieces) -> None:
        self._clock, self._arrivals, self._given_up = clock, arrivals, given_up
        self._numbers, self._next = numbers, 0

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Mail:
        if self._next == len(self._numbers):
            raise StopAsyncIteration
        mail = self._claim()
        await self._fall_due(mail)
        return mail

    async def take(self, at_most: int, /) -> list[Mail]:
        if self._next == len(self._numbers):
            return []
        mails = [self._claim()]
        await self._fall_due(mails[0])
        while len(mails) < at_most and self._next_is_due():
            mails.append(self._claim())
        return mails

    def of_lane(self, lane: int, /) -> Outbox:
        return Outbox(self._clock, self._arrivals, self._arrivals.in_lane(self._numbers, lane), self._given_up)

    def give_up(self, mail: Mail, to: range, /) -> None:
        self._given_up.add(mail.number, to.start, len(to))

    def _claim(self) -> Mail:
        """The next mail, before it is due: a second caller at the same time waits for the one after."""
        number = int(self._numbers[self._next])
        self._next += 1
        mails = self._arrivals
        return Mail(number, int(mails.recipients[number]), float(mails.intended_s[number]), lane=mails.lane(number))

    async def _fall_due(self, mail: Mail) -> None:
        delay_s = mail.intended_s - self._clock.now()
        if delay_s > 0:
            await self._clock.sleep(delay_s)

    def _next_is_due(self) -> bool:
        if self._next == len(self._numbers):
            return False
        return bool(self._arrivals.intended_s[self._numbers[self._next]] <= self._clock.now())
