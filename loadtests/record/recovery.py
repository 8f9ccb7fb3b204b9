"""A ledger of what a killed run had done, from what SES's side has noted: what it does not tell is pending."""

from __future__ import annotations

from dataclasses import asdict
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loadtests.record.logs import CALL
from loadtests.record.reconcile import joined
from loadtests.record.run_registry import RunRecord, directory
from scenarios.ledger import store
from scenarios.ledger.build_ledger import Evidence, Subject, all_pending, build_ledger
from scenarios.ledger.ledger import Ledger
from scenarios.runs import plan_of
from scenarios.schema.model import load
from scenarios.traffic.workload import arrivals

RECOVERED = "recovered from a run that was killed: what SES had not accepted by then is counted as pending"


def recover(record: RunRecord, decisions: NDArray[Any]) -> Path:
    """Write the ledger of a killed run, from rows of `DECISION`; returns the folder that it is in.

    That is the run's own `--out`, or else a folder beside that of the records.
    """
    folder = Path(record.out) if record.out else directory().parent / "recovered" / record.run
    folder.mkdir(parents=True, exist_ok=True)
    scenario = folder / "scenario.toml"
    scenario.write_text(record.scenario_toml, encoding="utf-8")
    store.write(_ledger(record, str(scenario), decisions), folder)
    return folder


def _ledger(record: RunRecord, path: str, decisions: NDArray[Any]) -> Ledger:
    scenario = load(path)
    mails = arrivals(scenario.workload, record.seed)
    calls = joined(decisions, np.zeros(0, CALL), inf)
    evidence = Evidence(
        ended_s=float(calls["decided_s"].max(initial=0.0)),
        calls=calls,
        custody=all_pending(mails),
        warnings=(RECOVERED,),
        interrupted=True,
    )
    settings = asdict(plan_of(scenario, record.strategy).settings)
    return build_ledger(Subject(record.strategy, scenario.name, record.seed, record.world, settings), mails, evidence)
