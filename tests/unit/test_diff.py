"""Two stored runs side by side: what is paired with what, and how sure the difference is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from reports.diff import document as difference
from reports.diff import table as diff_table
from reports.diff.changed_keys import keys
from reports.documents.comparison import ComparisonDocument
from reports.documents.diff import DiffDocument, DiffFigure
from reports.statistics.medians import median_interval
from scenarios.entry import StrategyEntry
from scenarios.errors import BadInput
from scenarios.ledger.ledger import Ledger
from tests.unit.entries import entry, number, sent
from tests.unit.in_process import seslab_here
from tests.unit.synthetic import Call, Mail, ledger_of

TEN_S = Mail(10.0)


def run_of(strategies: Sequence[Mapping[str, Any]], **about: Any) -> ComparisonDocument:
    """A comparison document, as far as a diff reads it."""
    given = {"scenario": "by-hand", "world": "sim", "seed": 1, "replications": 1, "strategies": strategies} | about
    return cast(ComparisonDocument, given)


def no_ledgers(_side: str, strategy: str) -> Ledger:
    """Of other mails on each side."""
    return ledger_of(strategy, [Mail(0.0)] * (2 if _side == "a" else 3), [])


def figure_of(document: DiffDocument, name: str) -> DiffFigure:
    """The row of one figure of the first pair."""
    [row] = [row for row in document["strategies"][0]["figures"] if row["figure"] == name]
    return row


def with_samples(makespans_s: Sequence[float | None]) -> StrategyEntry:
    """An entry of several replications, of which only the makespan matters."""
    return entry("direct", sent(4, 1.0)) | {"samples": {"makespan_s": list(makespans_s)}}


def test_the_same_seeds_are_paired() -> None:
    """Replication by replication: what both have in common, such as a slow seed, leaves the interval."""
    a, b = [10.0, 20.0, 30.0, 40.0, 50.0, 60.0], [11.0, 21.5, 31.0, 40.5, 51.0, 62.0]
    before, after = (run_of([with_samples(samples)], replications=6) for samples in (a, b))
    made = difference.document(before, after, (), no_ledgers)
    row = figure_of(made, "makespan_s")
    assert row["by"] == difference.SAME_SEEDS
    assert row["interval"] == median_interval([1.0, 1.5, 1.0, 0.5, 1.0, 2.0])


def test_other_seeds_are_independent() -> None:
    """Then both medians vary, each for itself; A may have other replications than B."""
    a, b = [10.0 + seed for seed in range(8)], [20.0 + seed for seed in range(7)]
    made = difference.document(run_of([with_samples(a)]), run_of([with_samples(b)], seed=9), (), no_ledgers)
    row = figure_of(made, "makespan_s")
    assert row["by"] == difference.APART
    assert row["interval"] is not None
    low, high = row["interval"]
    assert 20.0 - 17.0 <= low < 9.5 < high <= 26.0 - 10.0


def test_means_over_other_seeds_are_said_to_be_so() -> None:
    """Six replications against five: what the sixth seed adds is no difference of the two."""
    six, five = (run_of([with_samples([1.0] * many)], replications=many) for many in (6, 5))
    said = "A has 6 replications, B 5 replications: their means are not of the same seeds"
    assert difference.document(six, five, (), no_ledgers)["notes"] == [said]
    assert difference.document(six, six, (), no_ledgers)["notes"] == []


def test_rounds_are_no_replications() -> None:
    """They send the mails of one seed again, however many they are, and are called rounds wherever they are told."""
    two, six = (run_of([with_samples([1.0] * many)], replications=many, rounds=many) for many in (2, 6))
    seeds = run_of([with_samples([1.0] * 6)], replications=6)
    of_rounds = difference.document(two, six, (), no_ledgers, folders=("monday", "tuesday"))
    assert of_rounds["notes"] == []
    lines = diff_table.table(of_rounds).title.splitlines()
    assert lines[:2] == ["A: monday: by-hand in sim, seed 1, 2 rounds", "B: tuesday: by-hand in sim, seed 1, 6 rounds"]
    said = "A has 6 rounds, B 6 replications: their means are not of the same seeds"
    assert difference.document(six, seeds, (), no_ledgers)["notes"] == [said]


@pytest.mark.parametrize("seed", [1, 9])
def test_few_seeds_have_no_interval(seed: int) -> None:
    """Of five, all lie on one side of the median in one case of sixteen, paired or not."""
    made = difference.document(
        run_of([with_samples([1.0] * 5)]), run_of([with_samples([2.0] * 5)], seed=seed), (), no_ledgers
    )
    row = figure_of(made, "makespan_s")
    assert (row["interval"], row["by"]) == (None, None)


def test_a_figure_that_some_replication_lacks_has_no_interval() -> None:
    """A mean over replications is null if one of them is, and says nothing about its spread."""
    made = difference.document(run_of([with_samples([1.0, None])]), run_of([with_samples([1.0, 2.0])]), (), no_ledgers)
    assert figure_of(made, "makespan_s")["interval"] is None


def with_lanes(**waited_s: float) -> StrategyEntry:
    """An entry whose lanes waited so long."""
    whole = entry("direct", sent(4, 1.0))
    lanes = [
        {"lane": lane, "priority": 0, "recipients": whole["recipients"], "latency_s": whole["latency_s"] | {"p99": p99}}
        for lane, p99 in waited_s.items()
    ]
    return cast(StrategyEntry, {**whole, "lanes": lanes})


def test_lanes_are_compared_by_their_names() -> None:
    """Wherever they stand; a lane that only one of the runs has is none of the figures."""
    before, after = with_lanes(reset=9.0, letter=20.0), with_lanes(news=7.0, reset=1.0)
    made = difference.document(run_of([before]), run_of([after]), (), no_ledgers)
    assert figure_of(made, "lanes.reset.latency_s.p99")["difference"] == -8.0
    assert not [row for row in made["strategies"][0]["figures"] if row["figure"].startswith(("lanes.l", "lanes.n"))]


def test_workloads_are_compared_by_their_names() -> None:
    """One that has a name is the same in both runs, wherever it stands; one that has none is not known again."""
    one, other = entry("direct", sent(4, 1.0)), entry("direct", sent(4, 3.0))
    figures = [{key: run[key] for key in ("recipients", "latency_s")} for run in (one, other)]
    before = cast(StrategyEntry, {**one, "workloads": [{"index": 0, "name": "news", **figures[0]}, figures[0]]})
    after = cast(StrategyEntry, {**other, "workloads": [figures[1], {"index": 1, "name": "news", **figures[1]}]})
    made = difference.document(run_of([before]), run_of([after]), (), no_ledgers)
    assert figure_of(made, "workloads.news.latency_s.max")["difference"] == 2.0
    parts = [row["figure"] for row in made["strategies"][0]["figures"] if row["figure"].startswith("workloads.")]
    assert {name.split(".")[1] for name in parts} == {"news"}


def test_the_same_mails_are_paired() -> None:
    """A mail's delay in B against its own in A; mails that either side did not accept are left out."""
    mails = [TEN_S] * 40 + [Mail(11.0)]
    before = ledger_of("direct", mails, [Call(mail, 10.5) for mail in range(40)])
    after = ledger_of("direct", mails, [Call(mail, 10.75 if mail % 2 else 10.5) for mail in range(41)])
    ledgers = {"a": before, "b": after}
    made = difference.document(
        run_of([entry("direct", sent(4, 1.0))]),
        run_of([entry("direct", sent(4, 1.0))]),
        (),
        lambda side, _: ledgers[side],
    )
    same = made["strategies"][0]["same_mails"]
    assert "why" not in same
    assert (same["asked"], same["mails"], same["later"], same["sooner"]) == (41, 40, 20, 0)
    assert same["mean_s"] == pytest.approx(0.125)
    low, high = same["interval"]
    assert low <= 0.125 <= high


