"""What a scenario demands of its strategies, as it is read and as it is judged."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

import hypothesis.strategies as st
import pytest
from hypothesis import given

from reports.statistics.replications import combine
from reports.threshold_lines import threshold_line
from scenarios.entry import MonthFigures, StrategyEntry
from scenarios.errors import BadInput
from scenarios.figures import FIGURES, figures_of, is_figure, is_of_delivery, is_of_shadow
from scenarios.measures.metrics import measure
from scenarios.schema.contradictions import contradictory
from scenarios.schema.scenario_file import as_toml, load
from scenarios.schema.thresholds import Threshold, judged
from tests.unit.entries import entry, sent
from tests.unit.gated import small
from tests.unit.in_process import seslab_here

SIGNS = {"<": (True, False, False), "<=": (True, True, False), "==": (False, True, False)}
SIGNS |= {">=": (False, True, True), ">": (False, False, True), "!=": (True, False, True)}


@given(
    st.sampled_from(["direct", "*", "ses-v2"]), st.sampled_from(FIGURES), st.sampled_from(sorted(SIGNS)), st.integers()
)
def test_an_expression_is_read_as_it_is_written(sender: str, figure: str, sign: str, limit: int) -> None:
    """With blanks or without."""
    limit = limit % 1000
    for gap in ("", "  "):
        read = Threshold.parse(f"{gap}{sender}.{figure}{gap}{sign}{gap}{limit}{gap}")
        assert read[1:] == (sender, figure, sign, float(limit))


@pytest.mark.parametrize("sign", SIGNS)
def test_signs_mean_what_they_mean(sign: str) -> None:
    """Below, at and above the limit."""
    threshold = Threshold.parse(f"direct.peak_1s {sign} 5")
    assert tuple(threshold.holds(value) for value in (4.0, 5.0, 6.0)) == SIGNS[sign]


@pytest.mark.parametrize("sign", SIGNS)
def test_no_value_keeps_no_promise(sign: str) -> None:
    """The latency of nothing is not below anything, nor different from it."""
    assert not Threshold.parse(f"direct.peak_1s {sign} 5").holds(None)


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("", "must be a comparison such as 'heartbeat.latency_s.p99 < 40'"),
        ("latency", "must be a comparison such as"),
        ("heartbeat.latency_s.p99 = 40", "must be a comparison such as"),
        ("heartbeat.latency_s.p99 < 40 s", "must be a comparison such as"),
        ("latency_s.p99 < 40", "must begin with a strategy, or with * for each: '*.latency_s.p99 < 40'"),
        ("hartbeat.latency_s.p99 < 40", "unknown strategy 'hartbeat', did you mean 'heartbeat'?"),
        ("heartbeat.latency_s.p98 < 40", "unknown figure 'latency_s.p98', did you mean 'latency_s.p99'?"),
        ("heartbeat.latency_s.p99 < fast", "must end in a number, not fast"),
        ("heartbeat.latency_s.p99 < nan", "must end in a number, not nan"),
        ("heartbeat.latency_s.p99 < 1e999", "must end in a number, not 1e999"),
        ("heartbeat.workloads.0.latency_s.p99 < 1", "no workloads.0.latency_s.p99: figures per workload need several"),
        ("heartbeat.workloads.00.latency_s.p99 < 1", "unknown figure 'workloads.00.latency_s.p99'"),
        ("heartbeat.workloads.0.makespan_s < 1", "unknown figure 'workloads.0.makespan_s'"),
        ("heartbeat.lanes.a-b.latency.p99 < 1", "'lanes.a-b.latency.p99', did you mean 'lanes.a-b.latency_s.p99'?"),
    ],
)
def test_what_cannot_be_read_is_one_line(tmp_path: Path, expression: str, said: str) -> None:
    """It names the file and the threshold's name, and says what would be right."""
    with pytest.raises(BadInput) as caught:
        small(tmp_path, f'[thresholds]\nquick = "{expression}"\n')
    assert "small.toml: thresholds" in str(caught.value)
    assert "quick" in str(caught.value)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_thresholds_survive_the_way_through_a_file(tmp_path: Path) -> None:
    """One expression or several, as they were."""
    scenario = small(
        tmp_path, '[thresholds]\nlossless = "*.recipients.lost == 0"\n"two words" = ["direct.peak_1s < 9"]\n'
    )
    (tmp_path / "again.toml").write_text(as_toml(scenario))
    assert load(str(tmp_path / "again.toml")) == scenario


