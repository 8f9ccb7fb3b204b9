"""What the scenario's thresholds say of a run, in lines."""

from __future__ import annotations

from typing import NamedTuple

from scenarios.entry import StrategyEntry
from scenarios.ledger.ledger import Ledger
from scenarios.measures.bound import bound_of
from scenarios.measures.cost import load_prices
from scenarios.measures.measured import measured
from scenarios.schema.model import Scenario
from scenarios.schema.thresholds import JudgedThreshold, beside_the_value, judged
from scenarios.traffic.workload import Arrivals


class Judgement(NamedTuple):
    """A run's figures, and each threshold's verdict on them."""

    entry: StrategyEntry
    thresholds: list[JudgedThreshold]


def judgement_of(scenario: Scenario, ledger: Ledger, mails: Arrivals) -> Judgement:
    """Of one run alone."""
    entry = measured(scenario, ledger, bound_of(scenario, mails), load_prices())
    return Judgement(entry, judged(scenario.thresholds, [entry]))


def line_on(met: JudgedThreshold) -> str:
    """A threshold, its verdict and the value that decided."""
    value = "infinite" if met.get("infinite") else met["value"]
    mark = "✓" if met["verdict"] == "pass" else "✗"
    return f"{mark} {met['name']}: {met['expression']} ({value}{beside_the_value(met)})"
