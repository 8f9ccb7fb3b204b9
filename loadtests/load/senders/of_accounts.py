"""A worker's senders, one for each account; a pool's mail goes through the one whose turn it is."""

from __future__ import annotations

from collections.abc import Sequence

from loadtests.load.assignment import Account, Assignment, Pool
from loadtests.load.senders.senders import Sender, sender_of
from scenarios.aws.routing import router_of
from scenarios.traffic.slices import NOBODY
from strategies.ports import SendError


class OfAccounts:
    """All mail of a worker, which is a host of number `host`, is sent by these."""

    def __init__(self, assignment: Assignment, host: int) -> None:
        self._senders = [sender_of(one) for one in assignment.each()]
        self._deals = None if assignment.pool is None else Deals(assignment.pool, assignment.accounts, host)

    def place(self, owner: int, recipients: int, now_s: float) -> int:
        """The account that the next mail of an owner goes through, by its place in the assignment."""
        if self._deals is None or owner != NOBODY:
            return owner
        return self._deals.choose(recipients, now_s)

    def at(self, place: int) -> Sender:
        """The sender through that account."""
        return self._senders[place]

    def failed(self, place: int, now_s: float, error: SendError) -> None:
        """An account did not take a mail: a pool passes it over for a while."""
        if self._deals is not None:
            self._deals.failed(place, now_s, error)

    def close(self) -> None:
        """Close the connections that are free."""
        for sender in self._senders:
            sender.close()


class Deals:
    """A pool, as one host deals its mail among the accounts."""

    def __init__(self, pool: Pool, accounts: Sequence[Account], host: int) -> None:
        self._places = pool.places
        self._router = router_of(pool.routing, [accounts[place].rate_per_s for place in pool.places], host)

    def choose(self, recipients: int, now_s: float) -> int:
        """The place of the account whose turn it is."""
        return self._places[self._router.choose(now_s, recipients)]

    def failed(self, place: int, now_s: float, error: SendError) -> None:
        """What an account outside of the pool does says nothing of it."""
        if place in self._places:
            self._router.failed(self._places.index(place), now_s, error)
