"""Advice: what is chosen is what trying everything would choose, it meets what it must, and it can be made again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from itertools import count
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.advise import command, folder
from reports.advise.assurance import Assurance
from reports.advise.bench import Asked, Bench, Budget, Ended, Met, Question
from reports.advise.candidates import Candidate, is_possible, spread
from reports.advise.demands import IMPLIED, demands_of
from reports.advise.dimensions import Number, dimensions
from reports.advise.document import document
from reports.advise.figure import ranking_by
from reports.advise.finals import MOST_CAMPAIGNS, Finals, played
from reports.advise.screening import by_figure, screened
from reports.advise.search import PARTS, Search, group, searched
from reports.advise.sentences import sentences
from reports.documents.advice import AdviceDocument
from reports.robust.trials import Simulation
from reports.running.executors import OwnProcesses
from reports.running.experiment import LAST_SEED, Job
from reports.running.experiment import perform as made
from reports.running.parallel import Enough, Outcome
from scenarios.errors import BadInput, Interrupted
from scenarios.hypotheses.hypothesis import hypotheses_of
from scenarios.hypotheses.sets import Chosen
from scenarios.measures.cost import load_prices
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import changed, load
from scenarios.schema.thresholds import JudgedThreshold
from seslab.commands.deciding.advise import LAST_FIRST_SEED, indifference_of
from sim.run import run
from strategies.registry import STRATEGIES
from tests.unit.test_documents import assert_declared

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


@pytest.fixture(scope="module")
def whole() -> Search:
    """One that came to its end; nobody changes it."""
    return search(scenario())


@pytest.fixture(scope="module")
def advice(whole: Search) -> AdviceDocument:
    """What it tells."""
    return document(whole, [])


def test_the_choice_meets_everything_and_is_the_best_finalist(advice: AdviceDocument) -> None:
    """As surely as was asked for, and behind no other."""
    chosen = next(one for one in advice["candidates"] if one["name"] == advice["choice"])
    assert advice["ended"] == "decided"
    assert advice["assurance"]["reached"] == ASSURANCE.confidence
    assert chosen["failure"] is None
    assert len(chosen["samples"]) == advice["assurance"]["campaigns"] >= 10
    zone = advice["assurance"]["zone"]
    values = [one["value"] for one in advice["candidates"] if one["samples"] and one["standing"] != "failed"]
    assert zone is not None
    assert chosen["value"] is not None
    assert chosen["value"] - min(value for value in values if value is not None) <= zone


def test_a_document_is_as_it_is_declared(advice: AdviceDocument) -> None:
    """Every key has its type, and sentences name the choice first."""
    assert_declared(AdviceDocument, advice)
    assert sentences(advice)[0].startswith(str(advice["choice"]))


def test_what_is_kept_makes_the_same_runs_again(advice: AdviceDocument, whole: Search, tmp_path: Path) -> None:
    """The scenario loads, its variants come to the figures of the finals, and it says what was demanded."""
    command.keep(whole, tmp_path, Chosen(whole.bench.question.hypotheses))
    kept = load(str(tmp_path / "scenario.toml"))
    assert kept.thresholds == demands_of(kept) == whole.bench.question.demands
    for one in (one for one in advice["candidates"] if one["samples"]):
        again = Bench(question(kept), perform, Budget(None, None, lambda: 0.0))
        twin, seed = Candidate(one["name"]), advice["seed"] + 1
        again.make([(twin, number, seed) for number in range(len(LIMITERS["hypothesis"]))])
        met = again.met(twin, seed)
        assert met is not None
        assert met.value == one["samples"][0]


def test_the_same_question_has_the_same_answer() -> None:
    """Chance included, as far as the same number of runs leads."""
    first, second = (document(search(scenario(), runs=60), []) for _ in range(2))
    assert first == second


def test_a_budget_ends_it_and_says_how_sure_it_is() -> None:
    """No run more than allowed; what is known so far is told, and that it is no guarantee."""
    short = search(scenario(), runs=20)
    told = document(short, [])
    assert told["ended"] == "budget"
    assert told["runs"] <= 20
    assert told["assurance"]["reached"] < ASSURANCE.confidence
    assert "the budget was spent" in " ".join(sentences(told))


def test_nothing_admissible_names_the_threshold_and_by_how_much() -> None:
    """Of whoever comes closest, under the limiter where it is farthest off."""
    nobody = document(search(scenario(thresholds={"at-once": ("*.makespan_s < 0.5",)})), [])
    assert nobody["choice"] is None
    [said, *_] = sentences(nobody)
    assert "meets everything; the closest" in said
    assert "at-once: *.makespan_s < 0.5" in said
    assert "off by" in said or "times the limit" in said
    late = [one["failure"]["miss"] or inf for one in nobody["candidates"] if one["failure"]]
    assert late[0] == min(late)


def test_who_sends_nothing_is_not_the_cheapest() -> None:
    """Each fate that no threshold speaks of must not be anybody's."""
    implied = demands_of(scenario())[IMPLIED]
    assert implied == ("*.recipients.dead_lettered == 0", "*.recipients.pending == 0")
    spoken = {"some": ("*.recipients.pending <= 3", "*.recipients.lost == 0", "*.recipients.dead_lettered == 0")}
    assert IMPLIED not in demands_of(scenario(thresholds=spoken))