def test_other_mails_are_not_paired() -> None:
    """Another scenario's mail 1 is another mail."""
    one = entry("direct", sent(4, 1.0))
    made = difference.document(run_of([one]), run_of([one]), (), no_ledgers)
    assert made["strategies"][0]["same_mails"] == {"why": "A and B had other mails"}
    assert "A and B had other mails, so only figures compare" in diff_table.sentences(made)[0]


def test_a_mail_that_was_accepted_in_part_is_not_paired() -> None:
    """When the rest came, if ever, is another question."""
    whole, part = ([Call(0, 1.0, recipients=2)], [Call(0, 1.0, recipients=1)])
    ledgers = {side: ledger_of("direct", [Mail(0.0, 2)], calls) for side, calls in (("a", whole), ("b", part))}
    one = run_of([entry("direct", sent(4, 1.0))])
    made = difference.document(one, one, (), lambda side, _: ledgers[side])
    assert made["strategies"][0]["same_mails"] == {"asked": 1, "mails": 0}
    assert diff_table.sentences(made)[0].startswith("direct: both accepted 0 of the same 1 mails; ")


def test_sooner_is_said_as_sooner() -> None:
    """No mail is accepted a negative time later."""
    ledgers = {
        side: ledger_of("direct", [TEN_S] * 40, [Call(mail, at_s) for mail in range(40)])
        for side, at_s in (("a", 10.5), ("b", 10.25))
    }
    one = run_of([entry("direct", sent(4, 1.0))])
    [said] = diff_table.sentences(difference.document(one, one, (), lambda side, _: ledgers[side]))
    assert "B did so 0.25 s sooner on average (-0.25 to -0.25 s): 0 later, 40 sooner" in said


