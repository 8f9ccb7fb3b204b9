"""Contenders under many limiters: what is concluded is what was counted."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Any, cast

import pytest

from reports.documents.robustness import Conclusion, RobustCell, RobustContender, RobustnessDocument
from reports.figures import canvas
from reports.robust import command, folder
from reports.robust.cell_text import cell_text
from reports.robust.cells import loses
from reports.robust.conclusions import conclusions
from reports.robust.document import document
from reports.robust.ranked import worst_ranked
from reports.robust.table import matrix, sentences, table
from reports.robust.trials import Simulation, Trial, cells_of, jobs_of, whole
from reports.robust.wording import missing, percent
from reports.robust.worst import best_first
from reports.running.parallel import in_turn
from reports.terminal import to_json
from scenarios.errors import BadInput, RunFailed
from scenarios.hypotheses import sets
from scenarios.hypotheses.hypothesis import hypotheses_of
from scenarios.measures.cost import load_prices
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import as_toml
from scenarios.schema.thresholds import JudgedThreshold
from scenarios.verdicts import Met
from sim.run import run
from tests.unit.pictures import texts
from tests.unit.read_page import Read
from tests.unit.robustness import contender
from tests.unit.test_documents import assert_declared

SCENARIO = Scenario.model_validate(
    {
        "name": "by-hand",
        "account": {"max_send_rate_per_s": 30.0},
        "workload": ({"process": "batch", "messages": 60},),
        "variants": {"calm": {"strategy": "heartbeat", "fill": 0.9}},
        "thresholds": {"lossless": ("*.recipients.lost == 0",), "quick": ("*.latency_s.p99 < 3",)},
    }
)
LIMITERS = (
    {"name": "burst-3R", "burst": "3 R", "weight": 1.0},
    {"name": "sliding", "kind": "sliding-window", "weight": 2.0},
    {"name": "rate-0.5", "effective_rate": 0.5, "weight": 1.0},
)
HYPOTHESES = hypotheses_of({"hypothesis": LIMITERS}, SCENARIO.account)
NAMES = [one.name for one in HYPOTHESES]
TRIAL = Trial(SCENARIO, ["direct", "leaky-bucket", "heartbeat", "calm"], HYPOTHESES, 6)
SIMULATION = Simulation(run, load_prices())
BELIEFS = dict.fromkeys(NAMES)


@pytest.fixture(scope="module")
def told() -> RobustnessDocument:
    """Four contenders under three limiters."""
    outcome = in_turn(jobs_of(TRIAL, SIMULATION), lambda *_: None)
    return document(TRIAL, cells_of(TRIAL, outcome), [], [])


def test_a_document_is_what_is_declared(told: RobustnessDocument) -> None:
    """Verdicts, worst cases and conclusions included."""
    assert_declared(RobustnessDocument, told)


def test_each_number_of_a_sentence_stands_in_the_document(told: RobustnessDocument) -> None:
    """Names and thresholds aside, what a sentence quotes is a number of its conclusion, as a share or as a count."""
    names = [*NAMES, *TRIAL.contenders, *(met[0] for met in SCENARIO.thresholds.values())]
    for one in told["conclusions"]:
        said = re.sub("|".join(map(re.escape, sorted(names, key=len, reverse=True))), "", one["sentence"])
        known = {*one["numbers"].values(), *([] if one["belief"] is None else [one["belief"]])}
        shares = missing if one["about"] == "loss" else percent
        shown = {f"{number:g}" for number in known} | {shares(number).rstrip(" %") for number in known}
        assert set(re.findall(r"\d[\d.,]*\d|\d", said)) <= shown, one["sentence"]


@pytest.mark.parametrize(
    ("lost", "said"),
    [
        (0.0001, "0.01 %"),
        (0.032, "3.2 %"),
        (0.03042, "3.1 %"),
        (0.008809, "0.89 %"),
        (0.0996, "10 %"),
        (0.111, "12 %"),
        (0.639, "64 %"),
        (0.99, "99 %"),
        (0.9999, "99.9 %"),
        (1, "100 %"),
    ],
)
def test_a_loss_never_reads_smaller_than_it_is(lost: float, said: str) -> None:
    """But what is not all never reads as all."""
    assert missing(lost) == said


def test_a_conclusion_is_true_of_every_cell(told: RobustnessDocument) -> None:
    """Of each contender that it names, under each limiter; and it leaves no limiter out."""
    cells = {(one["contender"], cell["hypothesis"]): cell for one in told["contenders"] for cell in one["cells"]}
    for said in told["conclusions"]:
        assert sorted(said["holds_under"] + said["fails_under"] + said["open_under"]) == sorted(NAMES)
        for who in said["contenders"] if said["about"] == "loss" else ():
            assert [name for name in NAMES if loses(cells[who, name])] == said["fails_under"]
    weights = {one.name: one.weight or 0.0 for one in HYPOTHESES}
    assert all(said["belief"] == sum(weights[name] for name in said["holds_under"]) / 4 for said in told["conclusions"])


def test_what_is_asked_of_all_is_answered_for_all(told: RobustnessDocument) -> None:
    """Each contender is in one conclusion about loss, and in one about each threshold that asks for something else."""
    for about in ("loss", "threshold"):
        who = [name for one in told["conclusions"] if one["about"] == about for name in one["contenders"]]
        assert sorted(who) == sorted(TRIAL.contenders)


def test_decided_ones_come_first_behind_the_demands(told: RobustnessDocument) -> None:
    """Who meets all thresholds is what the scenario asks; then what is decided, tied, undecided."""
    first, *others = told["conclusions"]
    assert first["about"] == "all thresholds"
    assert "all thresholds" not in [one["about"] for one in others]
    order = ["decided", "tied", "undecided"]
    kinds = [order.index(one["kind"]) for one in others]
    assert kinds == sorted(kinds)


def said_of(*makespans_s: Sequence[Sequence[float]]) -> Conclusion:
    """The order of two contenders that lose nothing."""
    both = [
        contender(name, {limiter: (some, 0.0) for limiter, some in zip(NAMES, mine, strict=True)})
        for name, mine in zip("ab", makespans_s, strict=True)
    ]
    return next(one for one in conclusions(best_first(both), BELIEFS, "makespan_s") if one["about"] == "order")


NOISE = [0.0, 0.3, 0.1, 0.2, 0.5, 0.4, 0.6, 0.7]
SWAPPED = [*NOISE[::-1]]
BASE = [10 + noise for noise in NOISE]


def test_the_order_of_two_is_by_the_same_seeds() -> None:
    """A shift that is less than the noise between seeds is seen, for it is the same in each; another draw is a tie."""
    slower = [1.02 * makespan_s for makespan_s in BASE]
    assert said_of([BASE] * 3, [slower] * 3)["sentence"] == "a is faster than b under all 3, by 2 %"
    other = [10 + noise for noise in SWAPPED]
    tied = said_of([BASE] * 3, [other] * 3)
    assert (tied["kind"], tied["open_under"]) == ("tied", NAMES)
    turns = said_of([BASE, BASE, slower], [slower, other, BASE])
    assert (turns["kind"], turns["numbers"]["better_under"]) == ("undecided", 1)
    assert sorted(map(len, (turns["holds_under"], turns["fails_under"], turns["open_under"]))) == [1, 1, 1]


def test_safety_comes_before_speed() -> None:
    """First what meets all thresholds everywhere, then what loses nothing, then what is faster at worst."""
    fast, slow = [1.5] * 6, [2.0] * 6
    some = [
        contender("loses", {"x": (fast, 0.0), "y": (fast, 5.0)}, met=1),
        contender("loses less", {"x": (fast, 0.0), "y": (fast, 4.0)}, met=1),
        contender("slow at worst", {"x": (fast, 0.0), "y": (slow, 0.0)}, met=2),
        contender("never slow", {"x": ([1.6] * 6, 0.0), "y": ([1.6] * 6, 0.0)}, met=2),
        contender("unmet", {"x": (fast, 0.0), "y": (fast, 0.0)}, met=0),
    ]
    order = ["never slow", "slow at worst", "loses less", "loses", "unmet"]
    assert [one["contender"] for one in best_first(some)] == order


def test_what_no_threshold_is_about_meets_none() -> None:
    """Behind what meets all; where it loses mail, behind all others."""
    fast = [1.0] * 6
    some = [
        contender("unasked, lossy", {"x": (fast, 0.0), "y": (fast, 5.0)}),
        contender("unasked", {"x": (fast, 0.0), "y": (fast, 0.0)}),
        contender("unmet", {"x": (fast, 0.0), "y": (fast, 9.0)}, met=0),
        contender("met", {"x": ([2.0] * 6, 0.0), "y": (fast, 0.0)}, met=2),
    ]
    assert [one["contender"] for one in best_first(some)] == ["met", "unasked", "unmet", "unasked, lossy"]


def judged_contender(*verdicts: Met) -> RobustContender:
    """Under a limiter for each verdict of its only threshold, which its scenario says twice."""
    one = contender("a", dict.fromkeys(NAMES[: len(verdicts)], (BASE, 0.0)), met=verdicts.count("pass"))
    met: JudgedThreshold = {
        "name": "quick",
        "expression": "*.makespan_s < 11",
        "strategy": "a",
        "figure": "makespan_s",
        "value": 10.0,
        "interval": None,
        "verdict": "pass",
    }
    cells = [
        {**cell, "thresholds": [{**met, "verdict": verdict}] * 2}
        for cell, verdict in zip(one["cells"], verdicts, strict=True)
    ]
    return {**one, "cells": cast(list[RobustCell], cells)}


@pytest.mark.parametrize(
    ("verdicts", "kind", "of_all", "of_one"),
    [
        (
            ("inconclusive", "inconclusive"),
            "undecided",
            "the only contender here is not known to meet all thresholds under all 2; "
            "whether a meets all thresholds is open under all 2",
            "whether a meets quick (*.makespan_s < 11) is open under all 2",
        ),
        (
            ("inconclusive", "pass"),
            "undecided",
            "the only contender here is not known to meet all thresholds under all 2; "
            "the closest: a meets all thresholds, but that is inconclusive under burst-3R",
            "a meets quick (*.makespan_s < 11), but that is inconclusive under burst-3R",
        ),
        (
            ("fail", "inconclusive"),
            "undecided",
            "the only contender here does not meet all thresholds under all 2; "
            "the closest: a does not meet all thresholds under burst-3R; inconclusive under sliding",
            "a fails quick (*.makespan_s < 11) under burst-3R; inconclusive under sliding",
        ),
        (
            ("fail", "fail"),
            "decided",
            "the only contender here does not meet all thresholds under all 2",
            "a fails quick (*.makespan_s < 11) under all 2",
        ),
    ],
)
def test_what_is_inconclusive_is_open(verdicts: tuple[Met, ...], kind: str, of_all: str, of_one: str) -> None:
    """It reads neither as met nor as failed, and a threshold that is there twice is asked once."""
    said = conclusions([judged_contender(*verdicts)], dict.fromkeys(NAMES[:2], 1.0), "makespan_s")
    sentences_of = {one["about"]: one["sentence"].partition("; holds in ")[0] for one in said}
    assert (sentences_of["all thresholds"], sentences_of["threshold"]) == (of_all, of_one)
    assert said[0]["kind"] == kind


def test_worst_cases_name_their_limiter(told: RobustnessDocument) -> None:
    """The worst is that of the cell it names; where all are alike no limiter is to blame."""
    for one in told["contenders"]:
        shares = {cell["hypothesis"]: cell["not_accepted_share"] for cell in one["cells"]}
        worst = one["worst"]["not_accepted_share"]
        assert worst["value"] == max(shares.values())
        assert shares[worst["under"]] == worst["value"] if worst["under"] else len(set(shares.values())) == 1


def test_a_campaign_is_worth_its_worst_limiter(told: RobustnessDocument) -> None:
    """Replication by replication, and of these the mean: no less than the mean under any one limiter."""
    for one in told["contenders"]:
        worst = worst_ranked(one["cells"], "makespan_s")
        if any(None in cell["samples"] for cell in one["cells"]):
            assert worst["value"] is None
            continue
        assert worst["value"] is not None
        rows = [[value for value in cell["samples"] if value is not None] for cell in one["cells"]]
        assert worst["value"] == pytest.approx(sum(map(max, *rows)) / TRIAL.replications)
        assert worst["value"] >= max(map(fmean, rows)) - 1e-9
        assert worst_ranked(one["cells"], "goodput_per_s")["value"] == pytest.approx(
            sum(map(min, *rows)) / TRIAL.replications
        )


def test_what_a_scenario_ranks_by_has_a_column(told: RobustnessDocument) -> None:
    """Which says that a latency is infinite; without [rank] there is none."""
    contenders = [{**one, "ranked": worst_ranked(one["cells"], "makespan_s")} for one in told["contenders"]]
    contenders[-1]["ranked"] = {"value": None, "infinite": True, "under": None}
    ranking = cast(RobustnessDocument, {**told, "ranked_by": "latency_of_all_s.p99", "contenders": contenders})
    assert len(table(ranking).columns) == 1 + len(table(told).columns)
    assert table(ranking).rows[-1][-1] == "∞"
    assert table(ranking).columns[-1].name == "p99 latency of all"


def test_an_early_end_keeps_what_is_whole() -> None:
    """The contenders with every limiter; if there is none, the limiters that the first one has."""
    jobs = jobs_of(TRIAL, SIMULATION)
    per_contender = len(HYPOTHESES) * TRIAL.replications
    for done, contenders, hypotheses in (
        (per_contender + 7, ["direct"], NAMES),
        (2 * TRIAL.replications + 1, ["direct"], NAMES[:2]),
    ):
        made = cells_of(TRIAL, in_turn(jobs[:done], lambda *_: None)._replace(interrupted=True))
        kept = whole(TRIAL, made)
        assert (list(kept.contenders), [one.name for one in kept.hypotheses]) == (contenders, hypotheses)
        assert_declared(RobustnessDocument, document(kept, made, [], []))


def test_a_quiet_hour_is_measured_once_a_contender() -> None:
    """It is the same under every limiter."""
    told: list[str] = []

    def standing(_scenario: Scenario, contender: str) -> dict[str, float]:
        told.append(contender)
        return {"pods": len(told)}

    jobs = jobs_of(TRIAL, SIMULATION._replace(standing=standing))
    assert told == TRIAL.contenders
    assert all(job.standing == {"pods": 1 + told.index(job.strategy)} for job in jobs)


def test_the_table_has_each_cell_and_each_sentence(told: RobustnessDocument) -> None:
    """However narrow it is, the worst cases stay."""
    assert [row[1] for row in table(told).rows] == [one["contender"] for one in told["contenders"]]
    assert {column.name for column in table(told).columns if not column.falls} >= {"not accepted", "of best", "p99"}
    assert [row[2:] for row in matrix(told).rows] == [
        [cell_text(one["cells"][place]) for one in told["contenders"]] for place in range(len(NAMES))
    ]
    assert len(sentences(told)) > len(told["conclusions"])
    assert "note: calm (heartbeat, fill = 0.9)" in sentences(told)


def test_nobody_is_answered_by_none(told: RobustnessDocument) -> None:
    """Thresholds that nobody meets under every limiter end the command with another code."""
    best = max(one["met_under"] or 0 for one in told["contenders"])
    assert command.is_answered(told) == (best == len(NAMES))
    unasked: RobustnessDocument = {**told, "contenders": [{**one, "met_under": None} for one in told["contenders"]]}
    assert command.is_answered(unasked)


def kept(told: RobustnessDocument, directory: Path) -> None:
    """As a command keeps it."""
    folder.prepare(directory, [], told["scenario"])
    folder.save(directory, told, as_toml(SCENARIO), sets.as_toml(HYPOTHESES))


def test_a_folder_is_kept_read_and_written_over(told: RobustnessDocument, tmp_path: Path) -> None:
    """By another of its kind."""
    kept(told, tmp_path)
    assert folder.document(tmp_path) == json.loads(to_json(told))
    assert list(sets.chosen(tmp_path / "limiters.toml", SCENARIO.account).hypotheses) == HYPOTHESES
    kept(told, tmp_path)


def test_what_is_kept_stays_until_all_is_written(
    told: RobustnessDocument, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full when the picture is drawn leaves all of it; what a killed command left is written over."""
    kept(told, tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    def full(*_: Any) -> list[Path]:
        raise RunFailed("robust.svg: No space left on device")

    monkeypatch.setattr(canvas, "save", full)
    with pytest.raises(RunFailed):
        folder.save(tmp_path, {**told, "scenario": "another"}, "", "")
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    (tmp_path / "robustness.json").unlink()
    shutil.rmtree(tmp_path / "figures")
    folder.prepare(tmp_path, [], told["scenario"])


def test_a_document_of_nobody_is_refused(told: RobustnessDocument, tmp_path: Path) -> None:
    """In one line, as whatever else is wrong with it."""
    (tmp_path / "robustness.json").write_text(to_json({**told, "contenders": []}))
    with pytest.raises(BadInput, match=r"contenders = .*: must have at least 1"):
        folder.document(tmp_path)


def test_limiters_of_the_users_own_are_not_written_over(told: RobustnessDocument, tmp_path: Path) -> None:
    """Neither those that are read nor those that no run has left."""
    (tmp_path / "limiters.toml").write_text("mine")
    with pytest.raises(BadInput, match=r"has limiters\.toml, which would be written over"):
        folder.prepare(tmp_path, [], told["scenario"])
    kept(told, tmp_path / "run")
    with pytest.raises(BadInput, match=r"has limiters\.toml, which would be written over"):
        folder.prepare(tmp_path / "run", [("--limiters", tmp_path / "run" / "limiters.toml")], told["scenario"])


def test_the_page_has_each_number_and_each_sentence(told: RobustnessDocument, tmp_path: Path) -> None:
    """Its answer is the first conclusion; all cells of both tables follow, and the command that makes it again."""
    kept(told, tmp_path)
    read = Read((tmp_path / "report.html").read_text())
    cells = {cell for tag in ("td", "th") for cell in read.all(tag)}
    assert {cell for sheet in (table(told), matrix(told)) for row in sheet.rows for cell in row} <= cells
    assert read.all("li") == sentences(told)
    assert sentences(told)[0] in read.all("p")
    assert any(code.startswith("seslab robust scenario.toml --limiters limiters.toml -s ") for code in read.all("code"))


def test_the_picture_has_each_number(told: RobustnessDocument, tmp_path: Path) -> None:
    """And the names of contenders and limiters, and what the shades and the hatch mean."""
    folder.draw(tmp_path, told)
    shown = texts(tmp_path / "figures" / "robust.svg").splitlines()
    for one in told["contenders"]:
        assert {one["contender"], *map(cell_text, one["cells"])} <= set(shown)
    assert {*NAMES, "all accepted: speed, % of the best"} <= set(shown)
