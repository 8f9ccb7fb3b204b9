"""How much of a figure's variance each assumption makes: Sobol indices with their intervals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite
from statistics import median

from reports.documents.sweep import SobolIndex, SweptSpan
from reports.sweep.campaign import Sweep, Swept, run_of
from reports.sweep.sobol import shares

MOST, LEAST_SUM = 1.005, 0.95  # what is nearer to 1 says nothing of the points: it is rounded, or within its interval


def indices(sweep: Sweep, swept: Swept) -> Iterator[SobolIndex]:
    """Of each contender and dimension; none of a contender whose figure is missing somewhere, or never differs.

    The index of an assumption is the share of the variance that goes with it alone (first), and that would be left if
    all others were known (total).
    """
    for name, values in _known(sweep, swept):
        yield from _analysed(sweep, name, values)


def spans(sweep: Sweep, swept: Swept) -> Iterator[SweptSpan]:
    """Of each contender that has indices: a share of the variance says nothing of how much there is."""
    for name, values in _known(sweep, swept):
        yield {"contender": name, "least": min(values), "greatest": max(values), "median": median(values)}


def rough(found: Sequence[SobolIndex]) -> Iterator[str]:
    """Of whom the total indices are such as no true ones are: none of these is above 1, and their sum is not below."""
    of: dict[str, list[float]] = {}
    for one in found:
        of.setdefault(one["contender"], []).append(one["total"])
    for name, totals in of.items():
        told = f"{name}: few points allow"
        if max(totals) > MOST:
            yield f"{told} an index of {max(totals):.2f}, and a true one is 1 at most; take a larger --sample"
        if sum(totals) < LEAST_SUM:
            all_in = f"indices that add up to {sum(totals):.2f}, and true ones to 1 at least"
            yield f"{told} {all_in}; take a larger --sample"


def _known(sweep: Sweep, swept: Swept) -> Iterator[tuple[str, list[float]]]:
    for place, name in enumerate(sweep.contenders):
        values = _values(sweep, swept, place)
        if values is not None and len(set(values)) > 1:
            yield name, values


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
