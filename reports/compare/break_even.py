"""Sentences on which strategy is cheaper at other volumes of a month."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from reports.documents.comparison import ComparisonDocument
from reports.figures.month_curves import Rival, Rivalry, rivalry
from reports.words import volume
from scenarios.measures.month_curve import Stretch


def break_even_sentences(comparison: ComparisonDocument) -> Iterator[str]:
    """Of those that beat the cheapest one elsewhere, a few; none where no month was billed."""
    found = rivalry(comparison)
    if found is not None:
        quota = _monthly_quota(comparison)
        yield from (f"{_sentence(rival, found)}{_beyond(rival, found, quota)}" for rival in found.rivals)


def _monthly_quota(comparison: ComparisonDocument) -> float:
    """Recipients that the 24-hour quota lets through in a month."""
    a_day = comparison["account"]["max_24h_send"]
    return math.inf if a_day < 0 else a_day * comparison["bill"]["hours"] / 24


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
