"""A share that sends through several accounts of a `seslab serve`: a run for each, and for a pool of some, at once."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from loadtests.application.run_request import RunRequest
from loadtests.load.shares.attached import Attached
from loadtests.load.shares.share_order import ShareOrder
from loadtests.load.shares.telling import Teller
from loadtests.moto.several import Across, caller_of, envelope_of
from loadtests.ports.local import Caller
from loadtests.record.run_name import of_slice
from scenarios.ledger.ledger import Ledger


class OnServer:
    """Where the runs take place: all shares have agreed on time zero before, so that none waits for another."""

    def __init__(self, order: ShareOrder) -> None:
        self._order = order

    def of(self, callers: Mapping[str, Caller]) -> Attached:
        return Attached(self._order, callers)

    def give_up(self) -> None:
        """Nobody waits."""


def ledgers_of(order: ShareOrder, log: Path) -> dict[str, Ledger]:
    """Play it; each account's ledger by its name, and the pool's. Functions of each write to a log of its own."""
    callers = {name: caller_of(order.scenario, name) for name in order.scenario.accounts}
    endpoint, requests = Attached(order, callers), dict[str, RunRequest]()
    with ExitStack() as until_over, ExitStack() as meanwhile:
        for caller in callers.values():
            meanwhile.enter_context(endpoint.tidied(caller.session()))
        for name, part, mails in order.parts:
            teller = Teller(mails.intended_s, order.zero_unix_s)
            meanwhile.enter_context(teller.following(of_slice(log, name)))
            plan, first = order.share.plan(part, order.strategy), next(iter(part.accounts), name)
            which = part, order.strategy, plan, order.seed, mails, order.share
            envelope = envelope_of(order.scenario, first, order.envelope)
            requests[name] = RunRequest(*which, envelope, order.run, teller.hear)
        left = Across(order.scenario, requests, OnServer(order), log, order.envelope).play(until_over)
        return {name: endpoint.ledger(request, left[name].evidence) for name, request in requests.items()}
