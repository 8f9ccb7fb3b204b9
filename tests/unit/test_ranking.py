"""Who comes first, why, and who is tied: the requirement, the figure that matters, and luck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from reports.compare.document import document
from reports.compare.table import table
from reports.documents.comparison import ComparisonDocument
from reports.ranking.answer import answer
from reports.ranking.precision import made_precisely
from reports.running import experiment, run_jobs
from reports.running.experiment import perform
from reports.running.parallel import Outcome
from reports.statistics.replications import combine
from reports.threshold_lines import threshold_lines
from scenarios.entry import StrategyEntry
from scenarios.errors import BadInput
from scenarios.measures.bound import Bound
from scenarios.measures.cost import load_prices
from scenarios.schema.scenario_file import load
from seslab.options import share
from sim.run import run
from tests.unit.entries import entry, sent
from tests.unit.synthetic import Call

HEAD = '[account]\nmax_send_rate_per_s = 4\n\n[[workload]]\nprocess = "batch"\nmessages = 4\n'
QUICK = '\n[thresholds]\nquick = "*.latency_s.max < 2"\n'
LOSSLESS = '\n[thresholds]\nlossless = "*.recipients.lost == 0"\n'


def compared(folder: Path, text: str, *entries: StrategyEntry) -> ComparisonDocument:
    """The document of a scenario that says this."""
    (folder / "mine.toml").write_text(HEAD + text)
    scenario = load(str(folder / "mine.toml"))
    replications = max(len(one.get("samples", {}).get("makespan_s", [0])) for one in entries)
    return document(scenario, "sim", 1, replications, Bound(1.5, 0.7, 1.4), entries)


def places(comparison: ComparisonDocument) -> list[tuple[int, str]]:
    """As the document has them."""
    return [(one["place"], one["strategy"]) for one in comparison["ranking"]]


def replicated(name: str, lasts_s: Sequence[float]) -> StrategyEntry:
    """An entry whose replications ended so late."""
    return combine([entry(name, sent(4, last_s)) for last_s in lasts_s])


def test_what_meets_the_requirement_comes_first(tmp_path: Path) -> None:
    """Even where it lost mail and another did not: what is asked counts; what fails is ranked by how far it does."""
    entries = [entry("direct", sent(4, 9.0)), entry("aimd", sent(4, 3.0)), entry("heartbeat", sent(4, 1.0))]
    made = compared(tmp_path, QUICK, *entries)
    assert places(made) == [(1, "heartbeat"), (2, "aimd"), (3, "direct")]
    assert [one["requirement"] for one in made["ranking"]] == ["pass", "fail", "fail"]
    assert made["answer"] == "heartbeat meets the threshold, the only one that does; its makespan is 1.00 s"
    rows = {row[1]: row[2] for row in table(made).rows}
    assert rows == {"heartbeat": "✓", "aimd": "✗", "direct": "✗"}


def test_nobody_meets_it(tmp_path: Path) -> None:
    """Who misses it least is said, and which threshold by how much."""
    made = compared(tmp_path, QUICK, entry("direct", sent(4, 9.0)), entry("aimd", sent(4, 4.5)))
    least = "aimd misses it least: quick: *.latency_s.max < 2 (4.5 s, 2.25 times the limit)"
    assert made["answer"] == f"nobody meets the requirement; {least}"
    alone = compared(tmp_path, LOSSLESS, entry("direct", sent(3, 1.0)))
    assert alone["answer"] == "direct does not meet the requirement: lossless: *.recipients.lost == 0 (1)"


def test_what_was_not_accepted_misses_a_latency_by_the_most(tmp_path: Path) -> None:
    """Losing what would be late is not being nearly in time."""
    made = compared(tmp_path, QUICK, entry("direct", sent(3, 1.0)), entry("aimd", sent(4, 400.0)))
    assert places(made) == [(1, "aimd"), (2, "direct")]


def test_a_figure_of_the_scenarios_own_ranks(tmp_path: Path) -> None:
    """The highest goodput, or the least latency, rather than the makespan; after what became of the mail."""
    entries = [entry("direct", sent(3, 0.1)), entry("aimd", sent(4, 3.0)), entry("heartbeat", sent(4, 1.0))]
    by_goodput = compared(tmp_path, '\n[rank]\nby = "goodput_per_s"\n', *entries)
    by_latency = compared(tmp_path, '\n[rank]\nby = "latency_s.p50"\n', *entries)
    assert places(by_goodput) == places(by_latency) == [(1, "heartbeat"), (2, "aimd"), (3, "direct")]
    assert by_goodput["answer"].endswith("the highest goodput_per_s of those that do, 4/s")
    assert by_latency["answer"].endswith("the lowest latency_s.p50 of those that do, 500 ms")
    assert by_latency["rank"] == {"by": "latency_s.p50", "figure": "latency_of_all_s.p50"}


def test_contenders_are_tied_where_luck_decides(tmp_path: Path) -> None:
    """They share a place where the interval of the differences under the same seeds contains zero, and only there."""
    base = [1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.2, 2.4]
    mixed = [value + by for value, by in zip(base, [0.1, -0.1] * 4, strict=True)]
    later = [value + 0.2 for value in base]
    entries = [replicated(name, lasts_s) for name, lasts_s in (("direct", base), ("aimd", mixed), ("heartbeat", later))]
    made = compared(tmp_path, '\n[rank]\nby = "makespan_s"\n', *entries)
    assert places(made) == [(1, "aimd"), (1, "direct"), (3, "heartbeat")]
    assert made["answer"].endswith("tied with direct: the difference may be luck")
    assert [row[0] for row in table(made).rows] == ["1=", "1=", "3"]


def test_few_seeds_do_not_pass_for_more(tmp_path: Path) -> None:
    """A single seed is called a throw of the dice, and fewer than six too few."""
    single = compared(tmp_path, "", entry("direct", sent(4, 1.0)), entry("aimd", sent(4, 2.0)))
    assert "one seed is one throw of the dice" in table(single).caption
    few = compared(tmp_path, "", replicated("direct", [1, 2, 3]), replicated("aimd", [2, 3, 4]))
    assert "fewer than 6 replications cannot tell" in table(few).caption


@pytest.mark.parametrize(
    ("accepted", "said"),
    [
        ({"direct": 4, "aimd": 4, "heartbeat": 4}, "✓ # (met by all 3)"),
        ({"direct": 2, "aimd": 4, "heartbeat": 4}, "✗ # (not met by direct: 2; met by aimd, heartbeat)"),
        ({"direct": 2, "aimd": 3}, "✗ # (not met by direct: 2, aimd: 1; met by none)"),
    ],
)
def test_a_threshold_for_each_has_one_line(tmp_path: Path, accepted: Mapping[str, int], said: str) -> None:
    """Those that do not meet it are named with their values."""
    made = compared(tmp_path, LOSSLESS, *(entry(name, sent(many, 1.0)) for name, many in accepted.items()))
    assert list(threshold_lines(made["thresholds"])) == [said.replace("#", "lossless: *.recipients.lost == 0")]


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("makespan", "unknown figure to rank by 'makespan', did you mean 'makespan_s'?"),
        ("peak_1s", "unknown figure to rank by 'peak_1s'"),
        ("lanes.news.latency_s.p99", "figures per lane need several, and the only lane is default"),
        ("workloads.3.latency_s.p99", "figures per workload need several"),
    ],
)
def test_what_cannot_rank_is_one_line(tmp_path: Path, by: str, said: str) -> None:
    """A figure that there is not, or of which neither much nor little is good."""
    with pytest.raises(BadInput) as caught:
        compared(tmp_path, f'\n[rank]\nby = "{by}"\n', entry("direct", sent(4, 1.0)))
    assert "rank.by" in str(caught.value)
    assert said in str(caught.value)


def test_one_contender_of_which_nothing_is_asked_has_no_answer(tmp_path: Path) -> None:
    """There is nobody to compare it with."""
    assert answer(compared(tmp_path, "", entry("direct", sent(4, 1.0)))) == ""


def test_replications_are_added_until_the_order_is_sure(tmp_path: Path) -> None:
    """As many as the precision takes, at most as many as are allowed; the runs are what they are without it."""
    (tmp_path / "mine.toml").write_text(HEAD)
    scenario = load(str(tmp_path / "mine.toml"))
    jobs = experiment.jobs(run, scenario, ["direct", "heartbeat", "sqs-dlq"], 12, load_prices(), None)
    rough, fine = made_precisely(jobs, "sim", 100.0, scenario), made_precisely(jobs, "sim", 1e-9, scenario)
    assert (rough.replications, fine.replications) == (6, 12)
    assert rough.reached is not None
    assert fine.reached is not None
    assert fine.reached > 1e-9
    digests = [experiment.summarise(one)[0][0]["digest"] for one in (fine.outcome.results, list(map(perform, jobs)))]
    assert digests[0] == digests[1]


@pytest.mark.parametrize(
    ("text", "value"),
    [("2%", 0.02), ("0.5 %", 0.005), ("0.1", 0.1), ("2", None), ("0%", None), ("x", None), ("nan", None)],
)
def test_a_precision_is_a_share(text: str, value: float | None) -> None:
    """As people write it; anything else is one line."""
    if value is not None:
        assert share("--precision", text) == pytest.approx(value)
        return
    with pytest.raises(BadInput, match=r"must be a share such as 2% or 0\.02"):
        share("--precision", text)


def test_what_nothing_is_demanded_of_is_not_recommended(tmp_path: Path) -> None:
    """A threshold about another contender says nothing for one that loses mail."""
    demand = '\n[thresholds]\nquick = "aimd.makespan_s < 1"\n'
    made = compared(tmp_path, demand, entry("direct", sent(2, 0.1)), entry("aimd", sent(4, 4.0)))
    assert [one.get("requirement") for one in made["ranking"]] == [None, "fail"]
    assert made["answer"].startswith("nobody of whom it is demanded meets it; aimd misses it least: quick")
    assert {row[1]: row[2] for row in table(made).rows} == {"direct": "-", "aimd": "✗"}


def test_who_misses_it_least_fails_the_fewest_thresholds(tmp_path: Path) -> None:
    """Whatever became of the mail: that is a threshold's business here."""
    demands = '\n[thresholds]\na = "*.makespan_s < 1"\nb = "*.makespan_s < 1.5"\nc = "*.recipients.accepted >= 4"\n'
    made = compared(tmp_path, demands, entry("direct", sent(2, 0.1)), entry("aimd", sent(4, 4.0)))
    assert made["answer"].startswith("nobody meets the requirement; direct misses it least: c")
    assert [one["strategy"] for one in made["ranking"]] == ["direct", "aimd"]


