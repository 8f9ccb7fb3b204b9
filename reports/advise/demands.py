"""What a candidate must meet in every run: the scenario's thresholds, and that no mail is left behind."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

from reports.ranking.requirement import miss
from scenarios.entry import StrategyEntry
from scenarios.figures import is_of_recipients
from scenarios.schema.model import Scenario
from scenarios.schema.thresholds import JudgedThreshold, Threshold, judged
from scenarios.verdicts import PASS

IMPLIED = "everything is accepted"
"""What demands are called that no threshold makes: who sends nothing is cheapest, and nobody wants that."""
_LEAST_MISS = 1e-12
"""Of a value that is its limit where it must not reach it."""
_MAIL = 1e6
_DIGITS = 9
"""Behind the point, of a share beside that number."""

Demands = Mapping[str, Sequence[str]]
"""Expressions under names, as a scenario has its thresholds."""


def demands_of(scenario: Scenario) -> Demands:
    """The thresholds, and none lost, dead-lettered or pending where no threshold for each says how many may be."""
    said = {one.figure for one in scenario.demands if one.sender == "*"}
    fates = ("lost", "dead_lettered", "pending")
    implied = [f"*.recipients.{fate} == 0" for fate in fates if f"recipients.{fate}" not in said]
    if "recipients.accepted" in said or not implied:
        return scenario.thresholds
    return {**scenario.thresholds, IMPLIED: tuple(implied)}


def is_judged(expression: str, contenders: Collection[str]) -> bool:
    """Whether it is about any of them: one that names another contender demands nothing of these."""
    return Threshold.parse(expression).sender in {"*", *contenders}


def unmet(demands: Demands, entry: StrategyEntry) -> list[JudgedThreshold]:
    """Of one run, in which nothing is inconclusive; the farthest off first."""
    failed = [one for one in judged(demands, [entry]) if one["verdict"] != PASS]
    return sorted(failed, key=lambda one: -_far(one, entry))


def violation(failed: Sequence[JudgedThreshold], entry: StrategyEntry) -> float:
    """How far off the farthest is; 0 where all are met. Mail that is left behind is farther off than any delay."""
    return max((_far(one, entry) for one in failed), default=0.0)


def _far(threshold: JudgedThreshold, entry: StrategyEntry) -> float:
    share = max(miss(threshold, entry), _LEAST_MISS)
    return share + _MAIL if is_of_recipients(threshold["figure"]) else share


def miss_in(violation: float) -> float:
    """As a share of the limit or, of recipients none of whom may be so, of all of them."""
    return round(violation - _MAIL, _DIGITS) if _MAIL <= violation < math.inf else violation


def figures_of(demands: Demands) -> set[str]:
    """The figures that are asked for."""
    return {Threshold.parse(one).figure for some in demands.values() for one in some}


def known(value: float | None) -> float:
    """What has no value, such as the latency of what was not accepted, is infinite: less is better everywhere."""
    return math.inf if value is None else value
