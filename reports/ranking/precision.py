"""How surely a comparison tells its contenders apart, and as many replications as that takes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from reports.ranking.ranking import ranking, ranks_by, tier
from reports.ranking.ties import difference_interval
from reports.ranking.typical import typical
from reports.running.experiment import Jobs, Result, summarise
from reports.running.parallel import Outcome
from reports.running.run_jobs import perform
from reports.statistics.medians import LEAST
from scenarios.entry import StrategyEntry

GROWTH = 1.5  # times the replications so far: a look after each one would stop at the first lucky interval
MOST = 100


class Made(NamedTuple):
    """Runs of each contender under the same seeds, and how wide the widest interval of a difference is for its figure.

    `reached` is None where no two of them have a figure to compare.
    """

    outcome: Outcome
    replications: int
    reached: float | None


def made_precisely(jobs: Jobs, world: str, asked: float, by: str | None) -> Made:
    """Adds replications until the intervals of paired differences are narrow enough, or those of `jobs` are used up."""
    results: list[Result] = []
    done = 0
    while True:
        wanted = min(jobs.replications, max(LEAST, math.ceil(done * GROWTH)))
        outcome = perform(jobs.between(done, wanted), world)
        results += outcome.results
        if outcome.interrupted or outcome.failure is not None:
            return Made(outcome._replace(results=results), wanted, None)
        done, reached = wanted, precision_of(summarise(results)[0], by)
        if done == jobs.replications or reached is None or reached <= asked:
            return Made(outcome._replace(results=results), done, reached)


def precision_of(entries: Sequence[StrategyEntry], by: str | None) -> float | None:
    """The widest interval of a difference between neighbours, as a share of the better one's figure."""
    return max(_widths(entries, by), default=None)


def _widths(entries: Sequence[StrategyEntry], by: str | None) -> Iterator[float]:
    for better, worse in pairwise(one.entry for one in ranking(entries, by=by)):
        figure = ranks_by(tier(better), by)
        interval, value = difference_interval(better, worse, figure), typical(better, figure)
        if tier(better) == tier(worse) and interval is not None and value:
            yield (interval[1] - interval[0]) / abs(value)
