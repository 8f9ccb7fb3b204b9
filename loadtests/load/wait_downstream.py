"""What goes on after the last mail is handed over: an application or a queue's functions send in their own time."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from loadtests.load.assignment import SENDS_ITSELF, Assignment
from loadtests.load.results.locust_results import Left
from loadtests.load.targets.endpoint_client import of_run
from loadtests.load.targets.target import Site
from loadtests.ports.kernel import Clock
from scenarios.ledger.fates import Custody
from scenarios.ledger.ledger import ACCEPTED

LOOK_S = 0.5


def awaited(order: Assignment, left: Left, site: Site, mails: int) -> tuple[Left, Custody | None]:
    """The same with its end put off until nothing happens any more, and what queues then hold."""
    if order.user in SENDS_ITSELF or order.scenario:
        return left, None
    if not left.interrupted:
        left = _quiet(order, left, site, mails)
    return left, site.queued(order, mails) if order.user == "sqs" else None


def _quiet(order: Assignment, left: Left, site: Site, mails: int) -> Left:
    """Looks on until the horizon; Ctrl-C ends it as it ends the load."""
    clock, seen, since_s = Clock(left.zero_unix_s), -1, 0.0
    try:
        while (now_s := clock.now()) < order.horizon_s:
            decisions = of_run(site.decisions(left.zero_unix_s, 0), order, mails)
            if len(decisions) != seen:
                seen, since_s = len(decisions), now_s
            if _all_accepted(left, decisions):
                break
            if now_s - since_s > site.quiet_s and not (order.user == "sqs" and site.is_waiting(order, mails)):
                break
            time.sleep(LOOK_S)  # noqa: TID251 (the load is over, and so is its clock)
    except KeyboardInterrupt:
        left = replace(left, interrupted=True)
    return replace(left, ended_s=max(left.ended_s, min(order.horizon_s, clock.now())))


def _all_accepted(left: Left, decisions: NDArray[Any]) -> bool:
    """Every mail that was taken."""
    accepted = set(decisions["mail"][decisions["outcome"] == ACCEPTED].tolist())
    return accepted >= set(left.calls["mail"][left.calls["seen"] == ACCEPTED].tolist())
