"""How much of a figure's variance each assumption makes: Sobol indices with their intervals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite
from statistics import median

from reports.documents.sweep import SobolIndex
from reports.sweep.campaign import Sweep, Swept, run_of
from reports.sweep.sobol import shares


def indices(sweep: Sweep, swept: Swept) -> Iterator[SobolIndex]:
    """Of each contender and dimension; none of a contender whose figure is missing somewhere, or never differs.

    The index of an assumption is the share of the variance that goes with it alone (first), and that would be left if
    all others were known (total).
    """
    for place, name in enumerate(sweep.contenders):
        values = _values(sweep, swept, place)
        if values is not None and len(set(values)) > 1:
            yield from _analysed(sweep, name, values)


def missing(sweep: Sweep, swept: Swept) -> Iterator[str]:
    """Why a contender has no indices, or some that say little."""
    for place, name in enumerate(sweep.contenders):
        values = _values(sweep, swept, place)
        if values is None:
            yield f"{name}: no indices, as {sweep.figure} is missing or infinite at some points; show another figure"
        elif len(set(values)) == 1:
            yield f"{name}: {sweep.figure} is the same whatever is assumed"
        incomplete = _incomplete(sweep, swept, place)
        if incomplete:
            yield f"{name}: in {incomplete:,} runs mail was not accepted, whose times say little; show recipients.lost"


def _incomplete(sweep: Sweep, swept: Swept, contender: int) -> int:
    """Runs in which some mail was not accepted."""
    rows = swept.rows
    marked = zip(rows.numbers, rows.is_incomplete(), strict=True) if len(rows) else ()
    return sum(is_incomplete for number, is_incomplete in marked if run_of(sweep, number).contender == contender)


def _values(sweep: Sweep, swept: Swept, contender: int) -> list[float] | None:
    """The median over the seeds at each point; None where one is missing."""
    figure = swept.rows.figure(sweep.figure)
    at_points: list[list[float]] = [[] for _ in sweep.points]
    for place, number in enumerate(swept.rows.numbers):
        run = run_of(sweep, number)
        if run.contender == contender:
            at_points[run.point].append(figure[place])
    if any(len(some) < sweep.replications or not all(map(isfinite, some)) for some in at_points):
        return None
    return [median(some) for some in at_points]


def _analysed(sweep: Sweep, contender: str, values: Sequence[float]) -> Iterator[SobolIndex]:
    found = shares(values, len(sweep.dimensions), sweep.scenario.seed)
    for one, (first, total) in zip(sweep.dimensions, found, strict=True):
        yield {
            "contender": contender,
            "key": one.name,
            "first": first.share,
            "first_margin": first.margin,
            "total": total.share,
            "total_margin": total.margin,
        }
