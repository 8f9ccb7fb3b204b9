"""Makes the comparison of strategies on one scenario: a document for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from reports.compare.explain import explain
from reports.compare.looks import as_table
from reports.compare.mechanism import Facts
from reports.documents.comparison import (
    SCHEMA,
    AccountTable,
    BoundFigures,
    ComparisonDocument,
    ExplainedEntry,
    FaultTable,
    LimiterTable,
)
from scenarios.entry import StrategyEntry
from scenarios.measures.bound import Bound, rate_steps
from scenarios.outside.plug import bundle_of
from scenarios.schema.model import Scenario
from scenarios.schema.thresholds import judged
from strategies.registry import STRATEGIES


def document(
    scenario: Scenario,
    world: str,
    seed: int,
    replications: int,
    bound: Bound,
    entries: Sequence[StrategyEntry],
) -> ComparisonDocument:
    """The comparison document: plain data, in the order in which the strategies were run."""
    facts = Facts.of(scenario)
    return {
        "schema": SCHEMA,
        "scenario": scenario.name,
        "world": world,
        "seed": seed,
        "replications": replications,
        "bound": _figures_of(bound),
        "account": account_of(scenario),
        "faults": faults_of(scenario),
        "strategies": [_explained(entry, facts) for entry in entries],
        "thresholds": judged(scenario.thresholds, entries),
    }


def _explained(entry: StrategyEntry, facts: Facts) -> ExplainedEntry:
    explained = cast(ExplainedEntry, {**entry, "explanation": explain(entry, facts)})
    own = getattr(STRATEGIES.get(entry["strategy"]), "LOOK", None)
    if own is not None and bundle_of(entry["strategy"]):
        explained["look"] = as_table(own)
    return explained


def _figures_of(bound: Bound) -> BoundFigures:
    return {
        "makespan_s": bound.makespan_s,
        "latency_mean_s": bound.latency_mean_s,
        "latency_p99_s": bound.latency_p99_s,
    }


def account_of(scenario: Scenario) -> AccountTable:
    """What SES allows, as plain data."""
    account = scenario.account
    return {
        "max_send_rate_per_s": account.max_send_rate_per_s,
        "max_24h_send": account.max_24h_send,
        "limiter": cast(LimiterTable, account.limiter.model_dump(mode="json")),
        "rate_steps": [list(step) for step in rate_steps(scenario)],
    }


def faults_of(scenario: Scenario) -> list[FaultTable]:
    """What goes wrong, as plain data."""
    return [cast(FaultTable, fault.model_dump(mode="json")) for fault in scenario.fault]
