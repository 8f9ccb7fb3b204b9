"""Seeded regressions are caught, each in the figure where it belongs; what is no regression passes."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.gate import table as gate_table
from sim.ses import Call, Mailer
from tests.unit.entries import number
from tests.unit.gated import baseline, figures, of, small, variant, verdict

PACED = ["leaky-bucket", "sqs-dlq", "lambda-concurrency", "heartbeat"]


def slower_calls(monkeypatch: pytest.MonkeyPatch, by_s: float) -> None:
    """Every answer of SES, yes or no, takes that much longer."""
    plain = Mailer._call

    def slow(self: Mailer, number: int, to: range) -> Call:
        call = plain(self, number, to)
        call.accept_s += by_s
        call.refuse_s += by_s
        return call

    monkeypatch.setattr(Mailer, "_call", slow)


def test_a_millisecond_more_per_call_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """By `call_s`, to a tenth of it. Not of `direct`: there calls queue for the processor, which hides it."""
    scenario = variant("broadcast-900")
    known = baseline(scenario, PACED, seeds=3)
    slower_calls(monkeypatch, 0.001)
    document = verdict(known, scenario)
    assert document["verdict"] == "fail"
    for strategy in PACED:
        p50 = figures(of(document, strategy))["call_s.p50"]
        assert p50["verdict"] == "fail"
        assert p50["difference"] == pytest.approx(0.001, abs=1e-4)
    assert figures(of(document, "leaky-bucket"))["recipients.accepted"]["verdict"] == "pass"


def test_one_pod_fewer_is_caught() -> None:
    """Half of the rate is gone: the line names the setting and by how much the makespan grew."""
    two, one = ({"pods": pods, "rate_per_pod": 15.0, "chunk": 15} for pods in (2, 1))
    known = baseline(variant("broadcast-900", leaky_bucket=two), ["leaky-bucket"], seeds=3)
    entry = of(verdict(known, variant("broadcast-900", leaky_bucket=one)), "leaky-bucket")
    assert (entry["verdict"], entry["settings"]) == ("fail", {"pods": [2, 1]})
    assert figures(entry)["makespan_s"]["difference"] == pytest.approx(30.0, abs=1.0)
    assert next(gate_table.causes(entry)) == "pods = 1, was 2"


def test_a_lower_fill_is_caught() -> None:
    """Nine tenths of each tick on broadcast-900."""
    known = baseline(variant("broadcast-900"), ["heartbeat"], seeds=3)
    entry = of(verdict(known, variant("broadcast-900", heartbeat={"fill": 0.9})), "heartbeat")
    assert entry["verdict"] == "fail"
    assert figures(entry)["makespan_s"]["verdict"] == figures(entry)["latency_s.mean"]["verdict"] == "fail"


def test_a_receive_count_of_two_is_caught() -> None:
    """Mail goes to the dead-letter queue instead of being tried again."""
    known = baseline(variant("broadcast-900-14"), ["sqs-dlq"], seeds=3)
    entry = of(verdict(known, variant("broadcast-900-14", sqs_dlq={"max_receive_count": 2})), "sqs-dlq")
    dead, accepted = (figures(entry)[f"recipients.{fate}"] for fate in ("dead_lettered", "accepted"))
    assert dead["verdict"] == accepted["verdict"] == entry["verdict"] == "fail"
    assert number(dead["difference"]) == pytest.approx(-number(accepted["difference"]))
    assert number(dead["difference"]) > 0


def test_an_unchanged_tree_passes_every_time(tmp_path: Path) -> None:
    """A hundred times out of a hundred, call for call."""
    scenario = small(tmp_path)
    known = baseline(scenario, ["heartbeat"], seeds=2)
    for _ in range(100):
        document = verdict(known, scenario)
        assert document["verdict"] == "pass"
        assert [entry["unchanged"] for entry in document["scenarios"][0]["strategies"]] == [True]


def test_other_words_pass(tmp_path: Path) -> None:
    """Another description, or the name of a variable in a strategy, is no other behaviour."""
    known = baseline(small(tmp_path), ["heartbeat"])
    renamed = small(tmp_path).model_copy(update={"description": "the same mails in other words"})
    entry = of(verdict(known, renamed), "heartbeat")
    assert (entry["verdict"], entry["unchanged"], entry["divergence"]) == ("pass", True, None)
    assert list(gate_table.causes(entry)) == []


def test_another_behaviour_with_the_same_figures_passes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And is told: the first call that differs is named, with its mail and its instant, although no figure moved."""
    scenario = small(tmp_path)
    now = baseline(scenario, ["heartbeat"]).scenarios["small"]
    slower_calls(monkeypatch, 0.001)
    before = baseline(scenario, ["heartbeat"])
    monkeypatch.undo()
    sender = before.scenarios["small"].strategies["heartbeat"]
    same = sender.model_copy(update={"metrics": now.strategies["heartbeat"].metrics})
    known = before.scenarios["small"].model_copy(update={"strategies": {"heartbeat": same}})
    told = gate_table.sentences(verdict(before.model_copy(update={"scenarios": {"small": known}}), scenario))
    assert told[0] == "✓ small: heartbeat: its behaviour changed, its figures did not"
    assert told[1].startswith("  first difference: call 0, mail ")
    assert told[1].endswith(" ended 1 ms earlier")
    assert told[2].startswith("✓ pass: ")


def test_the_first_difference_of_two_simulations_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Answers that come a millisecond later differ from call 0 on, by that millisecond."""
    scenario = small(tmp_path)
    known = baseline(scenario, ["heartbeat"])
    slower_calls(monkeypatch, 0.001)
    divergence = of(verdict(known, scenario), "heartbeat")["divergence"]
    assert divergence is not None
    assert divergence["call"] == 0
    assert divergence["cause"].endswith("ended 1 ms later")


def test_a_gain_passes() -> None:
    """What becomes better ends in improved, with the exit code of a pass."""
    known = baseline(variant("broadcast-900", heartbeat={"fill": 0.9}), ["heartbeat"], seeds=3)
    entry = of(verdict(known, variant("broadcast-900")), "heartbeat")
    assert figures(entry)["makespan_s"]["verdict"] == "improved"


def test_a_tolerance_is_a_tolerance(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A millisecond more passes where two are allowed, and fails where half of one is."""
    scenario = small(tmp_path)
    wide, narrow = (baseline(scenario, ["heartbeat"], wishes=[f"*.call_s.p50={amount}"]) for amount in (0.002, 0.0005))
    slower_calls(monkeypatch, 0.001)
    assert figures(of(verdict(wide, scenario), "heartbeat"))["call_s.p50"]["verdict"] == "pass"
    assert figures(of(verdict(narrow, scenario), "heartbeat"))["call_s.p50"]["verdict"] == "fail"


def test_other_versions_are_told_only_where_something_changed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A library's release may draw other numbers; where nothing differs it is nobody's business."""
    scenario = small(tmp_path)
    known = baseline(scenario, ["heartbeat"])
    old = known.scenarios["small"].model_copy(update={"versions": {"numpy": "1.0"}})
    known = known.model_copy(update={"scenarios": {"small": old}})
    assert verdict(known, scenario)["scenarios"][0]["notes"] == []
    slower_calls(monkeypatch, 0.001)
    [note] = verdict(known, scenario)["scenarios"][0]["notes"]
    assert note.startswith("the baseline was made with numpy 1.0, now ")
