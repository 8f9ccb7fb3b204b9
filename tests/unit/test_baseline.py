"""The file under version control: written by updates alone, read strictly, and kept up to date without surprises."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reports.gate.baseline import SCHEMA, Baseline, read, save, versions
from reports.gate.identity import identity_of
from reports.gate.simulated import distinct, wanted_by
from reports.gate.verdict import Rule
from scenarios.directions import DIRECTIONS
from scenarios.errors import BadInput
from tests.unit.gated import FILE, baseline, small, verdict

Break = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Baseline:
    """Of two strategies and three seeds."""
    return baseline(small(tmp_path_factory.mktemp("small")), ["direct", "heartbeat"], seeds=3)


ASKED_FOR = ("month.", "delivery.", "inbox_s.")
OF_RUNS = {name: direction for name, direction in DIRECTIONS.items() if not name.startswith(ASKED_FOR)}


def test_what_is_saved_is_read(tmp_path: Path, known: Baseline) -> None:
    """The file holds all there is, the same bytes for the same baseline, a line for each figure."""
    for name in ("one.json", "two.json"):
        save(tmp_path / name, known)
        assert read(tmp_path / name) == known
    text = (tmp_path / "one.json").read_text()
    assert text == (tmp_path / "two.json").read_text()
    assert sum('"values": ' in line for line in text.splitlines()) == 2 * len(OF_RUNS)


def test_a_baseline_says_what_was_run(tmp_path: Path, known: Baseline) -> None:
    """Scenario, seeds, reason and versions; and of each strategy its settings, digest, calls and figures."""
    expected = known.scenarios["small"]
    assert (known.schema_, expected.reason, expected.versions) == (SCHEMA, "the first", versions())
    assert (expected.digest, expected.seeds) == (identity_of(small(tmp_path)), (1, 2, 3))
    assert list(expected.strategies) == ["direct", "heartbeat"]
    sender = expected.strategies["heartbeat"]
    assert sender.settings["fill"] == 1.0
    assert {name: metric.rule for name, metric in sender.metrics.items()} == {
        name: Rule(direction) for name, direction in OF_RUNS.items()
    }


def test_another_order_of_scenarios_is_the_same_file(tmp_path: Path, known: Baseline) -> None:
    """A diff shows what changed, not who came first."""
    other = small(tmp_path, name="another")
    both = baseline(other, ["direct"], before=known)
    save(tmp_path / "one.json", both)
    save(tmp_path / "two.json", both.model_copy(update={"scenarios": dict(reversed(both.scenarios.items()))}))
    assert (tmp_path / "one.json").read_text() == (tmp_path / "two.json").read_text()
    assert list(json.loads((tmp_path / "one.json").read_text())["scenarios"]) == ["another", "small"]


def edited(known: Baseline, tmp_path: Path, change: Break) -> Path:
    """The file after somebody's hand."""
    save(tmp_path / "baseline.json", known)
    table = json.loads((tmp_path / "baseline.json").read_text())
    change(table)
    (tmp_path / "baseline.json").write_text(json.dumps(table))
    return tmp_path / "baseline.json"


def scenario_in(table: dict[str, Any]) -> Any:
    """The scenario's part of the file."""
    return table["scenarios"]["small"]


def sender_in(table: dict[str, Any]) -> Any:
    """The heartbeat's."""
    return scenario_in(table)["strategies"]["heartbeat"]