@pytest.mark.parametrize(
    ("lanes", "said"),
    [
        ("", "no lanes.newsletter.latency_s.p99: figures per lane need several, and the only lane is default"),
        ('lane = "letter"\npriority = -1', "no lanes.newsletter.latency_s.p99: the lanes are default, letter"),
        ('lane = "newsletter"', ""),
        ('lane = "newsletter"\n[thresholds]\nslow = "*.lanes.newsletter.makespan_s < 1"', "unknown figure"),
    ],
)
def test_a_lane_that_is_judged_is_there(tmp_path: Path, lanes: str, said: str) -> None:
    """A threshold on a lane needs a scenario that has it beside another; the line names those that there are."""
    second = f'[[workload]]\nprocess = "batch"\nmessages = 1\n{lanes}\n'
    asked = "" if "[thresholds]" in lanes else '[thresholds]\nquick = "*.lanes.newsletter.latency_s.p99 < 9"\n'
    if not said:
        assert small(tmp_path, second + asked).thresholds
        return
    with pytest.raises(BadInput, match=re.escape(said)):
        small(tmp_path, second + asked)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("news", ""),
        ("0", ""),
        ("1", ""),
        ("2", "no workloads.2.latency_s.p99: workloads are counted from 0 to 1, or called news"),
        ("letter", "no workloads.letter.latency_s.p99: workloads are counted from 0 to 1, or called news"),
    ],
)
def test_a_workload_that_is_judged_is_there(tmp_path: Path, word: str, said: str) -> None:
    """By its name or by its number; the line says what there is."""
    second = '[[workload]]\nname = "news"\nprocess = "batch"\nmessages = 1\n'
    asked = f'[thresholds]\nquick = "*.workloads.{word}.latency_s.p99 < 9"\n'
    if not said:
        assert small(tmp_path, second + asked).thresholds
        return
    with pytest.raises(BadInput, match=re.escape(said)):
        small(tmp_path, second + asked)


def test_workloads_and_lanes_have_thresholds_of_their_own() -> None:
    """Where there are several, each has its latencies and fates; a lane's word may have hyphens."""
    assert is_figure("lanes.two-words.latency_s.p99")
    assert Threshold.parse("direct.lanes.two-words.recipients.lost == 0").whose == "lanes.two-words."
    assert is_figure("workloads.1.latency_s.p99")
    assert Threshold.parse("direct.workloads.12.latency_s.p99 < 1").whose == "workloads.12."
    assert Threshold.parse("direct.latency_s.p99 < 1").whose == ""


def test_every_strategy_is_asked_what_all_are_asked() -> None:
    """`*` concerns each one that ran, a name only that one; the order is the file's."""
    entries = [entry("direct", sent(2, 1.0)), entry("heartbeat", sent(4, 1.0))]
    found = judged(
        {"all": ["*.recipients.lost == 0"], "one": ["heartbeat.peak_1s >= 4", "sqs-dlq.peak_1s < 1"]}, entries
    )
    assert [(one["name"], one["strategy"], one["value"], one["verdict"]) for one in found] == [
        ("all", "direct", 2, "fail"),
        ("all", "heartbeat", 0, "pass"),
        ("one", "heartbeat", 4, "pass"),
    ]


def replicated(*lasts_s: float) -> StrategyEntry:
    """An entry of several replications with these makespans."""
    return combine([entry("direct", sent(4, last_s)) for last_s in lasts_s])


@pytest.mark.parametrize(
    ("limit", "verdict"), [(0.5, "fail"), (1.05, "inconclusive"), (1.15, "inconclusive"), (5.0, "pass")]
)
def test_an_interval_on_both_sides_is_a_doubt(limit: float, verdict: str) -> None:
    """Whichever side the mean, 1.1 s, is on."""
    both = replicated(1.0, 1.04, 1.08, 1.12, 1.16, 1.2)
    [found] = judged({"quick": [f"direct.makespan_s < {limit}"]}, [both])
    assert found["value"] == pytest.approx(1.1)
    assert found["verdict"] == verdict
    assert found["interval"] == both["ci95"]["makespan_s"]


@pytest.mark.parametrize(("limit", "verdict"), [(0.5, "fail"), (1.05, "fail"), (1.15, "inconclusive"), (1.3, "pass")])
def test_of_few_runs_each_must_keep_a_promise(limit: float, verdict: str) -> None:
    """Three have no interval; a mean that keeps it does not speak for a run that does not."""
    [found] = judged({"quick": [f"direct.makespan_s < {limit}"]}, [replicated(1.0, 1.1, 1.2)])
    assert (found["verdict"], found["interval"]) == (verdict, None)


