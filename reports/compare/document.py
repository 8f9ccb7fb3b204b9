"""Makes the comparison of strategies on one scenario: a document for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from reports.compare.accounts.arranged import accounts_of, arrangement_of
from reports.compare.bill import bill_of
from reports.compare.explain import explain
from reports.compare.looks import as_table
from reports.compare.mechanism import Facts
from reports.compare.variant_looks import looks_of_variants
from reports.documents.comparison import (
    SCHEMA,
    AccountTable,
    ComparisonDocument,
    DeliveryTable,
    ExplainedEntry,
    FaultTable,
    RankedContender,
)
from reports.documents.limits import BoundFigures, LimiterTable
from reports.ranking.answer import answer, ranking_of
from reports.ranking.called import chosen_settings
from reports.ranking.ranking import Ranked
from scenarios.aws.limit_steps import rate_steps
from scenarios.entry import StrategyEntry
from scenarios.measures.bound import Bound
from scenarios.outside.plug import plugged
from scenarios.schema.delivery.delivery import Delivery
from scenarios.schema.model import Scenario
from scenarios.schema.thresholds import judged
from strategies.presentation.look import Look
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
    facts, looks = Facts.of(scenario), {**_looks_of_plugged(), **looks_of_variants(scenario)}
    made: ComparisonDocument = {
        "schema": SCHEMA,
        "scenario": scenario.name,
        "world": world,
        "seed": seed,
        "replications": replications,
        "bound": figures_of(bound),
        "account": account_of(scenario),
        "faults": faults_of(scenario),
        "strategies": [_explained(entry, scenario, facts, looks) for entry in entries],
        "thresholds": judged(scenario.thresholds, entries),
    }
    if scenario.bill is not None and any("month" in entry for entry in entries):
        made["bill"] = bill_of(scenario, scenario.bill)
    if scenario.delivery is not None and any("delivery" in entry for entry in entries):
        made["delivery"] = delivery_of(scenario.delivery)
    if scenario.accounts:
        made["accounts"] = accounts_of(scenario)
    if (arranged := arrangement_of(scenario, seed)) is not None:
        made["arrangement"] = arranged
    if scenario.rank is not None:
        made["rank"] = {"by": scenario.rank.by, "figure": scenario.rank.figure}
    return {**made, "ranking": _ranking(made), "answer": answer(made)}


def _ranking(comparison: ComparisonDocument) -> list[RankedContender]:
    return [_placed(one) for one in ranking_of(comparison)]


def _placed(one: Ranked[ExplainedEntry]) -> RankedContender:
    place: RankedContender = {"place": one.place, "strategy": one.entry["strategy"]}
    return place if one.requirement is None else {**place, "requirement": one.requirement}


def _explained(entry: StrategyEntry, scenario: Scenario, facts: Facts, looks: Mapping[str, Look]) -> ExplainedEntry:
    """What a later seslab may not know of it is kept, such as the look of a strategy from outside."""
    explained = cast(ExplainedEntry, {**entry, "explanation": explain(entry, facts)})
    if chosen := chosen_settings(scenario, entry["strategy"]):
        explained["chosen_settings"] = chosen
    if entry["strategy"] in looks:
        explained["look"] = as_table(looks[entry["strategy"]])
    return explained


def _looks_of_plugged() -> dict[str, Look]:
    looks = {bundle.name: getattr(STRATEGIES[bundle.name], "LOOK", None) for bundle in plugged()}
    return {name: look for name, look in looks.items() if look is not None}


def figures_of(bound: Bound) -> BoundFigures:
    """The best possible, as plain data."""
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


def delivery_of(delivery: Delivery) -> DeliveryTable:
    """What is supposed of accepted mail, as plain data."""
    return {
        "deadline_s": delivery.deadline_s,
        "max_delivery_s": delivery.max_delivery_s,
        "representative_volume": delivery.reputation.representative_volume,
    }


def faults_of(scenario: Scenario) -> list[FaultTable]:
    """What goes wrong, as plain data; what befalls every account names none."""
    dumps = (fault.model_dump(mode="json") for fault in scenario.fault)
    return [
        cast(FaultTable, {key: one for key, one in dump.items() if (key, one) != ("account", None)}) for dump in dumps
    ]
