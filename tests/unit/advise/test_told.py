"""What is told of a search: the choice first, why others are not it, and what makes it again."""

from __future__ import annotations

import shlex
from itertools import pairwise
from math import inf
from pathlib import Path

import pytest

from reports.advise import command
from reports.advise.bench import Met
from reports.advise.candidates import Candidate
from reports.advise.demands import demands_of, miss_in, violation
from reports.advise.document import document
from reports.advise.search import Search, play
from reports.advise.sentences import failed, sentences
from reports.advise.table import table
from reports.documents.advice import AdviceDocument
from reports.robust.document import document as robustness
from reports.robust.trials import Simulation, Trial, cells_of, jobs_of
from scenarios.hypotheses.hypothesis import hypotheses_of
from scenarios.hypotheses.sets import Chosen
from scenarios.measures.cost import load_prices
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import load
from scenarios.schema.thresholds import JudgedThreshold
from sim.run import run
from tests.unit.advise.problems import (
    ASSURANCE,
    FAILED,
    LIMITERS,
    A,
    B,
    C,
    in_finals,
    perform,
    scenario,
    search,
)
from tests.unit.entries import entry
from tests.unit.test_documents import assert_declared

PENDING = "*.recipients.pending == 0"


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
    values = [one["finals"]["value"] for one in advice["candidates"] if one["finals"] is not None]
    assert zone is not None
    assert chosen["finals"] is not None
    assert chosen["finals"]["value"] is not None
    assert chosen["finals"]["value"] - min(value for value in values if value is not None) <= zone


def test_a_document_is_as_it_is_declared(advice: AdviceDocument) -> None:
    """Every key has its type, and sentences name the choice first."""
    assert_declared(AdviceDocument, advice)
    assert sentences(advice)[0].startswith(str(advice["choice"]))


def test_what_is_kept_makes_the_same_runs_again(advice: AdviceDocument, whole: Search, tmp_path: Path) -> None:
    """The scenario loads and says what was demanded, and the commands come to the figures of both blocks."""
    command.keep(whole, tmp_path, Chosen(whole.bench.question.hypotheses))
    kept = load(str(tmp_path / "scenario.toml"))
    assert kept.thresholds == demands_of(kept) == whole.bench.question.demands
    first, *_, last = advice["commands"]
    finals = {one["name"]: one["finals"]["value"] for one in advice["candidates"] if one["finals"] is not None}
    assert ranked_by_command(first, kept) == finals
    before = {one["name"]: one["before"]["value"] for one in advice["candidates"]}
    made = ranked_by_command(last, kept)
    assert made.keys() == before.keys()
    assert {name: made[name] for name, value in before.items() if value is not None} == {
        name: value for name, value in before.items() if value is not None
    }


def ranked_by_command(line: str, kept: Scenario) -> dict[str, float | None]:
    """The column of the figure that ranks, as `seslab robust` shows it for these options."""
    words = shlex.split(line)
    names = [name for option, name in pairwise(words) if option == "-s"]
    seed, replications = (int(words[words.index(option) + 1]) for option in ("--seed", "--replications"))
    seeded = kept.model_copy(update={"seed": seed})
    trial = Trial(seeded, names, hypotheses_of(LIMITERS, kept.account), replications)
    made = cells_of(trial, perform(jobs_of(trial, Simulation(run, load_prices())), lambda _: False))
    return {one["contender"]: one["ranked"]["value"] for one in robustness(trial, made, [], [])["contenders"]}


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
    failures = [one["failure"] for one in nobody["candidates"] if one["failure"]]
    late = [one["miss"] or inf for one in failures if one["threshold"]["figure"] == "makespan_s"]
    assert late[0] == min(late)


@pytest.mark.parametrize(("left", "of", "said"), [(2, 200, "1 %"), (1, 200, "0.5 %"), (34, 361, "9.4 %")])
def test_mail_that_is_left_is_its_share_of_all(left: int, of: int, said: str) -> None:
    """To the digit, though it stands behind a number that puts it before every delay."""
    pending: JudgedThreshold = {**FAILED, "figure": "recipients.pending", "expression": PENDING, "value": float(left)}
    fared = entry("direct", [])
    fared["recipients"]["submitted"] = of
    miss = miss_in(violation([pending], fared))
    assert miss == pytest.approx(left / of, abs=1e-9)
    assert failed({"hypothesis": "tight", "seed": 1, "threshold": pending, "miss": miss}).endswith(f"off by {said}")


