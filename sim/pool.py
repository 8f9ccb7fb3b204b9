"""Several accounts behind one mailer: each a SES of its own, and a host's calls dealt among them."""

from __future__ import annotations

from collections.abc import Sequence

from scenarios.aws.routing import Router
from sim.kernel import World
from sim.ses import Mailer
from strategies.ports import Mail, SendError


class PoolMailer:
    """One host's clients, one for each account, each with connections of its own."""

    def __init__(self, world: World, mailers: Sequence[Mailer], router: Router) -> None:
        self._world, self._mailers, self._router = world, mailers, router

    async def send(self, mail: Mail, to: range, /) -> None:
        """One call, to the account whose turn it is."""
        number = self._router.choose(self._world.now_s, len(to))
        try:
            await self._mailers[number].send(mail, to)
        except SendError as error:
            self._router.failed(number, self._world.now_s, error)
            raise