def test_the_answer_hides_no_loss_and_claims_nothing_of_others(tmp_path: Path) -> None:
    """A threshold that says nothing of lost mail is met by who loses some, too."""
    quick = '\n[thresholds]\nquick = "*.latency_s.p50 < 9"\n'
    both = compared(tmp_path, quick, entry("direct", sent(3, 0.1)), entry("aimd", sent(4, 4.0)))
    assert (
        both["answer"] == "aimd meets the threshold, the only one that does and loses nothing; its makespan is 4.00 s"
    )
    losing = compared(tmp_path, quick, entry("direct", sent(3, 0.1)))
    assert losing["answer"] == "direct meets the threshold, but loses 1 of 4"
    alike = compared(tmp_path, quick, entry("direct", sent(3, 0.1)), entry("aimd", sent(3, 0.1)))
    assert alike["answer"] == "aimd meets the threshold, but loses 1 of 4; so does direct"


def test_those_that_end_alike_are_told_apart_by_how_long_mail_waits(tmp_path: Path) -> None:
    """Where the last arrival decides the makespan, both end with it."""
    plain = entry("aimd", sent(4, 500.0))
    quick: StrategyEntry = {**plain, "latency_s": {**plain["latency_s"], "p99": 1.0}}
    slow: StrategyEntry = {**quick, "strategy": "direct", "latency_s": {**plain["latency_s"], "p99": 400.0}}
    made = compared(tmp_path, "", slow, quick)
    assert [(one["strategy"], one["place"]) for one in made["ranking"]] == [("aimd", 1), ("direct", 2)]


