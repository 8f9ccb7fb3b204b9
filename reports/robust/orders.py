"""Which of two neighbours is better in the figure that ranks, hypothesis by hypothesis, by the same seeds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from reports.documents.robustness import RobustCell, RobustContender
from reports.robust.cells import accepts_all
from reports.statistics.medians import LEAST, differences, median_interval
from scenarios.schema.rank import better


class Order(NamedTuple):
    """Of two contenders; `is_better` says for each hypothesis whether the first is, None for a tie.

    `by` has the median share of the second's figure by which the first is better, for the same hypotheses.
    """

    first: RobustContender
    second: RobustContender
    figure: str
    is_better: Sequence[bool | None]
    by: Sequence[float]


def orders(contenders: Sequence[RobustContender], figure: str) -> Iterator[Order]:
    """Of neighbours that get everything accepted under every hypothesis; fewer than six seeds tell nothing."""
    whole = [one for one in contenders if all(map(_can_be_told, one["cells"]))]
    for first, second in pairwise(whole):
        yield _order(first, second, figure)


def _can_be_told(cell: RobustCell) -> bool:
    return accepts_all(cell) and len(cell["samples"]) >= LEAST and None not in cell["samples"]


def _order(first: RobustContender, second: RobustContender, figure: str) -> Order:
    """The one that is better more often comes first."""
    cells = list(zip(first["cells"], second["cells"], strict=True))
    by = [_by(mine, theirs, 1 if better(figure) == "lower" else -1) for mine, theirs in cells]
    is_better = [_is_positive(some) for some in by]
    if is_better.count(False) > is_better.count(True):
        return _order(second, first, figure)
    return Order(first, second, figure, is_better, [median(some) for some in by])


def _by(mine: RobustCell, theirs: RobustCell, sign: int) -> list[float]:
    """Seed by seed, as a share of theirs; nothing is better than nothing."""
    ours, others = ([value or 0.0 for value in cell["samples"]] for cell in (mine, theirs))
    return [sign * by / (abs(other) or 1.0) for by, other in zip(differences(ours, others), others, strict=True)]


def _is_positive(shares: Sequence[float]) -> bool | None:
    interval = median_interval(shares)
    assert interval is not None, "there are enough seeds"
    low, high = interval
    return True if low > 0 else False if high < 0 else None
