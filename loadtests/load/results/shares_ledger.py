"""What a strategy on workers came to: the ledgers of its shares made one."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loadtests.application.worker_share import WorkerShare
from loadtests.load.assignment import WORLD, Assignment
from loadtests.load.results.locust_results import LocustResults
from loadtests.load.results.merged import merged
from loadtests.record.logs import CALL
from loadtests.record.reconcile import joined, left_by_the_dead
from scenarios.delivery.deliveries import delivered_in
from scenarios.ledger import store
from scenarios.ledger.build_ledger import Evidence, Subject, build_ledger
from scenarios.ledger.ledger import Ledger
from scenarios.schema.model import Scenario
from scenarios.traffic.workload import Arrivals


def ledger_of(
    scenario: Scenario,
    assignment: Assignment,
    mails: Arrivals,
    results: LocustResults,
    folder: Path,
    decisions: NDArray[Any],
) -> Ledger:
    """The ledgers of all shares made one; the witness tells of a share that was lost with its worker."""
    told = [number for number in range(results.workers) if number not in results.silent]
    ledgers = [store.read(folder / f"worker-{number}", assignment.user) for number in told]
    lost = (_lost(number, scenario, assignment, mails, results, decisions) for number in results.silent)
    whole = merged([*ledgers, *lost], scenario.strategy_of(assignment.user))
    if assignment.place.endpoint is None:
        return whole
    delivered = delivered_in(scenario, assignment.seed, whole.calls, whole.ended_s, whole.interrupted)
    return replace(whole, delivered=delivered)


def _lost(
    number: int,
    scenario: Scenario,
    assignment: Assignment,
    mails: Arrivals,
    results: LocustResults,
    decisions: NDArray[Any],
) -> Ledger:
    """What it still had of its mails is pending: its custodian is unknown."""
    plan = WorkerShare(number, results.workers).plan(scenario, assignment.user)
    mine = decisions[decisions["mail"] % results.workers == number]
    evidence = Evidence(
        ended_s=results.ended_s,
        calls=joined(mine, np.zeros(0, CALL), results.ended_s),
        custody=left_by_the_dead(plan, mails, mine, results.ended_s),
        warnings=(f"{assignment.user}: worker {number} of {results.workers} was lost; what it still had is pending",),
        interrupted=True,
    )
    subject = Subject(assignment.user, scenario.name, assignment.seed, WORLD, asdict(plan.settings))
    return build_ledger(subject, mails, evidence, slice(number, None, results.workers))
