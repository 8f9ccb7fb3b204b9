"""Makes the history: each figure of each sender over the commits, with the verdict on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from reports.documents.comparison import ComparisonDocument, ExplainedEntry
from reports.documents.gate import GateDocument
from reports.documents.history import SCHEMA, HistoryCommit, HistoryDocument, HistoryPoint, HistorySeries
from reports.gate.verdict import worst
from reports.history.reading import Commit
from scenarios.entry import Interval
from scenarios.errors import BadInput
from scenarios.figures import figures_like, figures_of, is_figure
from scenarios.schema.files import printable
from scenarios.schema.tables import unknown
from scenarios.verdicts import Verdict

FIGURES = ("recipients.lost", "recipients.duplicated", "latency_s.p99", "makespan_s", "cost_per_million_usd")


class Key(NamedTuple):
    """What a series is of."""

    scenario: str
    world: str
    sender: str
    figure: str


Found = tuple[Key, float | None, Interval | None, Verdict | None]
"""A figure of one document: its value, interval and verdict."""


def wished(figures: Sequence[str]) -> tuple[str, ...]:
    """The figures by these names, or those that most are asked for. Raises BadInput for what is none."""
    for name in figures:
        if not is_figure(name):
            raise BadInput(printable(f"--figure {name}: {unknown('figure', name, figures_like(name))}"))
    return tuple(dict.fromkeys(figures)) or FIGURES


def document(commits: Sequence[Commit], figures: Sequence[str]) -> HistoryDocument:
    """Plain data. Where a gate and a comparison have the same figure of a commit, the gate's counts."""
    series: dict[Key, dict[int, HistoryPoint]] = {}
    for number, one in enumerate(commits):
        for key, value, interval, verdict in _found(one):
            if key.figure in figures:
                point: HistoryPoint = {"commit": number, "value": value, "interval": interval, "verdict": verdict}
                series.setdefault(key, {})[number] = point
    in_turn = sorted(series, key=lambda key: (key[:3], figures.index(key.figure)))
    return {
        "schema": SCHEMA,
        "commits": [_commit(one) for one in commits],
        "series": [_series(key, series[key].values()) for key in in_turn],
    }


def _series(key: Key, points: Iterable[HistoryPoint]) -> HistorySeries:
    scenario, world, sender, figure = key
    return {"scenario": scenario, "world": world, "sender": sender, "figure": figure, "points": list(points)}


def _commit(one: Commit) -> HistoryCommit:
    verdicts = [*(gate["verdict"] for gate in one.gates), *_on_thresholds(one)]
    return {
        "name": one.name,
        "commit": one.commit,
        "made_unix_s": one.made_unix_s,
        "folders": one.folders,
        "verdict": worst(verdicts) if verdicts else None,
    }


def _on_thresholds(one: Commit) -> Iterator[Verdict]:
    return (judged["verdict"] for comparison in one.comparisons for judged in comparison["thresholds"])


def _found(one: Commit) -> Iterator[Found]:
    for comparison in one.comparisons:
        for entry in comparison["strategies"]:
            yield from _in_entry(comparison, entry)
    for gate in one.gates:
        yield from _in_gate(gate)


def _in_entry(comparison: ComparisonDocument, entry: ExplainedEntry) -> Iterator[Found]:
    sender = entry["strategy"]
    judged = [one for one in comparison["thresholds"] if one["strategy"] == sender]
    for figure, value in figures_of(entry).items():
        if is_figure(figure):
            verdicts = [one["verdict"] for one in judged if one["figure"] == figure]
            key = Key(comparison["scenario"], comparison["world"], sender, figure)
            yield key, value, entry["ci95"].get(figure), worst(verdicts) if verdicts else None


def _in_gate(gate: GateDocument) -> Iterator[Found]:
    for scenario in gate["scenarios"]:
        for one in scenario["strategies"]:
            for metric in one["metrics"]:
                key = Key(scenario["scenario"], gate["world"], one["strategy"], metric["metric"])
                yield key, metric["head"], None, metric["verdict"]
