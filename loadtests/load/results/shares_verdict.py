"""What a strategy on workers came to: the ledgers of its shares made one."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loadtests.application.worker_share import WorkerShare
from loadtests.load.assignment import WORLD, Assignment
from loadtests.load.results.locust_results import Left
from loadtests.load.results.merged import merged
from loadtests.record.logs import CALL
from loadtests.record.reconcile import joined
from scenarios.ledger import store
from scenarios.ledger.ledger import Ledger
from scenarios.ledger.settled import Evidence, Subject, all_pending, settled
from scenarios.schema.model import Scenario
from scenarios.traffic.workload import Arrivals


def ledger_of(
    scenario: Scenario, order: Assignment, mails: Arrivals, left: Left, folder: Path, decisions: NDArray[Any]
) -> Ledger:
    """Of a share that was lost with its worker the witness tells."""
    told = [number for number in range(left.workers) if number not in left.silent]
    ledgers = [store.read(folder / f"worker-{number}", order.user) for number in told]
    return merged([*ledgers, *(_lost(number, scenario, order, mails, left, decisions) for number in left.silent)])


def _lost(
    number: int, scenario: Scenario, order: Assignment, mails: Arrivals, left: Left, decisions: NDArray[Any]
) -> Ledger:
    """What SES has not accepted of its mails is pending: nobody knows who had it."""
    mine = decisions[decisions["mail"] % left.workers == number]
    evidence = Evidence(
        ended_s=left.ended_s,
        calls=joined(mine, np.zeros(0, CALL), left.ended_s),
        custody=all_pending(mails),
        warnings=(f"{order.user}: worker {number} of {left.workers} was lost; what it still had is pending",),
        interrupted=True,
    )
    settings = asdict(WorkerShare(number, left.workers).plan(scenario, order.user).settings)
    subject = Subject(order.user, scenario.name, order.seed, WORLD, settings)
    return settled(subject, mails, evidence, slice(number, None, left.workers))