def test_a_candidate_is_beside_the_choice_in_campaigns_that_both_met() -> None:
    """Chance that only one of them met would be taken for a difference."""
    found = in_finals({A: [5.0] + [1.0] * 10, B: [2.0] + [3.0] * 10})
    found.pool.append(C)
    for at in range(2):
        found.bench.runs.setdefault((C, 1), {})[at] = Met(0.0, 7.0, 1.0)
    told = {one["contender"] + str(one["changes"]): one for one in document(found, [])["candidates"]}
    assert "3 s instead of 1 s" in told["direct{}"]["sentence"]
    assert told["direct{}"]["finals"] is not None
    assert told["direct{}"]["finals"]["value"] == 3.0
    assert told["direct{}"]["before"]["value"] == 2.0
    assert "7 s instead of 5 s" in told["aimd{}"]["sentence"]


def test_who_fails_as_it_is_is_told() -> None:
    """Though another of its candidates is chosen."""
    found = in_finals({A: [1.0] * 11, B: [None]}, plays=False)
    play(found, lambda _: None)
    told = {one["name"]: one for one in document(found, [])["candidates"]}
    assert [(name, one["standing"]) for name, one in told.items()] == [("advised", "chosen"), ("direct", "failed")]
    assert told["direct"]["sentence"].startswith("direct fails: ✗ quick")


def test_a_figure_under_some_limiters_is_a_lower_bound() -> None:
    """In table and sentence; and where it is infinite, that is not taken for not known."""
    found = in_finals({A: [1.0]}, plays=False)
    partly = Candidate("heartbeat")
    found.pool += [partly, C]
    found.contenders = ["direct", "aimd", "heartbeat"]
    found.bench.runs[partly, 1] = {0: Met(0.0, 3.0, 1.0)}
    found.bench.runs[C, 1] = {at: Met(0.0, inf, 1.0) for at in range(2)}
    found.ended = "budget"
    advice = document(found, [])
    told = {one["name"]: one for one in advice["candidates"]}
    assert_declared(AdviceDocument, advice)
    assert told["heartbeat"]["before"].get("limiters") == 1
    assert "≥ 3 s instead of 1 s" in told["heartbeat"]["sentence"]
    assert told["aimd"]["before"].get("infinite") == ["value"]
    [block] = table(advice).blocks
    assert {row[0]: row[2] for row in block.rows} == {"advised": "1", "heartbeat": "≥ 3", "aimd": "∞"}
    assert "≥: so far" in table(advice).caption


def test_candidates_that_were_not_run_are_told_apart() -> None:
    """Nobody has tried what was only drawn."""
    advice = document(search(scenario(), runs=1), [])
    assert advice["tried"] == 1
    assert advice.get("drawn", 0) > 1
    assert "1 candidate tried (14 drawn)" in " ".join([table(advice).title, *sentences(advice)])


def test_a_threshold_about_somebody_else_is_not_judged() -> None:
    """It demands nothing of those that were searched, and is not said to."""
    about_heartbeat = {"quick": ("heartbeat.makespan_s < 1",)}
    advice = document(search(scenario(thresholds=about_heartbeat), runs=1), [])
    assert "quick" not in {one["name"] for one in advice["demands"]}
    assert any("not judged: quick (heartbeat.makespan_s < 1)" in one for one in advice["notes"])


def test_each_comparison_has_a_command_for_its_campaigns() -> None:
    """Over as many as both have met, be they more than all finalists shared."""
    advice = document(in_finals({A: [1.0] * 40, B: [1.02, 1.0, 1.04] * 13 + [1.0], C: [9.0] * 40}), [])
    finals, *others, _everyone = advice["commands"]
    assert finals.endswith(f"--replications {advice['assurance']['shared']}")
    met = {one["name"]: len(one["samples"]) for one in advice["candidates"]}
    for line in others:
        words = line.split()
        named = [name for option, name in pairwise(words) if option == "-s"]
        assert named == [name for name, often in met.items() if often >= int(words[-1])]
    told = {int(line.split()[-1]) for line in (finals, *others)}
    assert {min(often, advice["assurance"]["campaigns"]) for often in met.values()} <= told


def test_a_command_reaches_the_failure_it_is_about() -> None:
    """Whether a finalist failed in its first campaign or a later one."""
    late, at_once = in_finals({A: [1.0] * 4 + [None], B: [2.0] * 11}), in_finals({A: [1.0, None], B: [2.0] * 11})
    for found, campaigns in ((late, 4), (at_once, 1)):
        advice = document(found, [])
        *_, command_of_a, _everyone = advice["commands"]
        assert command_of_a.split()[-5] == "direct-1"
        assert command_of_a.endswith(f"--seed 2 --replications {campaigns}")
        assert "none of 2 finalists" in sentences(advice)[1]
