"""The application's mails on virtual time: handed out to a pod as they fall due."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from functools import partial
from itertools import repeat
from types import coroutine
from typing import Any, Self

from numpy.typing import NDArray

from scenarios.ledger.fates import Pieces
from scenarios.traffic.workload import Arrivals
from sim.kernel import Sleep, World
from strategies.ports import Mail

MATERIALISED = 512  # mails that exist as objects at once, per pod: the rest are numbers in arrays


mail_of: Callable[[tuple[int, int, float, int, int]], Mail] = partial(tuple.__new__, Mail)
"""A mail from its fields, at half the cost of `Mail(...)`."""


class Outbox:
    """One pod's share of the mails, `numbers` in the order in which they fall due, and its place to give one up.

    It is itself the event that lies on the heap while tasks wait: one for all of them, at the next mail's instant.
    """

    __slots__ = ("_arrivals", "_given_up", "_is_set", "_mails", "_next", "_numbers", "_waiting", "_world", "fire")

    def __init__(self, world: World, arrivals: Arrivals, numbers: NDArray[Any], given_up: Pieces) -> None:
        self._world, self._arrivals, self._given_up = world, arrivals, given_up
        self._numbers, self._next = numbers, 0
        self._mails: deque[Mail] = deque()
        self._waiting: deque[Sleep] = deque()
        self._is_set = False
        self.fire: Callable[[Outbox], None] = Outbox._fall_due

    def __aiter__(self) -> Self:
        return self

    @coroutine
    def __anext__(self) -> Generator[Any, None, Mail]:
        while self._mails or self._materialise():
            if self._mails[0].intended_s <= self._world.now_s:
                return self._mails.popleft()
            yield self._arrival()
        raise StopAsyncIteration

    @coroutine
    def take(self, at_most: int, /) -> Generator[Any, None, list[Mail]]:
        while self._mails or self._materialise():
            if self._mails[0].intended_s <= self._world.now_s:
                return self._take_due(at_most)
            yield self._arrival()
        return []

    def of_lane(self, lane: int, /) -> Outbox:
        return Outbox(self._world, self._arrivals, self._arrivals.in_lane(self._numbers, lane), self._given_up)

    def give_up(self, mail: Mail, to: range, /) -> None:
        self._given_up.add(mail.number, to.start, len(to))

    def _take_due(self, at_most: int) -> list[Mail]:
        mails, now_s = self._mails, self._world.now_s
        taken = [mails.popleft()]
        while len(taken) < at_most and (mails or self._materialise()) and mails[0].intended_s <= now_s:
            taken.append(mails.popleft())
        return taken

    def _materialise(self) -> bool:
        """Make the next mails, of native integers and floats: NumPy's own slow down everything they touch."""
        numbers = self._numbers[self._next : self._next + MATERIALISED]
        recipients, intended_s = self._arrivals.recipients[numbers], self._arrivals.intended_s[numbers]
        lanes = self._arrivals.lanes_of(numbers)
        rows = zip(numbers.tolist(), recipients.tolist(), intended_s.tolist(), repeat(0), lanes)
        self._mails.extend(map(mail_of, rows))
        self._next += len(numbers)
        return bool(self._mails)

    def _arrival(self) -> Sleep:
        """What a task awaits until a mail is there for it."""
        turn = Sleep()
        self._waiting.append(turn)
        if not self._is_set:
            self._set()
        return turn

    def _set(self) -> None:
        self._is_set = True
        self._world.at(self._mails[0].intended_s, self)

    def _fall_due(self) -> None:
        """Wake one task per mail, and all of them when there will be no more."""
        waiting, mails, now_s = self._waiting, self._mails, self._world.now_s
        self._is_set = False
        while waiting:
            if (mails or self._materialise()) and mails[0].intended_s > now_s:
                if not self._is_set:
                    self._set()
                return
            turn = waiting.popleft()
            turn.fire(turn)
