"""Sentences on which strategy is cheaper at other volumes of a month."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from reports.documents.comparison import ComparisonDocument
from reports.figures.month_curves import Rival, Rivalry, rivalry, volume_of
from reports.words import volume
from scenarios.measures.month_curve import Stretch


def break_even_sentences(comparison: ComparisonDocument) -> Iterator[str]:
    """Of those that beat the cheapest one elsewhere, a few; none where no month was billed."""
    found = rivalry(comparison)
    if found is not None:
        quota, hours = _monthly_quota(comparison), _hours_of_one(comparison)
        for rival in found.rivals:
            beyond = _beyond(rival, found, quota) or _too_long(rival, found, comparison["bill"]["hours"], hours)
            yield f"{_sentence(rival, found)}{beyond}"


def _monthly_quota(comparison: ComparisonDocument) -> float:
    """Recipients that the 24-hour quota lets through in a month."""
    a_day = comparison["account"]["max_24h_send"]
    return math.inf if a_day < 0 else a_day * comparison["bill"]["hours"] / 24


def _hours_of_one(comparison: ComparisonDocument) -> float:
    """That a recipient takes of a month, if the scenario's runs come one after the other, each the best possible."""
    run_s = comparison["bound"]["makespan_s"] or 0.0
    return comparison["bill"]["runs_per_month"] * run_s / 3600 / volume_of(comparison)


def _too_long(rival: Rival, found: Rivalry, month: float, hours_of_one: float) -> str:
    """Runs that take longer than a month, one after the other, are none of its volumes."""
    ends = [end for stretch in rival.stretches for end in stretch if end not in found.within]
    hours = min(ends, default=0.0) * hours_of_one
    return f" (so many runs take {hours:,.0f} h, a month has {month:,.0f})" if hours > month else ""


def _beyond(rival: Rival, found: Rivalry, quota: float) -> str:
    """A volume that needs a larger account than the scenario's is told as one: its rate and quota grow together."""
    ends = [end for stretch in rival.stretches for end in stretch if end not in found.within]
    return f" (the 24-hour quota lets {volume(quota)} through)" if ends and min(ends) > quota else ""


def _sentence(rival: Rival, found: Rivalry) -> str:
    *others, last = rival.strategies
    who = f"{', '.join(others)} and {last} are" if others else f"{last} is"
    return f"{_where(rival.stretches, found)} recipients a month {who} cheaper than {found.cheapest}"


def _where(stretches: Sequence[Stretch], found: Rivalry) -> str:
    return " and ".join(_within(stretch, found.within) for stretch in stretches)


def _within(stretch: Stretch, whole: Stretch) -> str:
    """An end of the whole range is no break-even."""
    (start, end), (least, most) = stretch, whole
    if start == least:
        return f"below {volume(end)}"
    return f"above {volume(start)}" if end == most else f"between {volume(start)} and {volume(end)}"