@pytest.mark.parametrize(
    ("accepted", "expression", "verdict"),
    [
        (4, "*.makespan_s < 5", "inconclusive"),
        (4, "*.makespan_s < 0.5", "inconclusive"),
        (4, "*.recipients.lost == 0", "inconclusive"),
        (3, "*.recipients.lost == 0", "fail"),
    ],
)
def test_what_was_interrupted_is_undecided(accepted: int, expression: str, verdict: str) -> None:
    """What it had still to do may keep the promise or break it; mail that is lost stays lost."""
    cut: StrategyEntry = {**entry("direct", sent(accepted, 1.0)), "interrupted": True}
    [found] = judged({"some": [expression]}, [cut])
    assert found["verdict"] == verdict


@pytest.mark.parametrize("losing", [1, 4, 5])
def test_some_runs_that_lose_break_a_promise(losing: int) -> None:
    """The interval of ten runs' median may hold zero, and others; what must not happen at all has happened."""
    runs = combine([entry("direct", sent(accepted, 1.0)) for accepted in (*[4] * (10 - losing), *[3] * losing)])
    [found] = judged({"lossless": ["*.recipients.lost == 0"]}, [runs])
    assert found["verdict"] == "fail"
    assert found["interval"] is not None
    assert found["interval"][0] == 0


@pytest.mark.parametrize("otherwise", ["lost", "dead_lettered", "pending"])
def test_what_was_not_accepted_is_infinitely_late(otherwise: str) -> None:
    """A threshold on latency is not met by giving up what would be late; the document's own latency is what it was."""
    found = judged(
        {"quick": ["direct.latency_s.max < 9", "direct.latency_s.p50 < 9", "direct.latency_s.mean > 9"]},
        [half := entry("direct", sent(3, 1.0), otherwise=otherwise)],
    )
    assert [one["verdict"] for one in found] == ["fail", "pass", "pass"]
    assert [(one["value"], one["infinite"], one["not_accepted"]) for one in found] == [
        (None, True, 1),
        (0.5, False, 1),
        (None, True, 1),
    ]
    assert half["latency_s"]["max"] == 0.75
    assert list(map(threshold_line, found))[:2] == [
        "✗ quick: direct.latency_s.max < 9 (direct: infinite; not accepted, so infinitely late: 1)",
        "✓ quick: direct.latency_s.p50 < 9 (direct: 0.5 s; not accepted, so infinitely late: 1)",
    ]


def test_nothing_lost_says_what_may_be_lost_yet() -> None:
    """What is pending meets a threshold on what was lost, and stands beside it, in whichever workload."""
    waiting = entry("direct", sent(3, 1.0), otherwise="pending")
    [found, _] = judged({"lossless": ["*.recipients.lost == 0", "*.recipients.duplicated == 0"]}, [waiting])
    assert (found["verdict"], found["pending"]) == ("pass", 1)
    assert threshold_line(found) == "✓ lossless: *.recipients.lost == 0 (direct: 0; still pending: 1)"
    part = {
        "index": 0,
        "process": "batch",
        "recipients": waiting["recipients"],
        "latency_s": {},
        "latency_of_all_s": {},
    }
    both = cast(StrategyEntry, entry("direct", sent(4, 1.0)) | {"workloads": [part]})
    [whole, of_one] = judged({"x": ["*.recipients.lost == 0", "*.workloads.0.recipients.lost == 0"]}, [both])
    assert ("pending" in whole, of_one["pending"]) == (False, 1)


def test_one_replication_that_loses_makes_the_mean_infinite() -> None:
    """However many others lose nothing; where none loses the interval is that of the accepted."""
    losing = combine([entry("direct", sent(accepted, 1.0)) for accepted in (4, 4, 3)])
    [found] = judged({"quick": ["direct.latency_s.max < 9"]}, [losing])
    assert (found["verdict"], found["infinite"], found["interval"]) == ("fail", True, None)
    assert found["not_accepted"] == pytest.approx(1 / 3)
    [found] = judged({"quick": ["direct.latency_s.max < 9"]}, [whole := replicated(*[1.0, 1.1, 1.2] * 2)])
    assert (found["verdict"], found["interval"]) == ("pass", whole["ci95"]["latency_s.max"])


