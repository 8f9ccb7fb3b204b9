"""Sentences on which strategy is cheaper at other volumes of a month."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.documents.comparison import ComparisonDocument
from reports.figures.month_curves import Rival, Rivalry, rivalry
from reports.words import volume
from scenarios.measures.month_curve import Stretch


def break_even_sentences(comparison: ComparisonDocument) -> Iterator[str]:
    """Of those that beat the cheapest one elsewhere, a few; none where no month was billed."""
    found = rivalry(comparison)
    if found is not None:
        yield from (_sentence(rival, found) for rival in found.rivals)


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
