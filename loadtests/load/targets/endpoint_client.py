"""A local AWS that was there before: how it is asked, and which of its decisions are on a run's own mails."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loadtests.endpoint.client import EndpointClient, Route
from loadtests.endpoint.routes import DEFAULT_ACCOUNT
from loadtests.load.assignment import Account, Assignment, WorkerMails, is_of
from loadtests.ports.local_accounts import local_account
from loadtests.record.reconcile import in_order
from scenarios.formats.quoted import printable

LOOK_PATIENCE_S = 10.0  # an overloaded server answers late, and one that is stopped never


def client_of(url: str, region: str, account: str = DEFAULT_ACCOUNT) -> EndpointClient:
    """Asks a `seslab serve` that is up; it is never told to begin anew."""

    def silence(route: Route, error: Exception) -> str:
        method, path = route
        return f"--endpoint {printable(url)}: no answer to {method} {path} ({error}); is a seslab serve there?"

    return EndpointClient(url, silence, LOOK_PATIENCE_S, region, account)


class OfAccounts:
    """Asks about one account of a server, or several together."""

    def __init__(self, clients: Sequence[EndpointClient]) -> None:
        self._clients = clients

    def in_flight(self) -> int:
        """How many sends of theirs SES has not decided on."""
        return sum(client.in_flight() for client in self._clients)

    def rate_per_s(self) -> float | None:
        """The recipients a second that they allow together; None before that is known of each."""
        rates = [client.rate_per_s() for client in self._clients]
        known = [rate_per_s for rate_per_s in rates if rate_per_s is not None]
        return math.fsum(known) if len(known) == len(rates) else None

    def limits(self) -> list[tuple[float, float] | None]:
        """Of each rate and quota of 24 hours; None before it has been asked for anything."""
        return [client.limits() for client in self._clients]

    def names(self) -> list[str]:
        """Of the accounts that the server knows by names."""
        return self._clients[0].names()

    def delivers(self) -> Mapping[str, Any]:
        """What the server tells of the delivery stage, which is the same for all."""
        return self._clients[0].delivers()

    def decisions_since(self, zero_unix_s: float) -> NDArray[Any]:
        """What SES has decided for them, in the order of its decisions."""
        return in_order(self.each_since(zero_unix_s))

    def each_since(self, zero_unix_s: float) -> list[NDArray[Any]]:
        """The same of each."""
        return [client.decisions_since(zero_unix_s) for client in self._clients]

    def queues(self) -> dict[str, list[dict[str, Any]]]:
        """Their queues by name."""
        return {name: held for client in self._clients for name, held in client.queues().items()}

    def unknown(self, names: Sequence[str]) -> list[str]:
        """Which of these accounts the server does not know."""
        return [name for name in names if name not in self.names()]


def witness_of(url: str, region: str, accounts: Sequence[Account]) -> OfAccounts:
    """Asks about these accounts; about the one of that region, where there are none that have names."""
    named = [client_of(url, one.region, local_account(one.name).number) for one in accounts]
    return OfAccounts(named or [client_of(url, region)])


def of_run(decisions: NDArray[Any], assignment: Assignment, mails: WorkerMails) -> NDArray[Any]:
    """The decisions on a run's own mails, all of which are given, under the numbers that its scenario gives them.

    A strategy's share counts those of each account, or of the pool, by themselves.
    """
    if len(mails.accounts) and not assignment.scenario:
        return _of_owners(decisions, assignment, mails.accounts)
    first, count = assignment.first_number, len(mails.mails.recipients)
    ours = np.full(len(decisions), True) if first else is_of(decisions["call"], assignment.run)
    rows = decisions[ours & (decisions["mail"] >= first) & (decisions["mail"] < first + count)].copy()
    rows["mail"] -= first
    return rows


def _of_owners(decisions: NDArray[Any], assignment: Assignment, owners: NDArray[np.uint8]) -> NDArray[Any]:
    """Whoever's key a call was made with, its name tells whose mail it is for."""
    found = [decisions[:0]]
    for owner in np.unique(owners).tolist():
        numbers = np.flatnonzero(owners == owner)
        ours = is_of(decisions["call"], assignment.run_of(owner))
        rows = decisions[ours & (decisions["mail"] >= 0) & (decisions["mail"] < len(numbers))].copy()
        rows["mail"] = numbers[rows["mail"]]
        found.append(rows)
    return in_order(found)
