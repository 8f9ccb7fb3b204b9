"""Is it worse? Two sets of figures in, a verdict out: pure, whatever made the figures."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from scenarios.intervals import interval, mean_of

Verdict = Literal["pass", "improved", "inconclusive", "fail"]
Direction = Literal["lower", "higher", "same"]
Values = Sequence[float | None]

PASS: Verdict = "pass"
IMPROVED: Verdict = "improved"
INCONCLUSIVE: Verdict = "inconclusive"
FAIL: Verdict = "fail"

CONFIDENCE = 0.95
ALIKE = 1e-9
"""Share of a figure below which a difference is the arithmetic of another machine."""

DIRECTIONS: Mapping[str, Direction] = {
    "recipients.submitted": "same",
    "recipients.accepted": "higher",
    "recipients.dead_lettered": "lower",
    "recipients.lost": "lower",
    "recipients.pending": "lower",
    "recipients.duplicated": "lower",
    "calls.attempted": "lower",
    "calls.throttled": "lower",
    "calls.failed": "lower",
    "latency_s.mean": "lower",
    "latency_s.p50": "lower",
    "latency_s.p95": "lower",
    "latency_s.p99": "lower",
    "latency_s.max": "lower",
    "call_s.p50": "lower",
    "call_s.p99": "lower",
    "makespan_s": "lower",
    "goodput_per_s": "higher",
    "efficiency": "higher",
    "cost_usd": "lower",
    "cost_per_million_usd": "lower",
}
"""The figures that a gate watches, and which way is better. A peak is not among them: it is neither good nor bad."""


class Rule(NamedTuple):
    """Which way a figure may go, and how far the wrong way; a tolerance is absolute, or a share of the base."""

    direction: Direction
    tolerance: float = 0.0
    relative: bool = False

    def allowed(self, base: float) -> float:
        """How much worse than this base is still well, in the figure's own unit."""
        return self.tolerance * abs(base) if self.relative else self.tolerance


class Judged(NamedTuple):
    """One figure: means before and now, their difference, its interval, what is noise, and what follows."""

    verdict: Verdict
    base: float | None
    head: float | None
    interval: tuple[float, float] | None = None
    noise: float | None = None

    @property
    def difference(self) -> float | None:
        return None if self.base is None or self.head is None else self.head - self.base


def judge(rule: Rule, base: Values, head: Values, confidence: float = CONFIDENCE, noise: float = 0.0) -> Judged:
    """The figure's replications before and now, paired in their order.

    Equal pairs pass. Else the interval of the mean difference decides: beyond the tolerance is a failure, astride it is
    inconclusive. A mean difference within `noise`, in the figure's own unit, is not judged.
    """
    means = mean_of(base), mean_of(head)
    if means[0] is None or means[1] is None:
        return Judged(_without_value(*means), *means)
    before, now = _known(base), _known(head)
    differences = [0.0 if alike(b, h) else h - b for b, h in zip(before, now, strict=True)]
    if not any(differences):
        return Judged(PASS, *means, noise=noise or None)
    band = _band(differences, confidence)
    within = abs(means[1] - means[0]) <= noise
    return Judged(PASS if within else _verdict(rule, band, means[0]), *means, interval=band, noise=noise or None)


def _known(values: Values) -> list[float]:
    return [value for value in values if value is not None]


def alike(base: float, head: float) -> bool:
    """Whether two figures are one."""
    return math.isclose(base, head, rel_tol=ALIKE, abs_tol=1e-12)


def _band(differences: Sequence[float], confidence: float) -> tuple[float, float]:
    """One pair has no interval to speak of: a simulation that differs, differs."""
    return interval(differences, confidence) if len(differences) > 1 else (differences[0], differences[0])


def _without_value(base: float | None, head: float | None) -> Verdict:
    """No efficiency means mail that was not accepted, no makespan means none at all: to lose a figure is to fail."""
    if base is None:
        return PASS if head is None else IMPROVED
    return FAIL


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
    noise: Mapping[str, float] | None = None,
) -> dict[str, Judged]:
    """Every figure of the rules. All intervals hold together with 95 %: many looks find many accidents (Bonferroni)."""
    moved = sum(not _same(base[name], head[name]) for name in rules)
    confidence = 1 - (1 - CONFIDENCE) / max(1, moved)
    noise = noise or {}
    return {name: judge(rule, base[name], head[name], confidence, noise.get(name, 0.0)) for name, rule in rules.items()}


def _same(base: Values, head: Values) -> bool:
    pairs = zip(base, head, strict=True)
    return all(b == h if b is None or h is None else alike(b, h) for b, h in pairs)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """What follows from many: one failure fails, one doubt is a doubt, and a gain is no reason to stop."""
    order: tuple[Verdict, ...] = (PASS, IMPROVED, INCONCLUSIVE, FAIL)
    return max(verdicts, key=order.index, default=PASS)
