"""A gate's document for people: what moved in a table, and one line on everything that matters."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

from reports.columns import Block, Column, Row, Sheet
from reports.documents.gate import GateDocument, GateFigure, GateScenario, GateStrategy
from reports.gate.first_calls import MOST
from reports.threshold_lines import threshold_lines
from reports.units import MARKS, SideBySide, between, shown, side_by_side
from scenarios.figures import is_of_recipients


def table(gate: GateDocument) -> Sheet:
    """One row for every figure that moved or fails; the words say the rest."""
    numbers = (Column("base"), Column("now"), Column("difference"), Column(interval_heading(gate), falls=1))
    return Sheet(_title(gate), (Column("figure"), *numbers), list(_blocks(gate)))


def interval_heading(gate: GateDocument) -> str:
    """With the confidence of each, which lets all of them hold together with 95 %."""
    return f"{100 * gate['confidence']:.6g} % interval"


def _blocks(gate: GateDocument) -> Iterator[Block]:
    for scenario in gate["scenarios"]:
        for strategy in scenario["strategies"]:
            rows = [_row(metric) for metric in moved(strategy)]
            if rows:
                yield Block(rows, f"{scenario['scenario']}: {strategy['strategy']}")


def _row(metric: GateFigure) -> Row:
    name, *rest = cells(metric)
    return [f"  {MARKS[metric['verdict']]} {name}", *rest]


def moved(strategy: GateStrategy) -> list[GateFigure]:
    """The figures that are not what they were."""
    return [one for one in strategy["metrics"] if one["interval"] is not None or one["verdict"] != "pass"]


def cells(metric: GateFigure) -> Row:
    """A figure, before, now, the difference and its interval."""
    return [metric["metric"], *_numbers(metric)]


def _numbers(metric: GateFigure) -> SideBySide:
    before, now, by = metric["base"], metric["head"], metric["difference"]
    return side_by_side(metric["metric"], before, now, by, metric["interval"])


def sentences(gate: GateDocument) -> list[str]:
    """What changed, by how much and why it may be; thresholds; the verdict last."""
    return [line for scenario in gate["scenarios"] for line in scenario_lines(scenario)] + [verdict_line(gate)]


def scenario_lines(scenario: GateScenario) -> Iterator[str]:
    """The lines on one scenario."""
    same = [one["strategy"] for one in scenario["strategies"] if one["unchanged"] and not moved(one)]
    if same:
        yield f"✓ {scenario['scenario']}: {', '.join(same)}: unchanged, call for call"
    for one in scenario["strategies"]:
        if one["strategy"] not in same:
            yield f"{MARKS[one['verdict']]} {scenario['scenario']}: {one['strategy']}: {_summary(one)}"
            yield from (f"  {clause}" for clause in causes(one))
    yield from threshold_lines(scenario["thresholds"])
    yield from (f"note: {note}" for note in scenario["notes"])


def _summary(strategy: GateStrategy) -> str:
    """How many figures went which way, and the one that went furthest the wrong way."""
    figures = moved(strategy)
    if not figures:
        return "its behaviour changed, its figures did not"
    verdicts = [metric["verdict"] for metric in figures]
    counted = [f"{verdicts.count(verdict)} {word}" for verdict, word in _WORDS.items() if verdict in verdicts]
    return f"figures: {', '.join(counted)}; {_change(max(figures, key=_weight))}"


_WORDS = {"fail": "worse", "inconclusive": "worse or not", "improved": "better", "pass": "tolerated"}


def _weight(metric: GateFigure) -> tuple[bool, bool, bool, float]:
    """Failures, then what was judged in vain; lost mail before slow mail; then by share, without bounds from 0."""
    base, difference = metric["base"], metric["difference"]
    share = math.inf if not base or difference is None else abs(difference / base)
    verdict, counts = metric["verdict"], is_of_recipients(metric["metric"])
    return verdict == "fail", verdict == "inconclusive" and "doubt" not in metric, counts, share


def _change(metric: GateFigure) -> str:
    base, now, by, _ = _numbers(metric)
    return f"{metric['metric']} {base} → {now}" + (f", {by}" if by != "-" else "") + _missing(metric)


def _missing(metric: GateFigure) -> str:
    """Runs without the figure, such as the makespan of one in which nothing was accepted."""
    before, now = metric["without"]
    return f", no value in {now} of the runs (before: {before})" if before or now else ""


def figure_line(metric: GateFigure) -> str:
    """By how much a figure moved, and what that means."""
    interval = between(metric["metric"], metric["interval"])
    noise = f", noise {shown(metric['metric'], metric['noise'])}" if metric["noise"] else ""
    aside = f"interval {interval}, tolerance {metric['tolerance']}{noise}"
    because = f", because {metric['doubt']}" if "doubt" in metric else ""
    return f"{_change(metric)} ({aside}): {_WORDS[metric['verdict']]}{because}"


def causes(strategy: GateStrategy) -> Iterator[str]:
    """What may explain a change: the settings, and the first call that is not what it was."""
    for setting, (before, now) in strategy["settings"].items():
        yield f"{setting} = {now}, was {before}"
    if strategy["unchanged"] and moved(strategy):
        yield "its runs are the same, call for call: figures or prices are worked out in another way"
    divergence = strategy["divergence"]
    if divergence:
        yield f"first difference: call {divergence['call']}, mail {divergence['mail']}: {divergence['cause']}"
    elif divergence is not None:
        yield f"the first {MOST:,} calls of the first seed are the same: the difference is later, or not in the calls"


def verdict_line(gate: GateDocument) -> str:
    """The end of it all."""
    said = f"{MARKS[gate['verdict']]} {gate['verdict']}: {_counts(gate)} against {gate['against']}"
    return "; ".join([said, *_doubts(gate)])


def _doubts(gate: GateDocument) -> Iterator[str]:
    """How many figures are doubtful for each reason, whatever their intervals."""
    doubts = Counter(metric["doubt"] for metric in _metrics(gate) if "doubt" in metric)
    return (f"{count} doubtful because {reason}" for reason, count in doubts.items())


def _metrics(gate: GateDocument) -> list[GateFigure]:
    return [metric for s in gate["scenarios"] for one in s["strategies"] for metric in one["metrics"]]


def _counts(gate: GateDocument) -> str:
    verdicts = [metric["verdict"] for metric in _metrics(gate)]
    verdicts += [one["verdict"] for scenario in gate["scenarios"] for one in scenario["thresholds"]]
    counted = [f"{verdicts.count(word)} {word}" for word in ("fail", "inconclusive", "improved", "pass")]
    return ", ".join(words for words in counted if not words.startswith("0 "))


def _title(gate: GateDocument) -> str:
    return f"gate in {gate['world']}: {gate['verdict']}"
