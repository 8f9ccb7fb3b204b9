"""Whether two contenders differ in a figure, or only their luck does."""

from __future__ import annotations

from reports.ranking.typical import typical
from reports.statistics.medians import differences, median_interval
from scenarios.entry import StrategyEntry
from scenarios.figures import by_its_word


def difference_interval(base: StrategyEntry, other: StrategyEntry, figure: str) -> tuple[float, float] | None:
    """The 95 % interval of the median difference under the same seeds; None where there are too few, or not of both."""
    ours, theirs = (_complete(entry, figure) for entry in (base, other))
    if not ours or len(ours) != len(theirs):
        return None
    return median_interval(differences(ours, theirs))


def are_tied(base: StrategyEntry, other: StrategyEntry, figure: str) -> bool:
    """Whether that interval contains zero; without one, whether the figures are equal."""
    interval = difference_interval(base, other, figure)
    if interval is None:
        return typical(base, figure) == typical(other, figure)
    return interval[0] <= 0 <= interval[1]


def _complete(entry: StrategyEntry, figure: str) -> list[float]:
    """The figure's values seed by seed, if every run has one; else none."""
    samples = entry.get("samples", {}).get(by_its_word(figure, entry), [])
    known = [value for value in samples if value is not None]
    return known if len(known) == len(samples) else []
