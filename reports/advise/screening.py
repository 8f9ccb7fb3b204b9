"""Many candidates on one campaign: the best of them, found with as few runs as that takes.

A candidate's figure is its worst over the hypotheses, so that each run can only make it worse: what is already behind
those that are through with all hypotheses need not be run under the rest (branch and bound, best first).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence

from reports.advise.assurance import GRAIN, share_grain
from reports.advise.bench import Bench, Met
from reports.advise.candidates import Candidate

BATCH = 8
"""Runs that are begun together: enough for processors to be busy, few enough to choose anew after them."""

Key = tuple[float, float, float, int]
"""How far it is from being admissible, two figures, and how many settings it changes: less is better."""
KeyOf = Callable[[Bench, Candidate, int], Key]
_UNKNOWN: Key = (0.0, -math.inf, -math.inf, 0)


def by_figure(bench: Bench, one: Candidate, seed: int) -> Key:
    """By the figure that is to be small; of equals by what it is weighed against."""
    met = bench.met(one, seed)
    return _UNKNOWN if met is None else (met.violation, *grained(bench, met), len(one.changes))


def by_other_figure(bench: Bench, one: Candidate, seed: int) -> Key:
    """The other way round."""
    violation, value, beside, changes = by_figure(bench, one, seed)
    return violation, beside, value, changes


def by_other_figure_of_equals(best: float) -> KeyOf:
    """By the figure that the first is weighed against among those that are as good as the best; then by the first."""

    def key(bench: Bench, one: Candidate, seed: int) -> Key:
        met = bench.met(one, seed)
        if met is None:
            return _UNKNOWN
        value = max(met.value, bench.question.assurance.as_good_as(best))
        return met.violation, value, share_grain(met.beside, GRAIN), len(one.changes)

    return key


def grained(bench: Bench, met: Met) -> tuple[float, float]:
    """Both figures without what does not matter: of those that do the same the one that changes less is better."""
    return bench.question.assurance.grain(met.value), share_grain(met.beside, GRAIN)


def screened(bench: Bench, pool: Sequence[Candidate], seed: int, keep: int, key: KeyOf = by_figure) -> Iterator[None]:
    """Until so many are through with every hypothesis, and no other can be better; halts after each batch.

    Raises what the bench does.
    """
    while batch := _next(bench, pool, seed, keep, key):
        bench.make([(one, _hypothesis(bench, one, seed), seed) for one in batch])
        yield


def best_first(bench: Bench, pool: Iterable[Candidate], seed: int, key: KeyOf = by_figure) -> list[Candidate]:
    """By what is known of a campaign."""
    return sorted(pool, key=lambda one: key(bench, one, seed))


def _next(bench: Bench, pool: Sequence[Candidate], seed: int, keep: int, key: KeyOf) -> list[Candidate]:
    """All that never ran, or else the best of those that may still be among the best."""
    if new := [one for one in pool if bench.met(one, seed) is None]:
        return new
    through = [key(bench, one, seed) for one in pool if bench.is_whole(one, seed)]
    bar = sorted(through)[keep - 1] if len(through) >= keep else None
    waiting = [one for one in best_first(bench, pool, seed, key) if not bench.is_whole(one, seed)]
    return [one for one in waiting if bar is None or key(bench, one, seed) < bar][:BATCH]


def _hypothesis(bench: Bench, one: Candidate, seed: int) -> int:
    """The hardest of those that it has not met."""
    made = bench.runs.get((one, seed), {})
    return next(number for number in bench.hardest_first() if number not in made)
