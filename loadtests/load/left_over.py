"""What a killed load test has left: what SES's own side still knows of its mails, made a ledger."""

from __future__ import annotations

import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loadtests.load.assignment import LEFT, SHARES, ZERO, Assignment, WorkerMails, read
from loadtests.load.results.ledger import ledger_of
from loadtests.load.results.locust_results import LocustResults, accounts_in, calls_in
from loadtests.load.targets.endpoint_client import of_run
from loadtests.load.targets.target import LocalTarget
from loadtests.record.logs import CALL
from loadtests.record.recovery import RECOVERED, Document, ledger_of_accounts, ledger_of_decisions, recover
from loadtests.record.run_registry import RunRecord
from scenarios.errors import RunFailed
from scenarios.ledger.ledger import Ledger
from scenarios.schema.model import Scenario
from scenarios.system.held import remove_abandoned
from scenarios.traffic.workload import ALIKE


def recovered(record: RunRecord, document: Document) -> str:
    """Keeps what a local AWS that still answers has noted, and says where; Locust's folders are removed."""
    folder = Path(str(record.folder))
    try:
        return _recovered(record, folder, document)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        remove_abandoned(SHARES)


def _recovered(record: RunRecord, folder: Path, document: Document) -> str:
    if record.endpoint is None:
        return "what became of its mails stands in SES's own events"
    if not (folder / ZERO).is_file():
        return "it had sent nothing"
    try:
        assignment, sent = read(folder)
        return recover(record, partial(_ledger, record, assignment, sent, folder), document)
    except RunFailed as error:
        return f"nothing is known of its mails: {error}"


def _ledger(record: RunRecord, assignment: Assignment, sent: WorkerMails, folder: Path, scenario: Scenario) -> Ledger:
    zero_unix_s, expected = int((folder / ZERO).read_text()), 0
    decisions = [
        of_run(rows, assignment, sent)
        for rows in LocalTarget(assignment.place, assignment.accounts).decisions(zero_unix_s, expected)
    ]
    if assignment.scenario and scenario.accounts:
        return ledger_of_accounts(record, dict(zip(scenario.accounts, decisions, strict=True)), scenario)
    if assignment.scenario:
        return ledger_of_decisions(record, decisions[0], scenario)
    ended_s, (calls, accounts) = max(float(rows["decided_s"].max(initial=0.0)) for rows in decisions), _calls(folder)
    results = LocustResults(
        zero_unix_s, ended_s, interrupted=True, silent=[], workers=0, failures=[], calls=calls, accounts=accounts
    )
    ledger = ledger_of(scenario, assignment, sent.mails, results, decisions)
    return replace(ledger, warnings=(*ledger.warnings, RECOVERED))


def _calls(folder: Path) -> tuple[NDArray[Any], NDArray[np.uint8]]:
    """Of a Locust that had time to end gently, and through which accounts; what was cut off cannot be told apart."""
    return (calls_in(folder), accounts_in(folder)) if (folder / LEFT).is_file() else (np.zeros(0, CALL), ALIKE)
