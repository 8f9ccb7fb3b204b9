"""An explanation as what a scenario file, or a file of hypotheses, says of a limiter."""

from __future__ import annotations

from math import floor
from typing import NamedTuple

from scenarios.hypotheses.hypothesis import Hypothesis
from scenarios.inference.fit import Explanation, Fit
from scenarios.schema.accounts.account import LimiterHypothesis, resolved

DIGITS = 6


class Numbers(NamedTuple):
    """The parameters of one limiter."""

    rate_per_s: float
    capacity: int
    refusal_cost: float


def drawn(one: Explanation, point: int) -> Numbers:
    """Those of one of its points."""
    points = one.points
    rate = points.rate_per_s if one.supposition.has_burst else points.capacity
    return Numbers(float(rate[point]), int(points.capacity[point]), float(points.refusal_cost[point]))


def at_best(one: Explanation) -> Numbers:
    """Those that `unexplained` calls contradict."""
    return Numbers(one.rate_per_s.best, round(one.capacity.best), one.refusal_cost.best)


def limiter(one: Explanation, numbers: Numbers, rate_per_s: float) -> LimiterHypothesis:
    """Of an account whose rate SES names so; keys that are as by default are left out."""
    kind, shards = one.supposition.kind, one.supposition.shards
    keys: dict[str, object] = {}
    if one.supposition.has_burst:
        keys["burst"] = max(numbers.capacity, shards)
        share = numbers.rate_per_s / rate_per_s
    else:
        keys["kind"] = kind
        share = _share_of(numbers.capacity, rate_per_s)
    if kind == "debt":
        keys["admission"] = "debt"
    if (rounded := float(f"{share:.{DIGITS}g}")) < 1:
        keys["effective_rate"] = rounded
    if shards > 1:
        keys["shards"] = shards
    if numbers.refusal_cost:
        keys["refusal_cost"] = min(1.0, float(f"{numbers.refusal_cost:.{DIGITS}g}"))
    return resolved(LimiterHypothesis.model_validate(keys), rate_per_s)


def _share_of(capacity: int, rate_per_s: float) -> float:
    """Of a rate, so that a window holds just so many: where a range of shares does, its middle."""
    return 1.0 if floor(rate_per_s) <= capacity else (capacity + 0.5) / rate_per_s


def nominal(fit: Fit, rate_per_s: float | None) -> float:
    """What SES says that the account may send; where that is not known, the most that a believed limiter lets through.

    As shares of less, others could not be written.
    """
    most = max(one.rate_per_s.best for one in fit.alive)
    return float(f"{most:.{DIGITS}g}") if rate_per_s is None else rate_per_s


def hypotheses(fit: Fit, rate_per_s: float) -> list[Hypothesis]:
    """Those that are still alive, with their weights, as `seslab robust` takes them."""
    return [
        Hypothesis(
            name=name_of(one),
            limiter=limiter(one, at_best(one), rate_per_s),
            description=f"{one.supposition}, as the calls tell",
            source=f"inferred from {len(fit.calls.at_s)} calls, of which {fit.calls.refused} were refused",
            weight=float(f"{one.weight:.3g}"),
        )
        for one in fit.alive
    ]


def name_of(one: Explanation) -> str:
    """Within a fit no other has it."""
    shards = f"-{one.supposition.shards}" if one.supposition.shards > 1 else ""
    return f"{one.supposition.kind}{shards}{'-costly' if one.supposition.costly else ''}"
