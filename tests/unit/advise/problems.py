"""Problems whose answer is known, and the pieces of a search on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.advise.assurance import Assurance
from reports.advise.bench import Asked, Bench, Budget, Met, Question
from reports.advise.candidates import Candidate
from reports.advise.finals import Finals, played
from reports.advise.search import Search, searched
from reports.robust.trials import Simulation
from reports.running.experiment import Job
from reports.running.experiment import perform as made
from reports.running.parallel import Enough, Outcome
from scenarios.hypotheses.hypothesis import hypotheses_of
from scenarios.measures.cost import load_prices
from scenarios.schema.model import Scenario
from scenarios.schema.thresholds import JudgedThreshold
from sim.run import run

ASSURANCE = Assurance(0.95, 0.01, True)
CONTENDERS = ("shared-bucket", "leaky-bucket")
LIMITERS = {"hypothesis": ({"name": "tight", "burst": 1}, {"name": "usual", "burst": 20})}


def scenario(**tables: Any) -> Scenario:
    """A broadcast of 30, which is over in two seconds at best."""
    plain: dict[str, Any] = {
        "name": "by-hand",
        "horizon_s": 60.0,
        "account": {"max_send_rate_per_s": 20.0},
        "workload": ({"process": "batch", "messages": 30},),
        "thresholds": {"lossless": ("*.recipients.lost == 0",)},
        "rank": {"by": "makespan_s"},
    }
    return Scenario.model_validate({**plain, **tables})


def question(chosen: Scenario) -> Question:
    """Under two limiters."""
    return Question(chosen, hypotheses_of(LIMITERS, chosen.account), Simulation(run, load_prices()), ASSURANCE)


def perform(jobs: Sequence[Job], enough: Enough) -> Outcome:
    """One after the other, here."""
    return Outcome([made(job) for job in jobs], False, numbers=tuple(range(len(jobs))))


def search(chosen: Scenario, runs: int | None = None, contenders: Sequence[str] = CONTENDERS) -> Search:
    """To its end, or as far as so many runs lead."""
    found = Search(Bench(question(chosen), perform, Budget(runs, None, lambda: 0.0)), contenders)
    searched(found, lambda _: None)
    return found


@dataclass
class Table(Bench):
    """A bench whose runs are a table's."""

    table: Mapping[Asked, Met] | None = None

    def make(self, asked: Sequence[Asked]) -> None:
        assert self.table is not None
        for one, hypothesis, seed in asked:
            self.runs.setdefault((one, seed), {})[hypothesis] = self.table[one, hypothesis, seed]
            self.budget.spent += 1


A, B, C = Candidate("direct", (("workers", 2),)), Candidate("direct"), Candidate("aimd")


def in_finals(
    values: Mapping[Candidate, Sequence[float | None]],
    assurance: Assurance = ASSURANCE,
    besides: Mapping[Candidate, float] | None = None,
    *,
    plays: bool = True,
) -> Search:
    """A search that came to its finals, where each campaign comes to these values; None: it fails.

    `besides` is the other figure in each campaign, 1 unless it says otherwise.
    """
    other = besides or {}
    asked = question(scenario())._replace(assurance=assurance)
    table = {
        (one, at, seed): Met(*((0.0, value, other.get(one, 1.0)) if value is not None else (1.0, 9.0, 1.0, FAILED)))
        for one, row in values.items()
        for seed, value in enumerate(row, start=1)
        for at in range(2)
    }
    bench = Table(asked, perform, Budget(None, None, lambda: 0.0), table=table)
    found = Search(bench, ["direct", "aimd"], pool=[*values])
    bench.make([(one, at, 1) for one in values for at in range(2)])
    if plays:
        found.groups.append(Finals(assurance, [*values]))
        played(bench, found.groups[0], 2, lambda _: None)
    return found


FAILED: JudgedThreshold = {
    "name": "quick",
    "expression": "*.makespan_s < 1",
    "strategy": "direct",
    "figure": "makespan_s",
    "value": 9.0,
    "interval": None,
    "verdict": "fail",
}
