"""Is it worse? Two sets of figures in, a verdict out: pure, whatever made the figures."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from reports.statistics.intervals import interval, mean_of
from scenarios.directions import Direction
from scenarios.verdicts import FAIL, IMPROVED, INCONCLUSIVE, PASS, Verdict

Values = Sequence[float | None]

CONFIDENCE = 0.95
ALIKE = 1e-9
"""Share of a figure below which a difference is the arithmetic of another machine."""


class Rule(NamedTuple):
    """Which way a figure may go, and how far the wrong way; a tolerance is absolute, or a share of the base."""

    direction: Direction
    tolerance: float = 0.0
    relative: bool = False

    def allowed(self, base: float) -> float:
        """How much worse than this base is still well, in the figure's own unit."""
        return self.tolerance * abs(base) if self.relative else self.tolerance


class Judged(NamedTuple):
    """One figure: means before and now, their difference, its interval, what is noise, and what follows.

    `without` counts the replications that have no such figure, before and now; the means are of the others.
    """

    verdict: Verdict
    base: float | None
    head: float | None
    interval: tuple[float, float] | None = None
    noise: float | None = None
    without: tuple[int, int] = (0, 0)

    @property
    def difference(self) -> float | None:
        return None if self.base is None or self.head is None else self.head - self.base


def judge(rule: Rule, base: Values, head: Values, confidence: float = CONFIDENCE, noise: float = 0.0) -> Judged:
    """The figure's replications before and now, paired in their order.

    Equal pairs pass. Else the interval of the mean difference decides: beyond the tolerance is a failure, astride it is
    inconclusive. A mean difference within `noise`, in the figure's own unit, is not judged.
    """
    without = base.count(None), head.count(None)
    if any((before is None) != (now is None) for before, now in zip(base, head, strict=True)):
        return Judged(_without_value(base, head, confidence), _mean(base), _mean(head), without=without)
    before, now = _known(base), _known(head)
    differences = [0.0 if alike(b, h) else h - b for b, h in zip(before, now, strict=True)]
    judged = Judged(PASS, _mean(base), _mean(head), noise=noise or None, without=without)
    if not any(differences):
        return judged
    band = _band(differences, confidence)
    within = 0 < noise >= abs(math.fsum(differences) / len(differences))
    return judged._replace(
        verdict=PASS if within else _verdict(rule, band, math.fsum(before) / len(before)), interval=band
    )


def _known(values: Values) -> list[float]:
    return [value for value in values if value is not None]


def _mean(values: Values) -> float | None:
    return mean_of(known) if (known := _known(values)) else None


def alike(base: float, head: float) -> bool:
    """Whether two figures are one."""
    return math.isclose(base, head, rel_tol=ALIKE, abs_tol=1e-12)


def _band(differences: Sequence[float], confidence: float) -> tuple[float, float]:
    """One pair has no interval to speak of: a simulation that differs, differs."""
    return interval(differences, confidence) if len(differences) > 1 else (differences[0], differences[0])


def _without_value(base: Values, head: Values, confidence: float) -> Verdict:
    """No efficiency means mail that was not accepted, no makespan means none at all: to lose a figure is to fail.

    Where it was missing in some replications before, how often it is missing is a figure like others.
    """
    if None not in base:
        return FAIL
    if None not in head:
        return IMPROVED
    missing = [float(now is None) - float(before is None) for before, now in zip(base, head, strict=True)]
    return _verdict(Rule("lower"), _band(missing, confidence), 0.0)


def _verdict(rule: Rule, band: tuple[float, float], base: float) -> Verdict:
    allowed = rule.allowed(base)
    if rule.direction == "same":
        return _unmoved(band, allowed)
    low, high = band if rule.direction == "lower" else (-band[1], -band[0])  # of how much worse it has become
    if low > allowed:
        return FAIL
    if high > allowed:
        return INCONCLUSIVE
    return IMPROVED if high < 0 else PASS


def _unmoved(band: tuple[float, float], allowed: float) -> Verdict:
    low, high = band
    if -allowed <= low and high <= allowed:
        return PASS
    return FAIL if low > allowed or high < -allowed else INCONCLUSIVE


def judge_all(
    rules: Mapping[str, Rule],
    base: Mapping[str, Values],
    head: Mapping[str, Values],
    confidence: float = CONFIDENCE,
    noise: Mapping[str, float] | None = None,
) -> dict[str, Judged]:
    """Every figure of the rules, each interval with that confidence."""
    noise = noise or {}
    return {name: judge(rule, base[name], head[name], confidence, noise.get(name, 0.0)) for name, rule in rules.items()}


def moved(rules: Iterable[str], base: Mapping[str, Values], head: Mapping[str, Values]) -> int:
    """How many of these figures are not what they were."""
    return sum(not _same(base[name], head[name]) for name in rules)


def confidence_of_each(figures: int) -> float:
    """So that the intervals of so many figures hold together: many looks find many accidents (Bonferroni)."""
    return 1 - (1 - CONFIDENCE) / max(1, figures)


def _same(base: Values, head: Values) -> bool:
    pairs = zip(base, head, strict=True)
    return all(b == h if b is None or h is None else alike(b, h) for b, h in pairs)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """What follows from many: one failure fails, one doubt is a doubt, and a gain is no reason to stop."""
    order: tuple[Verdict, ...] = (PASS, IMPROVED, INCONCLUSIVE, FAIL)
    return max(verdicts, key=order.index, default=PASS)
