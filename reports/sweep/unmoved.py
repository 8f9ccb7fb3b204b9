"""Says which keys moved nothing: that a strategy may depend on one, does not make its runs in this scenario do so."""

from __future__ import annotations

from collections.abc import Iterator

from reports.sweep.campaign import Sweep, run_of
from reports.sweep.dimensions import Value
from reports.sweep.rows import Rows


def unmoved(sweep: Sweep, rows: Rows) -> Iterator[str]:
    """Of a grid, in which each value meets each of the others: a sentence about each key without a difference."""
    for place, one in enumerate(sweep.dimensions if sweep.design == "grid" else ()):
        if _is_unmoved(sweep, rows, place):
            yield f"whatever {one.name} is, the runs are the same"


def _is_unmoved(sweep: Sweep, rows: Rows, place: int) -> bool:
    """Whether runs that differ in this dimension alone are there, and each pair is the same, and judged alike."""
    known: dict[tuple[tuple[Value, ...], int, int], tuple[str, bool | None, str]] = {}
    has_pair = False
    figure = map(str, rows.figure(sweep.figure))  # a bill differs by what no run does; as text, as nan is not nan
    every = zip(rows.digests, rows.met, figure, strict=True)
    for number, came_to in zip(rows.numbers, every, strict=True):
        run = run_of(sweep, number)
        values = sweep.points[run.point].values
        others = (*values[:place], *values[place + 1 :])
        has_pair = has_pair or (others, run.contender, run.seed) in known
        if known.setdefault((others, run.contender, run.seed), came_to) != came_to:
            return False
    return has_pair
