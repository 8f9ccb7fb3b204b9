"""Which of several is best, told by a fully sequential procedure that drops one after the other.

KN++ of Kim and Nelson (Operations Research 54, 2006, https://doi.org/10.1287/opre.1050.0266): after each campaign that
all have met, whoever is behind another by more than chance explains is out, and variances are taken anew of all values
so far. Its critical value supposes many values; here it is that of their procedure KN (ACM TOMACS 11, 2001,
https://doi.org/10.1145/502109.502111) for as many values as there are, which is larger for few and becomes the same.

What it promises: where differences between two of them, campaign by campaign, are about normal, and the best is better
than each other by the indifference zone at least, the best is chosen with the confidence that was asked for. All meet
the same campaigns (common random numbers): errors of the pairs add up (Bonferroni), which holds however they depend.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations, permutations
from typing import NamedTuple

from reports.statistics.intervals import mean_of

FIRST = 10
"""Values of each before any is dropped: a variance of fewer is hardly one (Kim and Nelson advise ten at least)."""

Samples = Mapping[str, Sequence[float]]
"""Of each that is in, its values campaign by campaign; less is better."""


class Rule(NamedTuple):
    """The indifference zone in the figure's unit, and the error that each pair may have."""

    zone: float
    error: float


def rule_of(zone: float, confidence: float, rivals: int) -> Rule:
    """For so many rivals of whoever is best."""
    return Rule(zone, (1 - confidence) / max(1, rivals))


def dropped(samples: Samples, rule: Rule) -> dict[str, str]:
    """Who is out after the latest campaign, each with the one that it is farthest behind."""
    means = {name: _mean(values) for name, values in samples.items()}
    behind: dict[str, tuple[float, str]] = {}
    for name, rival in permutations(samples, 2):
        by = means[name] - means[rival] - slack(samples[name], samples[rival], rule)
        if by > 0:
            behind[name] = max(behind.get(name, (0.0, "")), (by, rival))
    return {name: rival for name, (_, rival) in behind.items()}


def is_over(samples: Samples, rule: Rule) -> bool:
    """Whether one is left, or those that are differ by less than the indifference zone as surely as was asked for."""
    return all(slack(samples[one], samples[other], rule) == 0 for one, other in permutations(samples, 2))


def leader(samples: Samples) -> str:
    """Whose mean is least; of equals the first."""
    return min(samples, key=lambda name: _mean(samples[name]))


def slack(values: Sequence[float], others: Sequence[float], rule: Rule) -> float:
    """By how much one may be behind another and stay in; none from some campaign on."""
    many = len(values)
    variance = _variance_of_difference(values, others)
    if not variance:
        return 0.0
    return max(0.0, _critical(many, rule.error) * variance / (2 * rule.zone * many) - rule.zone / 2)


def latest(samples: Samples, rule: Rule) -> int:
    """After how many values it is over at the latest, if they vary as much as those so far; 0 where it is."""
    most = 0.0
    for one, other in combinations(samples.values(), 2):
        most = max(most, _critical(len(one), rule.error) * _variance_of_difference(one, other) / rule.zone**2)
    return math.ceil(most)


def is_equal(values: Sequence[float], best: Sequence[float], rule: Rule) -> bool:
    """Whether the mean is less than the zone above that of the best, as surely as the rule says (paired Student's t).

    Of values in the same campaigns from the first on; who was dropped has fewer.
    """
    many = min(len(values), len(best))
    if many < 2:
        return False
    above = _mean(values[:many]) - _mean(best[:many])
    error = math.sqrt(_variance_of_difference(values[:many], best[:many]) / many)
    from scipy.special import stdtrit  # slow to import, needed by few commands

    return above + error * float(stdtrit(many - 1, 1 - rule.error)) <= rule.zone


def _critical(many: int, error: float) -> float:
    """The square of KN's constant h for so many values; with more of them it falls to KN++'s, -2 ln(2 error)."""
    freedom = many - 1
    return freedom * math.expm1(-2 / freedom * math.log(2 * error))


def sureness(samples: Samples, rule: Rule, out: int) -> float:
    """About how sure it is, whenever one looks, that nobody is better than the leader by more than the zone.

    Of those that are in, Student's t of the paired difference tells, of the `out` that were dropped the rule; errors
    add up, as in the approximate probability of correct selection by which OCBA goes (Chen and others, Discrete Event
    Dynamic Systems 10, 2000, https://doi.org/10.1023/A:1008349927281).
    """
    first = leader(samples)
    errors = [_is_better_by(samples[first], values, rule.zone) for name, values in samples.items() if name != first]
    return max(0.0, 1 - math.fsum(errors) - out * rule.error)


def _is_better_by(values: Sequence[float], others: Sequence[float], zone: float) -> float:
    """The chance that the mean of the others is less by more than the zone; a half where too few values can tell."""
    many, ahead = len(values), _mean(others) - _mean(values) + zone
    if many < 2:
        return 0.5
    error = math.sqrt(_variance_of_difference(values, others) / many)
    if not error:
        return 0.0 if ahead > 0 else 0.5
    from scipy.special import stdtr  # slow to import, needed by few commands

    return float(stdtr(many - 1, -ahead / error))


def _variance_of_difference(values: Sequence[float], others: Sequence[float]) -> float:
    apart = [one - other for one, other in zip(values, others, strict=True)]
    mean = _mean(apart)
    return math.fsum((one - mean) ** 2 for one in apart) / (len(apart) - 1)


def _mean(values: Sequence[float]) -> float:
    mean = mean_of(values)
    assert mean is not None
    return mean