def makespan_in(table: dict[str, Any]) -> Any:
    """Its makespan's."""
    return sender_in(table)["metrics"]["makespan_s"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda t: t.update(schema="seslab/baseline/v9"),
            "schema = 'seslab/baseline/v9': expected 'seslab/baseline/v1'",
        ),
        (lambda t: t.pop("schema"), "schema = None: expected"),
        (lambda t: scenario_in(t).update(reasn="x"), "scenarios.small.reasn = \"x\": unknown key 'reasn'"),
        (lambda t: scenario_in(t).pop("reason"), "scenarios.small.reason: is required"),
        (lambda t: scenario_in(t).update(seeds=[]), "scenarios.small.seeds = []: must have at least 1"),
        (lambda t: scenario_in(t).update(seeds=[-1, 2, 3]), "scenarios.small.seeds[0] = -1: must be at least 0"),
        (
            lambda t: scenario_in(t).update(seeds=[1, 2]),
            "direct.recipients.submitted must have a value for each, not 3",
        ),
        (lambda t: scenario_in(t).update(strategies={}), "scenarios.small.strategies = {}: must have at least 1"),
        (lambda t: sender_in(t).update(metrics={}), "strategies.heartbeat.metrics = {}: must have at least 1"),
        (lambda t: sender_in(t)["metrics"].update(p98=makespan_in(t)), "unknown figure 'p98'"),
        (lambda t: sender_in(t).update(events="!"), 'heartbeat.events = "!": must be a run\'s calls'),
        (
            lambda t: makespan_in(t).update(value=1.0, values=[1.0]),
            "heartbeat.makespan_s must have a value for each, not 1",
        ),
        (lambda t: makespan_in(t).update(values=[1.0, "2", 3.0]), 'makespan_s.values[1] = "2": must be a number'),
        (lambda t: makespan_in(t).update(value=1.0), "makespan_s.value = 1.0: must be the mean of values, 2."),
        (lambda t: makespan_in(t).update(value=None), "makespan_s.value = null: must be the mean of values, 2."),
        (lambda t: makespan_in(t).update(direction="up"), "must be one of lower, higher, same"),
        (lambda t: makespan_in(t).update(tolerance=-1), "makespan_s.tolerance = -1: must be a number of at least 0"),
        (lambda t: makespan_in(t).update(tolerance="much"), "or a percentage such as '2 %'"),
    ],
)
def test_a_mistake_in_the_file_is_one_line(tmp_path: Path, known: Baseline, change: Break, said: str) -> None:
    """It names the file, the key and what would be right."""
    with pytest.raises(BadInput) as caught:
        read(edited(known, tmp_path, change))
    assert str(caught.value).startswith(f"{tmp_path / 'baseline.json'}: ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("cut", "said"),
    [
        (lambda text: text[: len(text) // 2], "not a baseline: "),
        (lambda text: text.replace('"tolerance": 0.0', '"tolerance": NaN', 1), "not a baseline: NaN is no figure"),
        (lambda text: text.replace('"tolerance": 0.0', '"tolerance": 1e999', 1), "must be a "),
        (lambda _: "", "not a baseline: breaks off or goes wrong at line 1, column 1"),
        (lambda _: "[" * 100_000, "not a baseline: nested too deeply"),
        (lambda _: "[]", "schema = None: expected"),
        (lambda _: "\udcff", "not a baseline: not UTF-8 text"),
    ],
    ids=["truncated", "NaN", "infinite", "empty", "deep", "list", "not text"],
)
def test_what_is_no_baseline_is_one_line(tmp_path: Path, known: Baseline, cut: Callable[[str], str], said: str) -> None:
    """Whatever lies there in its place."""
    path = tmp_path / "baseline.json"
    save(path, known)
    path.write_bytes(cut(path.read_text()).encode(errors="surrogateescape"))
    with pytest.raises(BadInput, match=said) as caught:
        read(path)
    assert "\n" not in str(caught.value)


def test_no_file_says_how_to_get_one(tmp_path: Path) -> None:
    """The first gate of a project has none."""
    with pytest.raises(BadInput, match="no such baseline; write one with seslab gate update"):
        read(tmp_path / "baseline.json")


def test_another_scenario_of_that_name_is_refused(tmp_path: Path, known: Baseline) -> None:
    """Figures of other mails are no measure; other words and other settings are no other scenario."""
    with pytest.raises(BadInput, match=r"baseline.json: scenarios.small.digest: made for another scenario"):
        wanted_by(FILE, known, small(tmp_path, "[client]\nread_timeout_s = 1\n"), [])
    same = small(tmp_path, '[strategies.heartbeat]\nfill = 0.9\n[thresholds]\na = "*.peak_1s < 9"\n')
    assert wanted_by(FILE, known, same.model_copy(update={"description": "x"}), []).strategies == [
        "direct",
        "heartbeat",
    ]


def test_a_trace_counts_by_its_content(tmp_path: Path) -> None:
    """Wherever it lies; and a trace that is not there is one line."""
    trace = '[[workload]]\nprocess = "trace"\npath = "{}"\n'
    for name, content in (("a.csv", "0.5\n"), ("b.csv", "0.5\n"), ("c.csv", "0.6\n")):
        (tmp_path / name).write_text(f"at_s\n{content}")
    a, b, c = (small(tmp_path, trace.format(name)) for name in ("a.csv", "b.csv", "c.csv"))
    assert identity_of(a) == identity_of(b) != identity_of(c)
    (tmp_path / "c.csv").unlink()
    with pytest.raises(BadInput, match=r"c\.csv: No such file"):
        identity_of(c)


@pytest.mark.parametrize(
    ("name", "named", "said"),
    [
        ("other", [], "has no scenario 'other'"),
        ("small", ["sqs-dlq"], "has no sqs-dlq; add it with seslab gate update"),
    ],
)
def test_what_the_file_does_not_have_is_refused(
    tmp_path: Path, known: Baseline, name: str, named: list[str], said: str
) -> None:
    """A scenario or a strategy that nobody has measured before."""
    with pytest.raises(BadInput, match=said):
        wanted_by(FILE, known, small(tmp_path, name=name), named)


def test_two_scenarios_of_one_name_are_refused(tmp_path: Path) -> None:
    """The file tells them apart by it."""
    with pytest.raises(BadInput, match="two scenarios are called 'small'"):
        distinct([small(tmp_path), small(tmp_path)])


def test_a_figure_of_a_workload_that_there_is_not_is_refused(tmp_path: Path, known: Baseline) -> None:
    """One workload has no figures of its own besides the strategy's."""
    path = edited(
        known, tmp_path, lambda t: sender_in(t)["metrics"].update({"workloads.0.latency_s.p99": makespan_in(t)})
    )
    with pytest.raises(BadInput, match=r"unknown figure 'workloads\.0\.latency_s\.p99'"):
        verdict(read(path), small(tmp_path))