def test_runs_without_ledgers_compare_by_figures() -> None:
    """A document alone may be under version control; the sentence does not speak of other mails."""
    one = run_of([entry("direct", sent(4, 1.0))])
    made = difference.document(one, one, (), lambda *_: None)
    assert diff_table.sentences(made)[0].startswith("direct: a ledger was not kept, so only figures compare; ")


def test_an_interrupted_run_is_said_to_be_one() -> None:
    """Its replications are fewer than asked for, so none is paired with a seed; what the run warned of is told too."""
    whole = run_of([with_samples([1.0] * 8)], replications=8)
    cut = with_samples([1.0] * 7) | {"interrupted": True, "warnings": ["direct: this machine was saturated"]}
    made = difference.document(whole, run_of([cut], replications=8), (), no_ledgers)
    assert figure_of(made, "makespan_s")["by"] == difference.APART
    notes = [
        "B: direct: interrupted before its end",
        "B: direct: 7 of 8 replications were made",
        "B: direct: this machine was saturated",
    ]
    assert made["notes"] == notes
    assert diff_table.sentences(made)[1:] == [f"note: {note}" for note in notes]
    assert diff_table.markdown(made).endswith("".join(f"- {note}\n" for note in notes))


def test_arithmetic_is_no_difference() -> None:
    """What differs in the sixteenth digit is the same."""
    one = entry("direct", sent(4, 1.0))
    other = one | {"makespan_s": number(one["makespan_s"]) * (1 + 2**-50)}
    made = difference.document(run_of([one]), run_of([other]), (), no_ledgers)
    assert list(difference.changed(made["strategies"][0])) == []


@pytest.mark.parametrize(
    ("wished", "pairs"),
    [
        ((), [("direct", "direct")]),
        (("direct",), [("direct", "direct")]),
        (("heartbeat=direct",), [("heartbeat", "direct")]),
    ],
)
def test_strategies_are_paired_by_name_or_by_wish(wished: tuple[str, ...], pairs: list[tuple[str, str]]) -> None:
    """`-s A=B` sets any two side by side."""
    a = run_of([{"strategy": "direct"}, {"strategy": "heartbeat"}])
    b = run_of([{"strategy": "direct"}, {"strategy": "ses-v2"}])
    assert difference.pairs_of(a, b, wished) == pairs


def test_two_single_strategies_are_a_pair() -> None:
    """A load test's user stands beside the simulated strategy that it resembles."""
    assert difference.pairs_of(run_of([{"strategy": "direct"}]), run_of([{"strategy": "ses-v2"}]), ()) == [
        ("direct", "ses-v2")
    ]


