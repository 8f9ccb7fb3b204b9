"""What is searched is possible, and what is found is what trying everything would find."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from math import inf
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.advise.bench import Asked, Bench, Budget, End, Met
from reports.advise.candidates import Candidate, is_possible, spread
from reports.advise.demands import IMPLIED, demands_of
from reports.advise.dimensions import Number, dimensions
from reports.advise.document import document
from reports.advise.screening import by_figure, screened
from reports.advise.search import Search, simplify
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import changed
from strategies.registry import STRATEGIES
from tests.unit.advise.problems import (
    Table,
    perform,
    question,
    scenario,
    search,
)


def test_the_same_question_has_the_same_answer() -> None:
    """Chance included, as far as the same number of runs leads."""
    first, second = (document(search(scenario(), runs=60), []) for _ in range(2))
    assert first == second


def test_who_sends_nothing_is_not_the_cheapest() -> None:
    """Each fate that no threshold speaks of must not be anybody's."""
    implied = demands_of(scenario())[IMPLIED]
    assert implied == ("*.recipients.dead_lettered == 0", "*.recipients.pending == 0")
    spoken = {"some": ("*.recipients.pending <= 3", "*.recipients.lost == 0", "*.recipients.dead_lettered == 0")}
    assert IMPLIED not in demands_of(scenario(thresholds=spoken))


@given(
    st.lists(st.tuples(*[st.tuples(st.sampled_from([0.0, 0.0, 0.5]), st.integers(1, 9))] * 2), min_size=1, max_size=12)
)
def test_screening_finds_what_trying_everything_finds(rows: list[tuple[tuple[float, int], ...]]) -> None:
    """The best are as good as the best of all, with no more runs than all of them."""
    asked = question(scenario())
    pool = [Candidate("direct", (("workers", number + 1),)) for number in range(len(rows))]
    table = {(one, at, 1): Met(*cell, 0.0) for one, row in zip(pool, rows, strict=True) for at, cell in enumerate(row)}
    bench = Table(asked, perform, Budget(None, None, lambda: 0.0), table=table)
    for _ in screened(bench, pool, 1, 2):
        pass
    through = sorted(by_figure(bench, one, 1) for one in pool if bench.is_whole(one, 1))
    grain, none = asked.assurance.grain, -inf
    every = sorted((max(v for v, _ in row), grain(max(x for _, x in row)), none, 1) for row in rows)
    assert through[:2] == every[:2]
    assert bench.budget.spent <= 2 * len(pool)


class ByWorkers(Bench):
    """Only one of the settings does anything: the figure is 1 where there are 7 workers, and 9 otherwise."""

    def make(self, asked: Sequence[Asked]) -> None:
        for one, hypothesis, seed in asked:
            value = 1.0 if dict(one.changes).get("workers") == 7 else 9.0
            self.runs.setdefault((one, seed), {})[hypothesis] = Met(0.0, value, 0.0)
            self.budget.spent += 1


def test_changes_that_do_nothing_are_undone() -> None:
    """Each is tried once, and given up as soon as it is known to be worse."""
    best = Candidate("direct", (("pods", 2), ("workers", 7), ("retry", "legacy")))
    bench = ByWorkers(question(scenario()), perform, Budget(None, None, lambda: 0.0))
    found = Search(bench, ["direct"], pool=[best])
    bench.make([(best, number, found.seed) for number in range(len(bench.hardness))])
    simplify(found, lambda _: None)
    assert found.ranked[0].changes == (("workers", 7),)
    assert bench.budget.spent <= len(bench.hardness) * (2 + len(best.changes)) - 2


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_whatever_is_searched_a_scenario_may_say(strategy: str) -> None:
    """Each value lies within the bounds that the strategy declares, and each candidate that is run loads."""
    chosen = scenario()
    within = dimensions(chosen, strategy)
    for one in within:
        values = [one.at(share) for share in (0.0, 0.34, 0.7, 0.9999)]
        for value in (*values, one.near(values[-1], 0.4, 0.0), one.near(values[-1], 0.4, 0.9999)):
            if value is not None:
                changed(as_table(chosen.with_settings(strategy, {one.name: value}), strategy), "a value")
    drawn = spread(chosen, strategy, within, 4, np.random.default_rng(1))
    for each in (some for some in drawn if is_possible(chosen, some)):
        changed(as_table(each.world(chosen), strategy), "a candidate")


def as_table(chosen: Scenario, strategy: str) -> dict[str, Any]:
    """A scenario's file with these settings."""
    own = {name: value for name, value in asdict(chosen.settings_of(strategy)).items() if value is not None}
    return {"name": "x", "workload": ({"process": "batch", "messages": 1},), "strategies": {strategy: own}}


def test_an_end_is_told_as_one() -> None:
    """Whether the strategy declares it or the search ends there; what lies between is none."""
    within = {one.name: one for one in dimensions(scenario(), "pacemaker")}
    assert within["share"].edge(0.999) is None
    assert within["share"].edge(1.0) == "the most that it may be"
    assert within["consumers"].edge(1) == "the least that it may be"
    assert within["consumers"].edge(4) == "the most that was searched"
    assert within["consumers"].edge(2) is None
    assert isinstance(within["consumers"], Number)


def test_a_budget_of_no_more_runs_makes_none() -> None:
    """What was made stays, and the rest is refused before it is begun."""
    bench = Bench(question(scenario()), perform, Budget(1, None, lambda: 0.0))
    bench.make([(Candidate("leaky-bucket"), 0, 1)])
    bench.make([(Candidate("leaky-bucket"), 0, 1)])
    with pytest.raises(End):
        bench.make([(Candidate("leaky-bucket"), 1, 1)])
    assert bench.budget.spent == 1
