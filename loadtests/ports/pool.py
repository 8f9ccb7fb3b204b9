"""Several accounts behind one mailer, for real: a host's calls are dealt among them as `scenarios.aws.routing` says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from strategies.ports import Clock, Mail, Mailer, SendError


class Deals(Protocol):
    """Which account gets a host's next call: `scenarios.aws.routing.Router`."""

    def choose(self, now_s: float, recipients: int, /) -> int: ...
    def failed(self, number: int, now_s: float, error: SendError, /) -> None: ...


class PoolMailer:
    """One host's clients, one for each account, each with a key of its own."""

    def __init__(self, clock: Clock, mailers: Sequence[Mailer], router: Deals) -> None:
        self._clock, self._mailers, self._router = clock, mailers, router

    async def send(self, mail: Mail, to: range, /) -> None:
        """One call, to the account whose turn it is."""
        number = self._router.choose(self._clock.now(), len(to))
        try:
            await self._mailers[number].send(mail, to)
        except SendError as error:
            self._router.failed(number, self._clock.now(), error)
            raise
