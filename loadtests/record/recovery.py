"""A ledger of what a killed run had done, from what SES's side has noted: what it does not tell is pending."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loadtests.record.logs import CALL, silent
from loadtests.record.reconcile import in_order, joined, left_by_the_dead
from loadtests.record.run_name import of_slice
from loadtests.record.run_registry import RunRecord, directory
from scenarios.delivery.deliveries import with_delivered
from scenarios.ledger import store
from scenarios.ledger.build_ledger import Evidence, Subject, build_ledger
from scenarios.ledger.join import Part, by_account
from scenarios.ledger.join import joined as joined_parts
from scenarios.ledger.ledger import Ledger
from scenarios.outside.plug import plugged_in_here
from scenarios.runs import plan_of
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import load
from scenarios.system.whole_files import make_folder, write_text
from scenarios.traffic.slices import numbered_slices_of
from scenarios.traffic.workload import arrivals

RECOVERED = "recovered from a run that was killed: what it still had is counted as pending"
AWS = "aws"  # there SES's own events tell what became of accepted mail

Document = Callable[[Path, str], None]
"""Writes the document of a folder in which a strategy's ledger has been recovered."""


def recover(record: RunRecord, ledger_of: Callable[[Scenario], Ledger], document: Document) -> str:
    """Write the ledger of a killed run, and its document; says in which folder they are.

    That is the run's own `--out`, or else a folder beside that of the records.
    """
    folder = Path(record.out) if record.out else directory().parent / "recovered" / record.run
    make_folder(folder)
    scenario = folder / "scenario.toml"
    write_text(scenario, record.scenario_toml)
    with plugged_in_here(record.strategies):
        store.write(ledger_of(load(str(scenario))), folder)
        document(folder, record.strategy)
    return f"what it had done is in {folder}"


def ledger_of_witness(record: RunRecord, witness: Path, scenario: Scenario) -> Ledger:
    """Made of what our own SES has noted: in a file, or in one for each account of several."""
    if not scenario.accounts:
        return ledger_of_decisions(record, _noted_in(witness), scenario)
    return ledger_of_accounts(record, {one: _noted_in(of_slice(witness, one)) for one in scenario.accounts}, scenario)


def ledger_of_accounts(record: RunRecord, noted: Mapping[str, NDArray[Any]], scenario: Scenario) -> Ledger:
    """Made of what each account has decided, by its name: rows of `DECISION`, whose mails its own part counts."""
    parts = list[Part]()
    for name, (part, numbers) in numbered_slices_of(scenario, record.seed).items():
        members = tuple(part.accounts) or (name,)
        parts.append(Part(_ledger_of_part(record, [noted[one] for one in members], part), numbers, members))
    return joined_parts(parts, tuple(scenario.accounts))


def _noted_in(witness: Path) -> NDArray[Any]:
    """Rows of `DECISION`; one that was cut off is none."""
    return silent(witness.read_bytes() if witness.is_file() else b"")


def ledger_of_decisions(record: RunRecord, decisions: NDArray[Any], scenario: Scenario) -> Ledger:
    """Made of rows of `DECISION`."""
    return _ledger_of_part(record, [decisions], scenario)


def _ledger_of_part(record: RunRecord, each: Sequence[NDArray[Any]], part: Scenario) -> Ledger:
    """Of an account, or of a pool, whose calls name the account that decided: `each` has the rows of one."""
    plan, mails = plan_of(part, record.strategy), arrivals(part.workload, record.seed)
    tables = [joined(noted, np.zeros(0, CALL), inf) for noted in each]
    calls = by_account(tables) if part.accounts else tables[0]
    evidence = Evidence(
        ended_s=float(calls["decided_s"].max(initial=0.0)),
        calls=calls,
        custody=left_by_the_dead(plan, mails, in_order(each), inf),
        warnings=(RECOVERED,),
        interrupted=True,
    )
    if record.world != AWS:
        evidence = with_delivered(evidence, part, record.seed)
    subject = Subject(record.strategy, part.name, record.seed, record.world, asdict(plan.settings))
    return replace(build_ledger(subject, mails, evidence), accounts=tuple(part.accounts))
