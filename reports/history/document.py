"""Makes the history: each figure of each sender over the commits, with the verdict on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from reports.documents.comparison import ComparisonDocument
from reports.documents.gate import GateDocument
from reports.documents.history import SCHEMA, HistoryCommit, HistoryDocument, HistoryPoint, HistorySeries
from reports.gate.verdict import worst
from reports.history.reading import Commit
from scenarios.entry import Interval
from scenarios.errors import BadInput
from scenarios.figures import figures_like, figures_of, is_figure
from scenarios.formats.quoted import printable, unknown
from scenarios.schema.thresholds import JudgedThreshold
from scenarios.verdicts import FAIL, Verdict

FIGURES = (
    "recipients.lost",
    "recipients.duplicated",
    "latency_s.p99",
    "makespan_s",
    "cost_per_million_usd",
    "delivery.within_deadline",
)


class Key(NamedTuple):
    """What a series is of."""

    scenario: str
    world: str
    sender: str
    figure: str


class Found(NamedTuple):
    """What documents of one commit say of a figure."""

    value: float | None
    interval: Interval | None
    verdict: Verdict | None

    def judged(self, verdict: Verdict | None) -> Found:
        """The same with the worse of its verdict and this one."""
        return self._replace(verdict=_worst((self.verdict, verdict)))


def wished(figures: Sequence[str]) -> tuple[str, ...]:
    """The figures by these names, or those that most are asked for. Raises BadInput for what is none."""
    for name in figures:
        if not is_figure(name):
            raise BadInput(printable(f"--figure {name}: {unknown('figure', name, figures_like(name))}"))
    return tuple(dict.fromkeys(figures)) or FIGURES


def document(commits: Sequence[Commit], figures: Sequence[str], skipped: Sequence[str] = ()) -> HistoryDocument:
    """Plain data: the figures that are followed, and every other one that failed somewhere; and what was left out."""
    found = [_found(one) for one in commits]
    failed = {key for points in found for key, point in points.items() if point.verdict == FAIL}
    told = {key for points in found for key in points if key.figure in figures} | failed
    turn = [*figures, *sorted({key.figure for key in failed} - {*figures})].index
    in_turn = sorted(told, key=lambda key: (key[:3], turn(key.figure)))
    return {
        "schema": SCHEMA,
        "skipped": list(skipped),
        "figures": list(figures),
        "commits": [_commit(one, points) for one, points in zip(commits, found, strict=True)],
        "series": [_series(key, found) for key in in_turn],
    }


def _series(key: Key, found: Sequence[Mapping[Key, Found]]) -> HistorySeries:
    scenario, world, sender, figure = key
    points = [_point(number, points[key]) for number, points in enumerate(found) if key in points]
    return {"scenario": scenario, "world": world, "sender": sender, "figure": figure, "points": points}


def _point(number: int, found: Found) -> HistoryPoint:
    return {"commit": number, "value": found.value, "interval": found.interval, "verdict": found.verdict}


def _commit(one: Commit, points: Mapping[Key, Found]) -> HistoryCommit:
    return {
        "name": one.name,
        "commit": one.commit,
        "made_unix_s": one.made_unix_s,
        "folders": one.folders,
        "verdict": _worst(point.verdict for point in points.values()),
    }


def _worst(verdicts: Iterable[Verdict | None]) -> Verdict | None:
    """None where nothing judged."""
    judged = [verdict for verdict in verdicts if verdict is not None]
    return worst(judged) if judged else None


def _found(one: Commit) -> dict[Key, Found]:
    """Of what was measured again the last counts; a gate's value before a comparison's, with the worse verdict."""
    latest: dict[str | None, dict[Key, Found]] = {}
    for comparison in one.comparisons:
        latest.setdefault(None, {}).update(_in_comparison(comparison))
    for gate in one.gates:
        latest.setdefault(gate["against"], {}).update(_in_gate(gate))
    found: dict[Key, Found] = {}
    for key, point in (pair for points in latest.values() for pair in points.items()):
        found[key] = point.judged(found[key].verdict if key in found else None)
    return found


def _in_comparison(comparison: ComparisonDocument) -> Iterator[tuple[Key, Found]]:
    for entry in comparison["strategies"]:
        key = partial(Key, comparison["scenario"], comparison["world"], entry["strategy"])
        measured = {
            figure: Found(value, entry["ci95"].get(figure), None)
            for figure, value in figures_of(entry).items()
            if is_figure(figure)
        }
        yield from _demanded(key, measured, comparison["thresholds"])


def _in_gate(gate: GateDocument) -> Iterator[tuple[Key, Found]]:
    for scenario in gate["scenarios"]:
        for one in scenario["strategies"]:
            key = partial(Key, scenario["scenario"], gate["world"], one["strategy"])
            measured = {metric["metric"]: Found(metric["head"], None, metric["verdict"]) for metric in one["metrics"]}
            yield from _demanded(key, measured, scenario["thresholds"])


def _demanded(
    key: Callable[[str], Key], measured: Mapping[str, Found], thresholds: Iterable[JudgedThreshold]
) -> Iterator[tuple[Key, Found]]:
    """What was measured of a sender, with what the scenario demands of it, be that of other figures."""
    found = {**measured}
    for one in thresholds:
        figure = one["figure"]
        if one["strategy"] == key(figure).sender:
            known = found.get(figure, Found(one["value"], one["interval"], None))
            found[figure] = known.judged(one["verdict"])
    yield from ((key(figure), point) for figure, point in found.items())
