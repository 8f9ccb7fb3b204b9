"""A run of a scenario, measured against its account and its ideal sender."""

from __future__ import annotations

from scenarios.entry import StrategyEntry
from scenarios.ledger.ledger import Ledger
from scenarios.measures.apart import apart
from scenarios.measures.bound import Bound
from scenarios.measures.cost import Prices
from scenarios.measures.metrics import measure
from scenarios.schema.model import Scenario


def measured(scenario: Scenario, ledger: Ledger, ideal: Bound, prices: Prices) -> StrategyEntry:
    """One entry of `seslab/comparison/v1`; of several workloads and lanes each has its figures too."""
    rate_per_s, limiter = scenario.account.max_send_rate_per_s, scenario.account.limiter
    burst = limiter.burst if limiter.kind == "token-bucket" else rate_per_s
    entry = measure(ledger, rate_per_s, burst, ideal.makespan_s, prices)
    return {**_named(entry, scenario), **apart(ledger, scenario.workload)}


def _named(entry: StrategyEntry, scenario: Scenario) -> StrategyEntry:
    """A variant says what it is a variant of."""
    name = entry["strategy"]
    return {**entry, "variant_of": scenario.strategy_of(name)} if name in scenario.variants else entry
