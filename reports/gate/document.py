"""Makes the gate's document: for each scenario, strategy and figure, what was expected, what is, and what follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from reports.documents.gate import (
    SCHEMA,
    FirstDifference,
    GateDocument,
    GateFigure,
    GateScenario,
    GateStrategy,
    SettingChange,
)
from reports.gate.first_calls import first_difference
from reports.gate.measured import Measured
from reports.gate.verdict import Judged, Rule, confidence_of_each, judge_all, moved, worst
from scenarios.entry import Setting, SettingsTable
from scenarios.schema.thresholds import JudgedThreshold
from scenarios.verdicts import INCONCLUSIVE, PASS


class Compared(NamedTuple):
    """One strategy on both sides, and what is watched of it."""

    strategy: str
    rules: Mapping[str, Rule]
    base: Measured
    head: Measured
    noise: Mapping[str, float] | None = None
    doubts: Mapping[str, str] = MappingProxyType({})

    @property
    def unchanged(self) -> bool:
        """The same digest is the same run, call for call, and needs no statistics."""
        return self.base.digest == self.head.digest


class Part(NamedTuple):
    """One scenario of a gate; `thresholds` are judged already."""

    scenario: str
    reason: str
    strategies: Sequence[Compared]
    thresholds: Sequence[JudgedThreshold]
    notes: Sequence[str] = ()


def document(world: str, against: str, parts: Sequence[Part]) -> GateDocument:
    """Plain data; `against` says with what it was compared.

    It passes or fails as a whole, so that the intervals of all its figures hold together, each with `confidence`.
    """
    each = [one for part in parts for one in part.strategies]
    confidence = confidence_of_each(sum(moved(one.rules, one.base.values, one.head.values) for one in each))
    scenarios = [_scenario(part, confidence) for part in parts]
    verdict = worst(scenario["verdict"] for scenario in scenarios)
    return {
        "schema": SCHEMA,
        "world": world,
        "against": against,
        "verdict": verdict,
        "confidence": confidence,
        "scenarios": scenarios,
    }


def _scenario(part: Part, confidence: float) -> GateScenario:
    """The worst of what its strategies and its own thresholds say."""
    strategies = [_strategy(one, confidence) for one in part.strategies]
    return {
        "scenario": part.scenario,
        "verdict": worst(one["verdict"] for one in (*strategies, *part.thresholds)),
        "reason": part.reason,
        "notes": list(part.notes),
        "strategies": strategies,
        "thresholds": list(part.thresholds),
    }


def _strategy(one: Compared, confidence: float) -> GateStrategy:
    judged = judge_all(one.rules, one.base.values, one.head.values, confidence, one.noise)
    metrics = [doubted(_metric(name, one.rules[name], figure), one.doubts.get(name)) for name, figure in judged.items()]
    return {
        "strategy": one.strategy,
        "verdict": worst(metric["verdict"] for metric in metrics),
        "unchanged": one.unchanged,
        "settings": _changes(one.base.settings, one.head.settings),
        "divergence": _divergence(one.base, one.head),
        "metrics": metrics,
    }


def doubted(metric: GateFigure, because: str | None) -> GateFigure:
    """The same without a verdict, if it moved and there is a reason to doubt it."""
    return {**metric, "verdict": INCONCLUSIVE, "doubt": because} if because and _has_moved(metric) else metric


def _has_moved(metric: GateFigure) -> bool:
    """By some amount, or because it is missing in other runs than before."""
    return metric["interval"] is not None or metric["verdict"] != PASS


def _changes(base: SettingsTable, head: SettingsTable) -> dict[str, SettingChange]:
    """Settings that are not what they were: before, now."""
    names = dict.fromkeys((*base, *head))
    return {
        name: [base.get(name), head.get(name)] for name in names if _plain(base.get(name)) != _plain(head.get(name))
    }


def _plain(value: Setting) -> Setting:
    return list(value) if isinstance(value, tuple) else value


def _divergence(base: Measured, head: Measured) -> FirstDifference | None:
    """Where the first replication's calls part from what they were; None for runs that are the same or not kept."""
    if base.digest == head.digest or not base.events or not head.events:
        return None
    found = first_difference(base.events, head.events)
    if found is None:
        return {}
    return {"call": found.call, "at_s": found.at_s, "mail": found.mail, "cause": found.cause}


def _metric(figure: str, rule: Rule, judged: Judged) -> GateFigure:
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
        "without": list(judged.without),
    }