def test_superlatives_are_true(tmp_path: Path) -> None:
    """Of two within a hundredth the one with fewer duplicates is first, and is not called the shortest."""
    twice = [*sent(4, 100.0), Call(0, 9.0)]
    made = compared(tmp_path, "", entry("aimd", twice), entry("direct", sent(4, 100.5)))
    assert made["answer"] == "direct loses nothing and is within 1 % of the shortest makespan, 100 s"
    lossy = compared(tmp_path, "", entry("direct", sent(1, 0.1)), entry("aimd", sent(3, 9.0)))
    assert lossy["answer"] == "aimd gets most accepted, 75 %, and loses 1; none loses nothing"


def test_what_misses_alike_shares_a_place(tmp_path: Path) -> None:
    """Nobody of them is nearer to what is demanded; what kept its mail is named before what lost it."""
    made = compared(tmp_path, QUICK, entry("direct", sent(4, 4.5)), entry("aimd", sent(4, 4.5)))
    assert places(made) == [(1, "aimd"), (1, "direct")]
    assert "aimd and direct miss it least" in made["answer"]
    left = compared(tmp_path, QUICK, entry("aimd", sent(3, 4.5)), entry("direct", sent(3, 4.5), "pending"))
    assert places(left) == [(1, "direct"), (1, "aimd")]
    assert left["answer"].endswith("but direct leaves 1 of 4")


def test_what_ctrl_c_broke_off_is_no_sample(tmp_path: Path) -> None:
    """Whole runs under the seeds that all have met are compared; how many these are is said."""
    (tmp_path / "mine.toml").write_text(HEAD)
    jobs = experiment.jobs(run, load(str(tmp_path / "mine.toml")), ["direct", "heartbeat"], 3, load_prices(), None)
    whole = list(map(perform, jobs))
    broken = whole[5]._replace(entry={**whole[5].entry, "interrupted": True})
    left = run_jobs.complete(Outcome([*whole[:5], broken], interrupted=True), 3)
    assert [one.entry["digest"] for one in left] == [whole[number].entry["digest"] for number in (0, 1, 3, 4)]
