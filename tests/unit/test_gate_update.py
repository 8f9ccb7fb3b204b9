"""A baseline made anew: what people have set stays, what was not run stays, and nothing is dropped without a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.gate import table as gate_table
from reports.gate.baseline import Baseline
from reports.gate.expectations import Wished
from reports.gate.simulated import SEEDS, wanted_anew
from reports.gate.verdict import Rule
from scenarios.errors import BadInput
from strategies.registry import STRATEGIES
from tests.unit.entries import number
from tests.unit.gated import baseline, figures, of, set_figure, small, verdict


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Baseline:
    """Of two strategies and three seeds."""
    return baseline(small(tmp_path_factory.mktemp("small")), ["direct", "heartbeat"], seeds=3)


def test_tolerances_and_directions_are_kept(tmp_path: Path, known: Baseline) -> None:
    """An update changes the values and the reason; what people have set stays until they wish otherwise."""
    before = set_figure(known, "makespan_s", direction="same", tolerance="2 %")
    before = set_figure(before, "cost_usd", tolerance=0.5)
    del before.scenarios["small"].strategies["heartbeat"].metrics["calls.failed"]
    after = baseline(small(tmp_path), ["direct", "heartbeat"], 3, before, ["*.latency_s.p99=3%"], "slower is fine")
    for strategy in ("direct", "heartbeat"):
        assert after.scenarios["small"].strategies[strategy].metrics["latency_s.p99"].rule == Rule("lower", 0.03, True)
    metrics = after.scenarios["small"].strategies["heartbeat"].metrics
    assert metrics["makespan_s"].rule == Rule("same", 0.02, relative=True)
    assert metrics["cost_usd"].rule == Rule("lower", 0.5)
    assert "calls.failed" not in metrics
    assert after.scenarios["small"].reason == "slower is fine"


LANES = """
[[workload]]
process = "batch"
messages = 3
lane = "reset"
priority = 1
"""


def test_a_tolerance_makes_a_gate_watch_a_lane(tmp_path: Path) -> None:
    """The figure of a lane has the direction that it has of all mails; a lane that is not there is one line."""
    name, scenario = "lanes.reset.latency_s.p99", small(tmp_path, LANES)
    known = baseline(scenario, ["heartbeat"], 3, wishes=[f"*.{name}=10%"])
    metric = known.scenarios["small"].strategies["heartbeat"].metrics[name]
    assert metric.rule == Rule("lower", 0.1, relative=True)
    assert verdict(known, scenario)["verdict"] == "pass"
    sooner_s = [value - min(map(number, metric.values)) / 2 for value in map(number, metric.values)]
    worse = verdict(set_figure(known, name, values=tuple(sooner_s)), scenario)
    assert figures(of(worse, "heartbeat"))[name]["verdict"] == worse["verdict"] == "fail"
    with pytest.raises(BadInput, match=r"heartbeat\.lanes\.rest\..* did you mean 'lanes\.reset\.latency_s\.p99'"):
        baseline(scenario, ["heartbeat"], 3, wishes=["*.lanes.rest.latency_s.p99=1"])


def test_what_is_not_run_stays(tmp_path: Path, known: Baseline) -> None:
    """Other strategies and other scenarios, as long as their figures still have the same seeds."""
    after = baseline(small(tmp_path), ["heartbeat", "sqs-dlq"], 3, known)
    assert list(after.scenarios["small"].strategies) == ["direct", "heartbeat", "sqs-dlq"]
    other = baseline(small(tmp_path, name="other"), ["direct"], 3, known)
    assert other.scenarios["small"] == known.scenarios["small"]
    with pytest.raises(BadInput, match="small: other seeds or another scenario than before: update direct as well"):
        baseline(small(tmp_path), ["heartbeat"], 4, known)


def test_what_has_not_changed_keeps_its_reason(tmp_path: Path, known: Baseline) -> None:
    """An update of many scenarios explains those that changed; the others' reasons are still the ones that hold."""
    again = baseline(small(tmp_path), ["direct", "heartbeat"], 3, known, reason="another matter")
    assert again.scenarios["small"] is known.scenarios["small"]
    slower = small(tmp_path, "[strategies.heartbeat]\nfill = 0.5\n")
    changed = baseline(slower, ["heartbeat"], 3, known, reason="slower is fine").scenarios["small"]
    assert changed.reason == "slower is fine"
    assert changed.strategies["direct"] == known.scenarios["small"].strategies["direct"]


def test_an_update_has_as_many_seeds_as_before(tmp_path: Path, known: Baseline) -> None:
    """Unless another number is asked for; the first time there are ten, from the scenario's own on."""
    scenario = small(tmp_path)
    assert wanted_anew(known, scenario, [], None).seeds == (1, 2, 3)
    assert wanted_anew(known, scenario, [], 2).seeds == (1, 2)
    assert wanted_anew(Baseline(), scenario, [], None).seeds == tuple(range(1, 1 + SEEDS))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("makespan_s=1", "unknown strategy 'makespan_s'"),
        ("hartbeat.makespan_s=1", "did you mean 'heartbeat'"),
        ("*.makespan=1", "unknown figure 'makespan', did you mean 'makespan_s'"),
        *(
            (f"*.makespan_s{amount}", "expected STRATEGY.FIGURE=AMOUNT")
            for amount in ("", "=", "=x", "=-1", "=nan", "=inf")
        ),
    ],
)
def test_a_wish_that_cannot_be_read_is_one_line(text: str, said: str) -> None:
    """It quotes the option and says what would be right."""
    with pytest.raises(BadInput, match="--tolerance '") as caught:
        Wished.parse(text, STRATEGIES)
    assert said in str(caught.value)


def test_a_figure_measured_in_another_way_is_told(tmp_path: Path, known: Baseline) -> None:
    """The same calls with other figures: the runs are unchanged, and yet the gate does not stay silent."""
    before = set_figure(known, "cost_usd", values=(0.0, 0.0, 0.0))
    document = verdict(before, small(tmp_path))
    entry = of(document, "heartbeat")
    assert (entry["unchanged"], entry["verdict"]) == (True, "fail")
    assert figures(entry)["cost_usd"]["verdict"] == "fail"
    same, told, why, *_ = gate_table.sentences(document)
    assert same == "✓ small: direct: unchanged, call for call"
    assert told.startswith("✗ small: heartbeat: figures: 1 worse; cost_usd 0 USD → ")
    assert why.startswith("  its runs are the same, call for call")
