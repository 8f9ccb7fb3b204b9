"""The line of calls in a pod's memory: the oldest mail first, so that what was refused goes before what is new."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from heapq import heappop, heappush
from math import inf
from typing import NamedTuple

from strategies.delivery import Deliver
from strategies.parts import parts
from strategies.ports import Group, Mail, Ports, Rejected, SendError

BATCH = 100  # mails that a pod takes out of its queue at once


class Call(NamedTuple):
    """A mail to some of its recipients, ordered by the first two: there is no other like it in the line."""

    number: int
    first: int
    mail: Mail
    to: range
    patient_until_s: float = inf


class Line:
    """One pod's. What SES did not confirm joins it again, for `patience_s` from its first refusal.

    `turn` waits until a call may start, `deliver` makes it.
    """

    def __init__(
        self, ports: Ports, tasks: Group, turn: Callable[[Call], Awaitable[None]], deliver: Deliver, patience_s: float
    ) -> None:
        self._ports, self._tasks, self._turn, self._deliver = ports, tasks, turn, deliver
        self._patience_s, self._calls, self._moves = patience_s, list[Call](), False

    async def serve(self, chunk: int) -> None:
        """Send all mails that the application has, until there will be no more."""
        while mails := await self._ports.outbox.take(BATCH):
            self._join(mails, chunk)
            if not self._moves:
                self._moves = True
                await self._move()

    def _join(self, mails: Sequence[Mail], chunk: int) -> None:
        for mail in mails:
            for part in parts(mail, chunk):
                heappush(self._calls, Call(mail.number, part.start, mail, part))

    async def _move(self) -> None:
        """Start one call after the other until none is left; those under way may come back."""
        while self._calls:
            call = heappop(self._calls)
            await self._turn(call)
            self._tasks.spawn(self._send(call))
        self._moves = False

    async def _send(self, call: Call) -> None:
        try:
            await self._deliver(call.mail, call.to)
        except Rejected:
            self._ports.outbox.give_up(call.mail, call.to)
        except SendError:
            self._keep(call)

    def _keep(self, call: Call) -> None:
        now_s = self._ports.clock.now()
        if now_s >= call.patient_until_s:
            self._ports.outbox.give_up(call.mail, call.to)
            return
        heappush(self._calls, call._replace(patient_until_s=min(call.patient_until_s, now_s + self._patience_s)))
        if not self._moves:
            self._moves = True  # here, because the task may begin later
            self._tasks.spawn(self._move())
