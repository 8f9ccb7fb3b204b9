"""A scenario's thresholds, and what they met, a line each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from reports.units import MARKS, shown
from scenarios.formats.quoted import printable
from scenarios.schema.thresholds import JudgedThreshold, beside_the_value
from scenarios.verdicts import FAIL, INCONCLUSIVE, PASS, Met


def threshold_lines(thresholds: Iterable[JudgedThreshold]) -> Iterator[str]:
    """One that is for each contender names those that do not meet it, and only counts the others."""
    for _, judged in groupby(thresholds, key=lambda one: (one["name"], one["expression"])):
        of_each = list(judged)
        yield threshold_line(of_each[0]) if len(of_each) == 1 else _of_several(of_each)


def _of_several(judged: Sequence[JudgedThreshold]) -> str:
    worst = next(one for one in (FAIL, INCONCLUSIVE, PASS) if any(each["verdict"] == one for each in judged))
    first = judged[0]
    parts = [part for part in (_named(judged, FAIL), _named(judged, INCONCLUSIVE), _met(judged)) if part]
    return f"{MARKS[worst]} {printable(first['name'])}: {first['expression']} ({'; '.join(parts)})"


def _named(judged: Sequence[JudgedThreshold], verdict: Met) -> str:
    """Each with its value, since how far off it is tells what to do."""
    words = {FAIL: "not met by", INCONCLUSIVE: "undecided for"}[verdict]
    named = [f"{one['strategy']}: {met_value(one)}{_beside(one)}" for one in judged if one["verdict"] == verdict]
    return f"{words} {', '.join(named)}" if named else ""


def _beside(threshold: JudgedThreshold) -> str:
    return beside_the_value(threshold).replace(";", ",")


def _met(judged: Sequence[JudgedThreshold]) -> str:
    met = [one for one in judged if one["verdict"] == PASS]
    if not met:
        return "met by none"
    who = f"all {len(met)}" if len(met) == len(judged) else ", ".join(one["strategy"] for one in met)
    notes = [f"; {one['strategy']}{_beside(one)}" for one in met if _beside(one)]
    return f"met by {who}{''.join(notes)}"


def threshold_line(threshold: JudgedThreshold) -> str:
    """✓ or ✗, the expression, and the value that it met."""
    figure = threshold["figure"]
    value = f"{met_value(threshold)}{_band(figure, threshold['interval'])}{beside_the_value(threshold)}"
    judged = f"{MARKS[threshold['verdict']]} {printable(threshold['name'])}: {threshold['expression']}"
    return f"{judged} ({threshold['strategy']}: {value})"


def met_value(threshold: JudgedThreshold) -> str:
    """The value with its unit."""
    return "infinite" if threshold.get("infinite") else shown(threshold["figure"], threshold["value"])


def _band(figure: str, interval: Sequence[float] | None) -> str:
    return "" if interval is None else f", 95 % {shown(figure, interval[0])} to {shown(figure, interval[1])}"