@pytest.mark.parametrize(
    ("table", "keys", "words"),
    [
        ("workloads", ({"index": 0, "process": "batch"}, {"index": 1, "process": "batch"}), ("0", "1")),
        ("workloads", ({"index": 0, "name": "re-set"}, {"index": 1, "name": "news"}), ("re-set", "news")),
        ("workloads", ({"index": 0, "name": "re-set"}, {"index": 1, "name": "news"}), ("0", "1")),
        ("lanes", ({"lane": "re-set", "priority": 1}, {"lane": "news", "priority": 0}), ("re-set", "news")),
    ],
)
def test_each_part_answers_for_its_own(table: str, keys: tuple[dict[str, object], ...], words: tuple[str, ...]) -> None:
    """What one workload or lane loses does not make another late."""
    of_each = cast(list[dict[str, object]], [entry("direct", sent(accepted, 1.0)) for accepted in (3, 4)])
    parts = [
        key | {name: one[name] for name in ("recipients", "latency_s", "latency_of_all_s")}
        for key, one in zip(keys, of_each, strict=True)
    ]
    both = cast(StrategyEntry, {**entry("direct", sent(3, 1.0)), table: parts})
    found = judged({"quick": [f"direct.{table}.{word}.latency_s.p99 < 9" for word in words]}, [both])
    assert [(one["verdict"], one["not_accepted"]) for one in found] == [("fail", 1), ("pass", 0)]


def test_the_line_has_the_expression_and_the_value() -> None:
    """✓ or ✗, what was asked, of whom, and what there is; the interval where there is one."""
    single, several = [entry("direct", sent(4, 1.5))], [replicated(*[0.9, 1.1, 1.3] * 2)]
    asked = {"quick": ["direct.makespan_s < 1"]}
    assert list(map(threshold_line, judged(asked, single))) == ["✗ quick: direct.makespan_s < 1 (direct: 1.5 s)"]
    assert threshold_line(judged({"all": ["*.recipients.lost == 0"]}, single)[0]) == (
        "✓ all: *.recipients.lost == 0 (direct: 0)"
    )
    assert threshold_line(judged(asked, several)[0]).startswith("? quick: direct.makespan_s < 1 (direct: 1.1 s, 95 % ")


def test_every_figure_of_an_entry_has_a_name_that_thresholds_know() -> None:
    """What is measured can be asked for, and the other way round: a month and deliveries where there are any."""
    measured = set(figures_of(entry("direct", sent(4, 1.0))))
    month = {f"month.{figure}" for figure in MonthFigures.__annotations__}
    assert measured | month | {one for one in FIGURES if is_of_delivery(one) or is_of_shadow(one)} == set(FIGURES), (
        measure.__doc__
    )


def test_compare_ends_with_1_if_a_threshold_is_not_met(tmp_path: Path) -> None:
    """Thresholds stand below the table and in the document, and the exit code is theirs."""
    small(tmp_path, '[thresholds]\nlossless = "*.recipients.lost == 0"\n')
    good = seslab_here("compare", "small.toml", "-s", "heartbeat", cwd=tmp_path)
    assert (good.returncode, "✓ lossless: *.recipients.lost == 0 (heartbeat: 0)" in good.stdout) == (0, True)
    bad = seslab_here("compare", "small.toml", "-s", "direct", cwd=tmp_path)
    assert (bad.returncode, "✗ lossless: *.recipients.lost == 0 (direct: " in bad.stdout) == (1, True)


@pytest.mark.parametrize(
    ("one", "other", "contradict"),
    [
        ("*.makespan_s < 10", "*.makespan_s > 20", True),
        ("*.makespan_s < 10", "direct.makespan_s >= 10", True),
        ("*.makespan_s <= 10", "direct.makespan_s >= 10", False),
        ("*.makespan_s == 3", "*.makespan_s == 4", True),
        ("*.makespan_s == 3", "*.makespan_s != 3", True),
        ("*.makespan_s < 3", "*.makespan_s != 3", False),
        ("*.latency_s.p99 < 3", "*.latency_of_all_s.p99 > 4", True),
        ("direct.makespan_s < 10", "heartbeat.makespan_s > 20", False),
        ("*.makespan_s < 10", "*.goodput_per_s > 20", False),
    ],
)
def test_what_no_figure_can_meet_is_a_contradiction(one: str, other: str, contradict: bool) -> None:
    """Two demands of one contender's figure that leave it no value; others may always be met."""
    assert bool(list(contradictory([Threshold.parse(one), Threshold.parse(other)]))) is contradict
