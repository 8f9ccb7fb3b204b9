"""What a strategy on workers came to: the ledgers of its shares made one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from loadtests.application.worker_share import WorkerShare
from loadtests.load.assignment import PART, WORLD, Assignment
from loadtests.load.results.locust_results import LocustResults
from loadtests.load.results.merged import merged
from loadtests.record.logs import CALL
from loadtests.record.reconcile import in_order, joined, left_by_the_dead
from scenarios.delivery.deliveries import delivered_by
from scenarios.ledger import store
from scenarios.ledger.build_ledger import Evidence, Subject, build_ledger
from scenarios.ledger.join import Part, by_account
from scenarios.ledger.join import joined as parts_joined
from scenarios.ledger.ledger import Ledger
from scenarios.schema.model import Scenario
from scenarios.traffic.slices import numbered_slices_of
from scenarios.traffic.workload import Arrivals, arrivals


def ledger_of(
    scenario: Scenario,
    assignment: Assignment,
    mails: Arrivals,
    results: LocustResults,
    folder: Path,
    decisions: Sequence[NDArray[Any]],
) -> Ledger:
    """The ledgers of all shares made one; the witness tells of a share that was lost with its worker.

    Of several accounts each is made one by itself, and so is a pool, and all are told in one ledger. `decisions` are
    those of each account, whose mails its own part counts.
    """
    if not scenario.accounts:
        return Shares(scenario, assignment, mails, results, decisions).ledger(folder, "")
    names, parts = [*scenario.accounts], list[Part]()
    for name, (part, numbers) in numbered_slices_of(scenario, assignment.seed).items():
        members = tuple(part.accounts) or (name,)
        decided = [decisions[names.index(member)] for member in members]
        shares = Shares(part, assignment, arrivals(part.workload, assignment.seed), results, decided)
        parts.append(Part(shares.ledger(folder, PART.format(name)), numbers, members))
    return parts_joined(parts, tuple(scenario.accounts))


class Shares(NamedTuple):
    """What all workers have sent of a scenario of one account, or of a pool, and what each account has decided."""

    scenario: Scenario
    assignment: Assignment
    mails: Arrivals
    results: LocustResults
    decisions: Sequence[NDArray[Any]]

    def ledger(self, folder: Path, part: str) -> Ledger:
        """Made of the ledgers in the workers' folders, or in those that are called so inside them."""
        user, silent = self.assignment.user, self.results.silent
        told = [number for number in range(self.results.workers) if number not in silent]
        ledgers = [store.read(folder / f"worker-{number}" / part, user) for number in told]
        whole = merged([*ledgers, *map(self._lost, silent)], self.scenario.strategy_of(user))
        if self.assignment.place.endpoint is None:
            return whole
        observed = whole.calls, whole.ended_s, whole.interrupted
        return replace(whole, delivered=delivered_by(self.scenario, self.assignment.seed, *observed))

    def _lost(self, number: int) -> Ledger:
        """What it still had of its mails is pending: its custodian is unknown."""
        user, ended_s, of = self.assignment.user, self.results.ended_s, self.results.workers
        plan = WorkerShare(number, of).plan(self.scenario, user)
        mine = [rows[rows["mail"] % of == number] for rows in self.decisions]
        tables = [joined(rows, np.zeros(0, CALL), ended_s) for rows in mine]
        evidence = Evidence(
            ended_s=ended_s,
            calls=by_account(tables) if self.scenario.accounts else tables[0],
            custody=left_by_the_dead(plan, self.mails, in_order(mine), ended_s),
            warnings=(f"{user}: worker {number} of {of} was lost; what it still had is pending",),
            interrupted=True,
        )
        subject = Subject(user, self.scenario.name, self.assignment.seed, WORLD, asdict(plan.settings))
        ledger = build_ledger(subject, self.mails, evidence, slice(number, None, of))
        return replace(ledger, accounts=tuple(self.scenario.accounts))