def test_nothing_in_common_is_bad_input() -> None:
    """The line says how to pair them."""
    several = run_of([{"strategy": "direct"}, {"strategy": "heartbeat"}])
    with pytest.raises(BadInput, match="-s A=B"):
        difference.pairs_of(several, run_of([{"strategy": "ses-v2"}]), ())
    with pytest.raises(BadInput, match="unknown strategy of the second run 'hartbeat', did you mean 'heartbeat'"):
        difference.pairs_of(several, several, ["direct=hartbeat"])


def test_what_was_asked_otherwise_is_named() -> None:
    """Key by key, whatever lies in what; a scenario that is gone, or a strategy by another name, differs in none."""
    a = keys({"horizon_s": 9.0, "workload": ({"messages": 1}, {"messages": 2}), "latency": {"sqs": {"constant_ms": 0}}})
    b = keys({"workload": ({"messages": 1}, {"messages": 3, "to": [1, 2]}), "latency": {"sqs": {"min_ms": 0}}})
    runs = run_of([entry("direct", sent(1, 1.0))]), run_of([entry("heartbeat", sent(1, 1.0))])
    named = difference.document(*runs, ["direct=heartbeat"], no_ledgers, (a, b))
    assert diff_table.asked_otherwise(named) == [
        "horizon_s: 9.0 \u2192 -",
        "workload[1].messages: 2 \u2192 3",
        "latency.sqs.constant_ms: 0 \u2192 -",
        "workload[1].to: - \u2192 [1, 2]",
        "latency.sqs.min_ms: - \u2192 0",
    ]
    assert difference.document(*runs, ["direct=heartbeat"], no_ledgers, (a, {}))["changed"] == []


def test_the_command_compares_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two kept runs, one figure apart: the table, the Markdown and the document tell the same."""
    monkeypatch.setenv("SESLAB_PICTURES", "none")
    for fill in (1, 9):
        (tmp_path / f"fill-{fill}.toml").write_text(
            '[[workload]]\nprocess = "batch"\nmessages = 60\n[account]\nmax_send_rate_per_s = 20\n'
            f"[strategies.heartbeat]\nfill = {fill / 10 if fill > 1 else 1.0}\n"
        )
        words = ("-s", "heartbeat", "--replications", "6", "--out", f"run-{fill}")
        assert seslab_here("compare", f"fill-{fill}.toml", *words, cwd=tmp_path).returncode == 0
    told = seslab_here("diff", "run-1", "run-9", "--summary", "diff.md", cwd=tmp_path)
    assert (told.returncode, told.stderr) == (0, "")
    document = json.loads(seslab_here("diff", "run-1", "run-9", "--json", cwd=tmp_path).stdout)
    row = figure_of(document, "makespan_s")
    runs = [json.loads((tmp_path / run / "comparison.json").read_text())["strategies"][0] for run in ("run-1", "run-9")]
    assert (row["a"], row["b"]) == (runs[0]["makespan_s"], runs[1]["makespan_s"])
    assert row["interval"] == pytest.approx(
        median_interval(np.subtract(runs[1]["samples"]["makespan_s"], runs[0]["samples"]["makespan_s"]).tolist())
    )
    assert "| makespan_s |" in (tmp_path / "diff.md").read_text()
    assert document["changed"] == [{"key": "strategies.heartbeat.fill", "a": "1.0", "b": "0.9"}]
    for shown in (told.stdout, (tmp_path / "diff.md").read_text()):
        assert "strategies.heartbeat.fill: 1.0 \u2192 0.9\n" in shown
    assert "makespan_s" in told.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nowhere", "nowhere"), "nowhere/comparison.json: "),
        (("newer", "newer"), 'newer/comparison.json: schema = "seslab/comparison/v2": must be "seslab/comparison/v1"'),
        ((".",), "Missing"),
    ],
)
def test_bad_folders_are_one_line(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    """Exit code 2, and the line names the file."""
    (tmp_path / "newer").mkdir()
    (tmp_path / "newer" / "comparison.json").write_text('{"schema": "seslab/comparison/v2"}')
    ended = seslab_here("diff", *words, cwd=tmp_path)
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)
    assert said in ended.stderr