def test_an_interrupted_search_tells_what_it_found(capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C in the middle leaves a document, and the command ends as interrupted."""

    class Interrupting(OwnProcesses):
        times = count()

        def perform(self, jobs: Sequence[Job], *rest: Any) -> Outcome:
            if next(self.times) == 2:
                raise KeyboardInterrupt
            return super().perform(jobs, *rest)

    asked, chosen = question(scenario()), Chosen(question(scenario()).hypotheses)
    budget = Budget(None, None, lambda: 0.0)
    with pytest.raises(Interrupted, match="runs made"):
        command.advised(asked, CONTENDERS, budget, Interrupting(), chosen, None, False)
    assert "Ctrl-C came" in capsys.readouterr().out


@dataclass
class Table(Bench):
    """A bench whose runs are a table's."""

    table: Mapping[Asked, Met] | None = None

    def make(self, asked: Sequence[Asked]) -> None:
        assert self.table is not None
        for one, hypothesis, seed in asked:
            self.runs.setdefault((one, seed), {})[hypothesis] = self.table[one, hypothesis, seed]
            self.budget.spent += 1


@pytest.mark.parametrize(("runs", "limit_s", "found"), [(5, 60.0, None), (None, 0.5, False)])
def test_not_to_know_is_not_to_have_found(runs: int | None, limit_s: float, found: bool | None) -> None:
    """A budget that ends it at once tells nothing of what a whole search would have found."""

    class Here(OwnProcesses):
        def perform(self, jobs: Sequence[Job], *_: Any) -> Outcome:
            return perform(jobs, lambda _: False)

    asked = question(scenario(thresholds={"soon": (f"*.makespan_s < {limit_s}",)}))
    budget = Budget(runs, None, lambda: 0.0)
    assert command.advised(asked, CONTENDERS, budget, Here(), Chosen(asked.hypotheses), None, True) is found


def test_a_folder_has_one_writer(tmp_path: Path) -> None:
    """The second is refused, and takes its place once the first is over."""
    with ExitStack() as first, ExitStack() as second:
        folder.hold(tmp_path, first)
        with pytest.raises(BadInput, match="another advise writes there"):
            folder.hold(tmp_path, second)
        first.close()
        folder.hold(tmp_path, second)


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


A, B, C = Candidate("direct", (("workers", 2),)), Candidate("direct"), Candidate("aimd")


def in_finals(values: Mapping[Candidate, Sequence[float | None]], assurance: Assurance = ASSURANCE) -> Search:
    """A search that came to its finals, where each campaign comes to these values; None: it fails."""
    asked = question(scenario())._replace(assurance=assurance)
    table = {
        (one, at, seed): Met(*((0.0, value, 1.0) if value is not None else (1.0, 9.0, 1.0, FAILED)))
        for one, row in values.items()
        for seed, value in enumerate(row, start=1)
        for at in range(2)
    }
    bench = Table(asked, perform, Budget(None, None, lambda: 0.0), table=table)
    found = Search(bench, ["direct", "aimd"], pool=[*values], groups=[Finals(assurance, [*values])])
    bench.make([(one, at, 1) for one in values for at in range(2)])
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


def test_of_equals_the_one_that_changes_less_is_chosen() -> None:
    """Though its mean is more by less than matters; not if it is more by what does."""
    apart = [2.0 + number / 10 for number in range(11)]
    near = in_finals({A: apart, B: [value + 0.001 for value in apart]})
    far = in_finals({A: apart, B: [value + 0.1 for value in apart]})
    assert (near.choice, far.choice) == (B, A)
    assert [one["standing"] for one in document(near, [])["candidates"]] == ["chosen", "tied"]


def test_a_candidate_is_beside_the_choice_in_campaigns_that_both_met() -> None:
    """Chance that only one of them met would be taken for a difference."""
    found = in_finals({A: [5.0] + [1.0] * 10, B: [2.0] + [3.0] * 10})
    found.pool.append(C)
    for at in range(2):
        found.bench.runs.setdefault((C, 1), {})[at] = Met(0.0, 7.0, 1.0)
    told = {one["contender"] + str(one["changes"]): one for one in document(found, [])["candidates"]}
    assert "3 s instead of 1 s" in told["direct{}"]["sentence"]
    assert told["direct{}"]["value"] == 3.0
    assert "7 s instead of 5 s" in told["aimd{}"]["sentence"]


def test_a_command_reaches_the_failure_it_is_about() -> None:
    """Whether a finalist failed in its first campaign or a later one."""
    late, at_once = in_finals({A: [1.0] * 4 + [None], B: [2.0] * 11}), in_finals({A: [1.0, None], B: [2.0] * 11})
    for found, campaigns in ((late, 4), (at_once, 1)):
        advice = document(found, [])
        [command_of_a] = [one for one in advice["commands"] if "direct-1" in one]
        assert command_of_a.endswith(f"--seed 2 --replications {campaigns}")
        assert "none of 2 finalists" in sentences(advice)[1]


def test_the_choice_goes_on_until_it_meets_all_as_often_as_was_asked() -> None:
    """Alone; and if it fails on the way, whoever is as good takes its place."""
    assurance = Assurance(0.95, 0.01, True, 0.8)
    found = in_finals({A: [1.0] * 40, B: [2.0] * 40}, assurance)
    campaigns, part = found.groups[0].campaigns, found.groups[0].campaigns_share
    assert part is not None
    assert part >= 0.8 > (0.025 / 2) ** (1 / (campaigns - 1))
    assert len(found.groups[0].values[B]) < campaigns
    other = in_finals({A: [1.0] * 40, B: [1.0] * 12 + [None]}, assurance)
    assert other.choice == A


def test_only_what_does_the_same_is_left_out_of_the_finals() -> None:
    """Two strategies that come to the same are two; one that a setting changes nothing of is one."""
    bench = Table(question(scenario()), perform, Budget(None, None, lambda: 0.0), table={})
    found = Search(bench, ["direct", "aimd"])
    same, near, other = B, Candidate("direct", (("workers", 3),)), C
    for one, value in ((same, 1.0), (A, 1.0), (near, 1.000001), (other, 1.0)):
        for at in range(2):
            bench.runs.setdefault((one, 1), {})[at] = Met(0.0, value, 1.0)
    assert group(found, [same, A, near, other]) == [same, near, other]


def test_groups_share_the_error() -> None:
    """However many are needed, all of them spend what there is."""
    assert sum(PARTS) == 1


def test_the_share_of_campaigns_is_wilkss_for_all_finalists() -> None:
    """Half of the error is shared out to the groups, and of a group to its finalists."""
    finalists = [Candidate("direct", (("workers", number),)) for number in range(2, 6)]
    finals = Finals(ASSURANCE, finalists, 0.5, values={one: [1.0] * 20 for one in finalists})
    assert finals.campaigns_share == pytest.approx((0.025 * 0.5 / 4) ** (1 / 20))


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        ("goodput_per_s", "more of it is better"),
        ("latency.p99", "figure to minimise"),
        ("month.total_usd", r"a month needs a table \[bill\]"),
        ("lanes.news.latency_s.p99", "news"),
    ],
)
def test_a_figure_that_cannot_be_minimised_is_refused(figure: str, said: str) -> None:
    """In one line that names it and what would be right."""
    with pytest.raises(BadInput, match=said) as refused:
        ranking_by(scenario(), figure)
    assert "\n" not in str(refused.value)
    assert figure in str(refused.value)


def test_seeds_that_would_run_out_are_refused() -> None:
    """Before anything is run."""
    assert LAST_FIRST_SEED == LAST_SEED - MOST_CAMPAIGNS
    with pytest.raises(BadInput, match="campaigns count up beyond"):
        ranking_by(scenario(seed=2**63 - 1), "makespan_s")


@pytest.mark.parametrize("text", ["0", "1e-300", "-1", "none", "100%", "1%%", "inf", ""])
def test_an_indifference_that_is_none_is_refused(text: str) -> None:
    """One of nothing would never end."""
    with pytest.raises(BadInput, match="--indifference"):
        indifference_of(text)
    assert indifference_of("2%") == (0.02, True)
    assert indifference_of("0.5") == (0.5, False)


def test_a_budget_of_no_more_runs_makes_none() -> None:
    """What was made stays, and the rest is refused before it is begun."""
    bench = Bench(question(scenario()), perform, Budget(1, None, lambda: 0.0))
    bench.make([(Candidate("leaky-bucket"), 0, 1)])
    bench.make([(Candidate("leaky-bucket"), 0, 1)])
    with pytest.raises(Ended):
        bench.make([(Candidate("leaky-bucket"), 1, 1)])
    assert bench.budget.spent == 1
