"""The gate's document: for each scenario, strategy and figure, what was expected, what is, and what follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.events import first_difference
from reports.gate import INCONCLUSIVE, Judged, Rule, judge_all, worst
from reports.measured import Measured

SCHEMA = "seslab/gate/v1"
Entry = dict[str, Any]


def document(world: str, against: str, scenarios: Sequence[Entry]) -> dict[str, Any]:
    """Plain data; `against` says with what it was compared."""
    verdict = worst(scenario["verdict"] for scenario in scenarios)
    return {"schema": SCHEMA, "world": world, "against": against, "verdict": verdict, "scenarios": list(scenarios)}


def scenario_entry(
    name: str, reason: str, strategies: Sequence[Entry], thresholds: Sequence[Entry], notes: Sequence[str] = ()
) -> Entry:
    """One scenario: the worst of what its strategies and its own thresholds say."""
    verdicts = [one["verdict"] for one in (*strategies, *thresholds)]
    return {
        "scenario": name,
        "verdict": worst(verdicts),
        "reason": reason,
        "notes": list(notes),
        "strategies": list(strategies),
        "thresholds": list(thresholds),
    }


def strategy_entry(
    name: str,
    rules: Mapping[str, Rule],
    base: Measured,
    head: Measured,
    noise: Mapping[str, float] | None = None,
) -> Entry:
    """One strategy. The same digest is the same run, call for call, and needs no statistics."""
    judged = judge_all(rules, base.values, head.values, noise)
    return {
        "strategy": name,
        "verdict": worst(one.verdict for one in judged.values()),
        "unchanged": base.digest == head.digest,
        "settings": _changes(base.settings, head.settings),
        "divergence": _divergence(base, head),
        "metrics": [_metric(figure, rules[figure], one) for figure, one in judged.items()],
    }


def undecided(entry: Entry) -> Entry:
    """The same without a verdict on any figure that moved: the machine itself was too slow."""
    metrics = [one if one["interval"] is None else {**one, "verdict": INCONCLUSIVE} for one in entry["metrics"]]
    return {**entry, "verdict": worst(one["verdict"] for one in metrics), "metrics": metrics}


def _changes(base: Mapping[str, Any], head: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Settings that are not what they were: before, now."""
    names = dict.fromkeys((*base, *head))
    return {
        name: [base.get(name), head.get(name)] for name in names if _plain(base.get(name)) != _plain(head.get(name))
    }


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _divergence(base: Measured, head: Measured) -> dict[str, Any] | None:
    """Where the first replication's calls part from what they were; None for runs that are the same or not kept."""
    if base.digest == head.digest or not base.events or not head.events:
        return None
    found = first_difference(base.events, head.events)
    return {} if found is None else found._asdict()


def _metric(figure: str, rule: Rule, judged: Judged) -> Entry:
    tolerance = f"{100 * rule.tolerance:g} %" if rule.relative else f"{rule.tolerance:g}"
    return {
        "metric": figure,
        "verdict": judged.verdict,
        "direction": rule.direction,
        "tolerance": tolerance,
        "base": judged.base,
        "head": judged.head,
        "difference": judged.difference,
        "interval": judged.interval,
        "noise": judged.noise,
    }
