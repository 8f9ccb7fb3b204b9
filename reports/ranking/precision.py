"""How surely a comparison tells its contenders apart, and as many replications as that takes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from reports.ranking.ranking import ranking, ranks_by
from reports.ranking.ties import difference_interval
from reports.ranking.typical import typical
from reports.running.executors import Executor
from reports.running.experiment import Jobs, Result, summarise
from reports.running.parallel import Outcome
from reports.running.run_jobs import perform
from reports.statistics.medians import LEAST
from scenarios.entry import StrategyEntry
from scenarios.schema.model import Scenario
from scenarios.schema.thresholds import judged

GROWTH = 1.5  # times the replications so far: a look after each one would stop at the first lucky interval
MOST = 100


class Made(NamedTuple):
    """Runs of each contender under the same seeds, and how wide the widest interval of a difference is for its figure.

    `reached` is None where no two of them have a figure to compare.
    """

    outcome: Outcome
    replications: int
    reached: float | None


def made_precisely(jobs: Jobs, world: str, asked: float, scenario: Scenario, executor: Executor | None = None) -> Made:
    """Adds replications until the intervals of paired differences are narrow enough, or those of `jobs` are used up.

    What rounds have made is kept when Ctrl-C comes between two of them.
    """
    results: list[Result] = []
    done = 0
    while True:
        wanted = min(jobs.replications, max(LEAST, math.ceil(done * GROWTH)))
        try:
            outcome = perform(jobs.between(done, wanted), world, executor)
        except KeyboardInterrupt:
            return Made(Outcome(results, interrupted=True), done, _reached(results, scenario))
        results += outcome.results
        if outcome.interrupted or outcome.failure is not None:
            return Made(outcome._replace(results=results), wanted, _reached(results, scenario))
        done, reached = wanted, _reached(results, scenario)
        if done == jobs.replications or reached is None or reached <= asked:
            return Made(outcome._replace(results=results), done, reached)


def _reached(results: Sequence[Result], scenario: Scenario) -> float | None:
    return precision_of(summarise(results)[0], scenario) if results else None


def precision_of(entries: Sequence[StrategyEntry], scenario: Scenario) -> float | None:
    """The widest interval of a difference between neighbours in the ranking, as a share of the better one's figure.

    None where no two of a kind got everything accepted.
    """
    return max(_widths(entries, scenario), default=None)


def _widths(entries: Sequence[StrategyEntry], scenario: Scenario) -> Iterator[float]:
    by = None if scenario.rank is None else scenario.rank.figure
    figure = ranks_by(0, by)
    for better, worse in pairwise(ranking(entries, judged(scenario.thresholds, entries), by)):
        interval, value = difference_interval(better.entry, worse.entry, figure), typical(better.entry, figure)
        if better.kind == worse.kind and not better.kind.tier and interval is not None and value:
            yield (interval[1] - interval[0]) / abs(value)
