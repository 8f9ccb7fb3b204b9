"""What goes on after the last mail is handed over: an application or a queue's functions send in their own time."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loadtests.load.assignment import SENDS_ITSELF, Assignment, WorkerMails
from loadtests.load.results.locust_results import LocustResults
from loadtests.load.targets.endpoint_client import of_run
from loadtests.load.targets.target import Target
from loadtests.ports.kernel import Clock
from loadtests.record.reconcile import in_order
from scenarios.ledger.fates import Custody
from scenarios.ledger.ledger import ACCEPTED, FAILED, QUOTA, THROTTLED

LOOK_S = 0.5
FOR_THE_MOMENT = (THROTTLED, QUOTA, FAILED)


def awaited(
    assignment: Assignment, results: LocustResults, target: Target, mails: WorkerMails
) -> tuple[LocustResults, Custody | None]:
    """The same with its end put off until nothing happens any more, and what queues then hold."""
    if assignment.user in SENDS_ITSELF or assignment.scenario:
        return results, None
    if not results.interrupted:
        results = _quiet(assignment, results, target, mails)
    return results, target.queued(assignment, len(mails.mails.recipients)) if assignment.user == "sqs" else None


def _quiet(assignment: Assignment, results: LocustResults, target: Target, mails: WorkerMails) -> LocustResults:
    """Looks on until the horizon; Ctrl-C ends it as it ends the load."""
    clock, seen, since_s = Clock(results.zero_unix_s), -1, 0.0
    try:
        while (now_s := clock.now()) < assignment.horizon_s:
            decisions = of_run(in_order(target.decisions(results.zero_unix_s, 0)), assignment, mails)
            if len(decisions) != seen:
                seen, since_s = len(decisions), now_s
            if _all_accepted(results, decisions):
                break
            if now_s - since_s > target.quiet_s and not _is_waiting(assignment, target, decisions, mails):
                break
            time.sleep(LOOK_S)  # noqa: TID251 (the load is over, and so is its clock)
    except KeyboardInterrupt:
        results = replace(results, interrupted=True)
    return replace(results, ended_s=max(results.ended_s, min(assignment.horizon_s, clock.now())))


def _is_waiting(assignment: Assignment, target: Target, decisions: NDArray[Any], mails: WorkerMails) -> bool:
    """Whether something may still be sent: from the queue, or by an application that waits after a refusal."""
    if assignment.user == "sqs":
        return target.is_waiting(assignment, len(mails.mails.recipients))
    return may_be_sent_again(decisions)


def may_be_sent_again(decisions: NDArray[Any]) -> bool:
    """Whether SES has refused some piece of a mail for the moment only, and not accepted it since.

    How long an application waits before it tries again cannot be known: until the horizon it has not given up.
    """
    fate: dict[tuple[int, int], int] = {}
    for row in decisions:
        piece = int(row["mail"]), int(row["first_recipient"])
        if fate.get(piece) != ACCEPTED:
            fate[piece] = int(row["outcome"])
    return any(outcome in FOR_THE_MOMENT for outcome in fate.values())


def _all_accepted(results: LocustResults, decisions: NDArray[Any]) -> bool:
    """Every mail that was taken."""
    accepted, taken = decisions["outcome"] == ACCEPTED, results.calls["seen"] == ACCEPTED
    return bool(np.isin(results.calls["mail"][taken], decisions["mail"][accepted]).all())
