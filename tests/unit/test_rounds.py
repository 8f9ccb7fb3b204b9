"""The same mails again and again: which runs are made, in which order, and what is said of how far they lie apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.compare.spread import spread
from reports.compare.table import table
from reports.diff import document as diffing
from reports.documents.comparison import ComparisonDocument
from reports.running import run_jobs
from reports.running.experiment import Runner
from reports.running.rounds import Rounds
from reports.statistics.replications import combine
from scenarios.measures.cost import load_prices
from scenarios.schema.scenario_file import load
from sim.run import run
from tests.unit.entries import comparison, entry, sent

ACCEPTED = [2, 3, 4, 2, 3, 4]  # of four mails, round by round


def of_rounds(accepted: list[int]) -> ComparisonDocument:
    """The document of a sender of whose four mails so many were accepted in each round."""
    entries = [entry("ses-v2", sent(many, 2.0)) for many in accepted]
    return {**comparison(combine(entries), replications=len(entries)), "world": "locust", "rounds": len(entries)}


def test_rounds_have_one_seed_and_alternate() -> None:
    """Each sender once a round, every second round backwards, under the scenario's seed; the first round is kept."""
    kept = Path("run")
    made: list[tuple[Path | None, bool]] = []

    def runner_into(out: Path | None, is_last: bool) -> Runner:
        made.append((out, is_last))
        return run

    rounds = Rounds(runner_into, load("sandbox"), ["a", "b"], 3, load_prices(), kept)
    assert [(job.strategy, job.round) for job in rounds] == [
        ("a", 1), ("b", 1), ("b", 2), ("a", 2), ("a", 3), ("b", 3),
    ]  # fmt: skip
    assert {job.seed for job in rounds} == {load("sandbox").seed}
    assert [job.out for job in rounds] == [kept, kept, None, None, None, None]
    assert made[-6:] == [(kept, False), (kept, False), (None, False), (None, False), (None, False), (None, True)]


def test_rounds_of_a_world_without_chance_are_the_same() -> None:
    """In the simulator the same seed is the same run: what rounds differ by is nothing of the load's."""
    rounds = Rounds(lambda *_: run, load("sandbox"), ["direct"], 2, load_prices(), None)
    first, second = run_jobs.whole(rounds, "sim")
    assert first.entry["digest"] == second.entry["digest"]


@pytest.mark.parametrize(("rounds", "said"), [(2, "50 %"), (3, "75 %"), (5, "93.75 %")])
def test_few_rounds_say_how_little_they_tell(rounds: int, said: str) -> None:
    """Each round is below the median with one half: all are on one side of it with 2 to the power of 1 - n."""
    [sheet] = spread(of_rounds(ACCEPTED[:rounds]))
    assert f"hold the median with {said}" in sheet.caption
    assert [column.name for column in sheet.columns] == ["figure", "least", "median", "most"]


def test_six_rounds_have_an_interval() -> None:
    """Of six values it reaches from the least to the greatest, nearly: that holds 96.9 %."""
    [sheet] = spread(of_rounds(ACCEPTED))
    cells = {row[0].strip(): list(row[1:]) for row in sheet.rows}
    assert cells["recipients.lost"][:3] == ["0", "1", "2"]
    low, high = map(float, cells["recipients.lost"][3].split(" to "))
    assert 0 <= low < 1 < high <= 2
    assert "recipients.dead_lettered" not in cells  # 0 in every round


def test_a_single_round_has_no_spread_and_a_table_calls_rounds_by_their_name() -> None:
    """What was sent once differs from nothing."""
    assert not [*spread(of_rounds([3]))]
    assert table(of_rounds(ACCEPTED)).title.endswith("means of 6 rounds")
    assert "--rounds tells what is luck" in table({**two_senders(), "world": "locust"}).caption


def two_senders() -> ComparisonDocument:
    """Of one run each."""
    return comparison(entry("ses-v1", sent(3, 2.0)), entry("ses-v2", sent(4, 2.0)))


def test_a_diff_does_not_pair_rounds() -> None:
    """Round k of one command and round k of another share no chance, though seed and number are the same."""
    [strategy] = diffing.document(of_rounds(ACCEPTED), of_rounds(ACCEPTED), (), lambda *_: None)["strategies"]
    assert {one["by"] for one in strategy["figures"]} <= {diffing.APART, None}
