"""Which unknown matters, for people: the assumptions, the weightiest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reports import units
from reports.columns import Block, Column, Sheet
from reports.documents.sweep import SobolIndex, SweepDocument, SweptSpan
from reports.sweep.points import text

LEAST = 0.01  # of the variance: what makes less is not worth a sentence
WIDEST = 1.0  # as wide as all that an index can be: such an interval says nothing of it
UNTOLD = "cannot tell"


def table(sweep: SweepDocument) -> Sheet:
    """A row for each assumption: each contender's total index, with the half of its interval."""
    known = by_contender(sweep)
    many = len(known)
    columns = [Column(name.replace("-", "\n"), falls=1 + many - place) for place, name in enumerate(known)]
    return Sheet(
        title=f"{sweep['scenario']}: share of the variance of {sweep['figure']} that each assumption makes",
        columns=[Column("assumption"), Column("from", falls=many + 1), Column("to", falls=many + 2), *columns],
        blocks=[Block([[*_named(sweep, key), *(_share(of[key]) for of in known.values())] for key in order(sweep)])],
        caption="total Sobol index ± half of its 95 % interval: 1 would be all of it, alone or with others"
        + ("" if all(map(is_told, sweep.get("sensitivity", ()))) else f"; {UNTOLD}: its interval is wider than 1"),
    )


def sentences(sweep: SweepDocument) -> Iterator[str]:
    """Of each contender between what its figure lies, and what matters most, if the intervals allow to say so."""
    known = by_contender(sweep)
    for one in sweep["spans"]:
        name, of = f"{one['contender']}: {_span(sweep['figure'], one)}", known[one["contender"]]
        first, *others = sorted(of.values(), key=lambda one: -one["total"])
        least = first["total"] - first["total_margin"]
        rivals = [one["key"] for one in others if one["total"] + one["total_margin"] > least]
        if least <= LEAST:
            yield f"{name}; what matters most cannot be told from so few points; take a larger --sample"
        elif rivals:
            yield f"{name}; what matters most is {_spelt(first)}, or {rivals[0]}: a larger --sample tells"
        else:
            yield f"{name}; what matters most is {_spelt(first)}"


def _span(figure: str, one: SweptSpan) -> str:
    """Both ends so exact that they differ, and the median likewise."""
    least, greatest = one["least"], one["greatest"]
    ends = units.side_by_side(figure, least, greatest, greatest - least, None)
    median = units.side_by_side(figure, one["median"], greatest, greatest - least, None).base
    return f"{figure} lies between {ends.base} and {ends.now}, its median is {median}"


def _spelt(one: SobolIndex) -> str:
    alone = f", {one['first']:.2f} of it alone" if one["first"] > LEAST else ""
    return f"{one['key']}, {one['total']:.2f} ± {one['total_margin']:.2f}{alone}"


def by_contender(sweep: SweepDocument) -> Mapping[str, Mapping[str, SobolIndex]]:
    """The indices by contender and key."""
    found: dict[str, dict[str, SobolIndex]] = {}
    for one in sweep.get("sensitivity", ()):
        found.setdefault(one["contender"], {})[one["key"]] = one
    return found


def order(sweep: SweepDocument) -> list[str]:
    """The keys, by the largest index that any contender has."""
    largest: dict[str, float] = {}
    for one in sweep.get("sensitivity", ()):
        largest[one["key"]] = max(one["total"], largest.get(one["key"], one["total"]))
    return sorted(largest, key=lambda key: -largest[key])


def _named(sweep: SweepDocument, key: str) -> list[str]:
    [one] = [one for one in sweep["dimensions"] if one["key"] == key]
    return [key, *(text(end) if end is not None else "-" for end in (one["low"], one["high"]))]


def is_told(one: SobolIndex) -> bool:
    """Whether the interval of the total index says more than that it is an index."""
    return 2 * one["total_margin"] <= WIDEST


def _share(one: SobolIndex) -> str:
    if not is_told(one):
        return UNTOLD
    return f"{max(0.0, one['total']):.2f} ±{one['total_margin']:.2f}"
