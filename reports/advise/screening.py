"""Many candidates on one campaign: the best of them, found with as few runs as that takes.

A candidate's figure is its worst over the hypotheses, so that each run can only make it worse: what is already behind
those that are through with all hypotheses need not be run under the rest (branch and bound, best first).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence

from reports.advise.bench import Bench, Met
from reports.advise.candidates import Candidate

BATCH = 8
"""Runs that are begun together: enough for processors to be busy, few enough to choose anew after them."""
_DIGITS = 4
"""Of figures that are told apart before the finals."""

Key = tuple[float, float, float, int]
"""How far it is from being admissible, two figures, and how many settings it changes: less is better."""
_UNKNOWN: Key = (0.0, -math.inf, -math.inf, 0)
KeyOf = Callable[[Candidate, Met | None], Key]


def by_figure(one: Candidate, met: Met | None) -> Key:
    """By the figure that is to be small; of equals by what it is weighed against."""
    return _UNKNOWN if met is None else (met.violation, short(met.value), short(met.beside), len(one.changes))


def by_other_figure(one: Candidate, met: Met | None) -> Key:
    """The other way round."""
    return _UNKNOWN if met is None else (met.violation, short(met.beside), short(met.value), len(one.changes))


def short(value: float) -> float:
    """With few digits: of those that do the same the one comes first that changes less."""
    return value if math.isinf(value) else float(f"{value:.{_DIGITS}g}")


def screened(bench: Bench, pool: Sequence[Candidate], seed: int, keep: int, key: KeyOf = by_figure) -> Iterator[None]:
    """Until so many are through with every hypothesis, and no other can be better; halts after each batch.

    Raises what the bench does.
    """
    while batch := _next(bench, pool, seed, keep, key):
        bench.make([(one, _hypothesis(bench, one, seed), seed) for one in batch])
        yield


def best_first(bench: Bench, pool: Iterable[Candidate], seed: int, key: KeyOf = by_figure) -> list[Candidate]:
    """By what is known of a campaign."""
    return sorted(pool, key=lambda one: key(one, bench.met(one, seed)))


def _next(bench: Bench, pool: Sequence[Candidate], seed: int, keep: int, key: KeyOf) -> list[Candidate]:
    """All that never ran, or else the best of those that may still be among the best."""
    if new := [one for one in pool if bench.met(one, seed) is None]:
        return new
    through = [key(one, bench.met(one, seed)) for one in pool if bench.is_whole(one, seed)]
    bar = sorted(through)[keep - 1] if len(through) >= keep else None
    waiting = [one for one in best_first(bench, pool, seed, key) if not bench.is_whole(one, seed)]
    return [one for one in waiting if bar is None or key(one, bench.met(one, seed)) < bar][:BATCH]


def _hypothesis(bench: Bench, one: Candidate, seed: int) -> int:
    """The hardest of those that it has not met."""
    made = bench.runs.get((one, seed), {})
    return next(number for number in bench.hardest_first() if number not in made)
