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
from loadtests.record.run_registry import Record, directory
from scenarios.ledger import store
from scenarios.ledger.fates import Custody, settle
from scenarios.ledger.ledger import Ledger, admitted, assert_conserved
from scenarios.runs import plan_of
from scenarios.schema.model import load
from scenarios.traffic.workload import arrivals

RECOVERED = "recovered from a run that was killed: what SES had not accepted by then is counted as pending"


def recover(record: Record, decisions: NDArray[Any]) -> Path:
    """Write the ledger of a killed run, from rows of `DECISION`; returns the folder that it is in.

    That is the run's own `--out`, or else a folder beside the journal's.
    """
    folder = Path(record.out) if record.out else directory().parent / "recovered" / record.run
    folder.mkdir(parents=True, exist_ok=True)
    scenario = folder / "scenario.toml"
    scenario.write_text(record.scenario_toml, encoding="utf-8")
    ledger = _ledger(record, str(scenario), decisions)
    assert_conserved(ledger)
    store.write(ledger, folder)
    return folder


def _ledger(record: Record, path: str, decisions: NDArray[Any]) -> Ledger:
    scenario = load(path)
    mails = arrivals(scenario.workload, record.seed)
    count = len(mails.recipients)
    calls = joined(decisions, np.zeros(0, CALL), inf)
    ended_s = float(calls["decided_s"].max(initial=0.0))
    custody = Custody(np.ones(count, dtype=bool))
    return Ledger(
        strategy=record.strategy,
        scenario=scenario.name,
        seed=record.seed,
        world=record.world,
        ended_s=ended_s,
        mails=settle(mails, calls, custody, np.full(count, np.nan), np.zeros(count, np.int32)),
        calls=calls,
        settings=asdict(plan_of(scenario, record.strategy).settings),
        usage={"ses_recipients": float(admitted(calls))},
        warnings=(RECOVERED,),
        interrupted=True,
    )
