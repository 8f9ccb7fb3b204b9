"""What a strategy on workers came to: the ledgers of its shares made one."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loadtests.application.worker_share import Portion
from loadtests.load.assignment import WORLD, Assignment
from loadtests.load.results.locust_results import Left
from loadtests.load.results.merged import merged
from loadtests.record.logs import CALL
from loadtests.record.reconcile import joined
from scenarios.ledger import store
from scenarios.ledger.fates import Custody, settle
from scenarios.ledger.ledger import Ledger, admitted
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
    calls, count = joined(mine, np.zeros(0, CALL), left.ended_s), len(mails.recipients)
    whole = settle(mails, calls, Custody(np.ones(count, dtype=bool)), np.full(count, np.nan), np.zeros(count, np.int32))
    return Ledger(
        strategy=order.user,
        scenario=scenario.name,
        seed=order.seed,
        world=WORLD,
        ended_s=left.ended_s,
        mails={name: column[number :: left.workers] for name, column in whole.items()},
        calls=calls,
        settings=asdict(Portion(number, left.workers).plan(scenario, order.user).settings),
        usage={"ses_recipients": float(admitted(calls))},
        warnings=(f"{order.user}: worker {number} of {left.workers} was lost; what it still had is pending",),
        interrupted=True,
    )
