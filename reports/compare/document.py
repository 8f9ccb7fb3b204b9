"""The comparison of strategies on one scenario: a document for programs, a table and sentences for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from reports.compare.explain import explain
from reports.compare.mechanisms import Facts
from scenarios.measures.bound import Bound, rate_steps
from scenarios.schema.model import Scenario
from scenarios.schema.thresholds import judged

if TYPE_CHECKING:
    pass

SCHEMA = "seslab/comparison/v1"
Entry = Mapping[str, Any]


def document(
    scenario: Scenario,
    world: str,
    seed: int,
    replications: int,
    bound: Bound,
    entries: Sequence[Entry],
) -> dict[str, Any]:
    """The comparison document: plain data, in the order in which the strategies were run."""
    facts = Facts.of(scenario)
    return {
        "schema": SCHEMA,
        "scenario": scenario.name,
        "world": world,
        "seed": seed,
        "replications": replications,
        "bound": bound._asdict(),
        "account": account_of(scenario),
        "faults": [fault.model_dump(mode="json") for fault in scenario.fault],
        "strategies": [{**entry, "explanation": explain(entry, facts)} for entry in entries],
        "thresholds": judged(scenario.thresholds, entries),
    }


def account_of(scenario: Scenario) -> dict[str, Any]:
    """What SES allows, as plain data."""
    account = scenario.account
    return {
        "max_send_rate_per_s": account.max_send_rate_per_s,
        "max_24h_send": account.max_24h_send,
        "limiter": account.limiter.model_dump(mode="json"),
        "rate_steps": [list(step) for step in rate_steps(scenario)],
    }
