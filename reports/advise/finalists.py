"""Who of those that meet everything comes into the finals."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence

from reports.advise.bench import Bench
from reports.advise.candidates import Candidate
from reports.advise.screening import best_first, by_other_figure_of_equals

FINALISTS = 3
"""One for each reason to be one; each more costs at least ten campaigns under every hypothesis."""


def finalists(bench: Bench, admissible: Sequence[Candidate], seed: int) -> list[Candidate]:
    """The best, its equals that are better in the other figure, and the best that changes nothing.

    Each is through the campaign of that seed. They differ in what they do; the last one says what a change gains.
    """
    if not admissible:
        return []
    distinct: dict[Hashable, Candidate] = {}
    for one in best_first(bench, admissible, seed, by_other_figure_of_equals(least_of(bench, admissible, seed))):
        distinct.setdefault(_done(bench, one, seed), one)
    ordered = list(distinct.values())
    best = min(ordered, key=lambda one: _value(bench, one, seed))
    usual = next((one for one in ordered if not one.changes), best)
    rest = [one for one in ordered if one not in (best, usual)]
    chosen = {best, usual, *rest[: FINALISTS - len({best, usual})]}
    return [one for one in ordered if one in chosen]


def least_of(bench: Bench, some: Iterable[Candidate], seed: int) -> float:
    """The least that any comes to."""
    return min(_value(bench, one, seed) for one in some)


def _value(bench: Bench, one: Candidate, seed: int) -> float:
    met = bench.met(one, seed)
    return math.inf if met is None else met.value


def _done(bench: Bench, one: Candidate, seed: int) -> Hashable:
    """A contender and its figures to the last digit: a setting that does nothing makes no other candidate."""
    runs = bench.runs[one, seed]
    return one.contender, tuple((number, *runs[number][1:3]) for number in sorted(runs))
