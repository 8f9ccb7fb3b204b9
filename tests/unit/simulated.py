"""One strategy, simulated on constant latencies."""

from __future__ import annotations

from typing import Any

import sim.run
from scenarios.ledger.ledger import OUTCOMES, Ledger
from tests.unit.virtual import (
    SEED,
    scenario,
)


def run(strategy: str, *workload: dict[str, Any], settings: dict[str, Any] | None = None, **tables: Any) -> Ledger:
    """Simulate one strategy on constant latencies."""
    return sim.run.run(scenario(*workload, strategies={strategy: settings or {}}, **tables), strategy, SEED)


def total(ledger: Ledger, column: str) -> int:
    """A column of the mails, added up."""
    return int(ledger.mails[column].sum())


def outcomes(ledger: Ledger) -> list[str]:
    """What SES made of each call, in the order of decision."""
    return [OUTCOMES[code] for code in ledger.calls["outcome"]]
