"""A gate for an application: which runs it makes, in which order, and what it says of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from itertools import chain, repeat
from pathlib import Path

import pytest

from reports.documents.gate import GateDocument, GateFigure
from reports.gate import command
from reports.gate.applications import Load, verdict
from reports.gate.rounds import LAGGED
from reports.gate.table import sentences, verdict_line
from scenarios.entry import StrategyEntry
from scenarios.errors import BadInput, Interrupted
from scenarios.schema.model import Scenario
from seslab import worlds
from seslab.commands.deciding import gate as gate_command
from seslab.options import Application
from seslab.versions import loads, versions
from tests.unit.entries import SCENARIO, entry, sent
from tests.unit.gated import figures
from tests.unit.in_process import seslab_here

TIMES = ("latency_s.mean", "latency_s.max", "makespan_s")
TARGET = Application(target="http://127.0.0.1:1/send")


def gated(base: Iterator[StrategyEntry], head: Iterator[StrategyEntry], told: list[str] | None = None) -> GateDocument:
    """Three rounds of these runs."""
    measures: dict[str, Callable[[Scenario], StrategyEntry]] = {
        "v1": lambda _scenario: next(base), "now": lambda _scenario: next(head),
    }  # fmt: skip

    def doing(line: str) -> AbstractContextManager[None]:
        if told is not None:
            told.append(line)
        return nullcontext()

    return verdict("v1", [Load("by-hand, window", SCENARIO)], measures, 3, doing)


def run(accepted: int, last_s: float = 2.0) -> StrategyEntry:
    """Of four mails so many are accepted, the others throttled."""
    return entry("http", sent(accepted, last_s))


def test_both_versions_run_in_turn() -> None:
    """Base, head, head, base in every round, each told before it begins."""
    told: list[str] = []
    gated(repeat(run(4)), repeat(run(4)), told)
    assert [line.rpartition(": ")[2] for line in told] == ["v1", "now", "now", "v1"] * 3
    assert told[0] == "by-hand, window, round 1 of 3: v1"


def figures_in(document: GateDocument) -> dict[str, GateFigure]:
    """Those of the only scenario."""
    [scenario] = document["scenarios"]
    return figures(scenario["strategies"][0])


@pytest.mark.parametrize(("lag_s", "lost"), [(0.05, "fail"), (0.06, "fail"), (1.1, "inconclusive")])
def test_a_load_that_is_late_makes_only_times_doubtful(lag_s: float, lost: str) -> None:
    """Unless it is a second late, and so another load to a limiter; the figure and the verdict say why."""
    document = gated(repeat({**run(4), "harness_lag_s": lag_s}), repeat(run(3, 9.0)))
    made = figures_in(document)
    assert made["recipients.lost"]["verdict"] == lost
    assert (made["recipients.lost"].get("doubt") == LAGGED) == (lost != "fail")
    assert (made["makespan_s"].get("doubt") == LAGGED) == (lag_s > 0.05)
    assert ("doubtful because the harness lagged" in verdict_line(document)) == (lag_s > 0.05)


def test_notes_say_of_which_side_they_are() -> None:
    """Each warning once, whatever its numbers, of all runs of both sides."""
    base: StrategyEntry = {**run(4), "warnings": ["http: 0.1 s late", "no mail"]}
    head: StrategyEntry = {**run(4), "warnings": ["http: 0.2 s late"]}
    notes = gated(repeat(base), chain([run(4)], repeat(head)))["scenarios"][0]["notes"]
    assert notes[:2] == ["v1 and now: http: 0.1 s late", "v1: no mail"]


def test_what_no_terminal_shows_is_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    """How far it has come is for people who watch; a log, or a program that reads messages, gets none of it."""
    command.of_application("v1", [Load("load", SCENARIO)], {name: lambda _: run(4) for name in ("v1", "now")}, 2)
    assert capsys.readouterr().err == ""


def test_mail_that_is_lost_fails() -> None:
    """What SES's ledger says decides, whatever the application has answered."""
    document = gated(repeat(run(4)), repeat(run(3)))
    [scenario] = document["scenarios"]
    verdicts = {name: one["verdict"] for name, one in figures_in(document).items()}
    assert (document["world"], document["verdict"], scenario["scenario"]) == ("locust", "fail", "by-hand, window")
    assert verdicts["recipients.lost"] == "fail"


@pytest.mark.parametrize(("before", "after", "verdict"), [(2, 4, "inconclusive"), (4, 2, "fail")])
def test_times_of_other_mail_are_not_judged(before: int, after: int, verdict: str) -> None:
    """What saves mail does not fail for being slower and dearer, and what loses mail is not improved by being quick."""
    document = gated(repeat(run(before, before)), repeat(run(after, after)))
    made = figures_in(document)
    assert [made[name]["verdict"] for name in TIMES] == ["inconclusive"] * len(TIMES)
    assert not any("doubt" in one for name, one in made.items() if name.startswith("recipients."))
    assert made["recipients.lost"]["verdict"] == ("fail" if after < before else "improved")
    assert document["verdict"] == verdict
    [line] = [line for line in sentences(document) if line.startswith(("✗ by-hand", "? by-hand"))]
    assert {2: "; recipients.accepted 2 → 4, +2", 4: "; recipients.lost 0 → 2, +2"}[before] in line


def test_what_the_base_differs_from_itself_is_noise() -> None:
    """Of an application that loses one mail now and then, as the base does, nothing is concluded."""
    now_and_then = chain.from_iterable(repeat((run(4), run(3))))
    document = gated(now_and_then, chain([run(4), run(3)], repeat(run(4))))
    lost = [one for one in document["scenarios"][0]["strategies"][0]["metrics"] if one["metric"] == "recipients.lost"]
    assert [(one["verdict"], one["noise"]) for one in lost] == [("pass", 1.0)]


def test_every_run_of_an_application_is_a_replication() -> None:
    """Both runs of a round tell of luck, as two rounds do: three rounds have six pairs, and see what is lost."""
    lost = [3, 3, 1, 3, 3, 1]
    document = gated(repeat(run(4)), (run(4 - one) for one in lost))
    assert figures_in(document)["recipients.lost"]["verdict"] == "fail"
    assert "--rounds" not in " ".join(document["scenarios"][0]["notes"])


def test_too_few_rounds_say_what_they_could_have_told() -> None:
    """Where mail is lost by luck more often than before, a note has the least difference that would fail."""
    document = gated(repeat(run(4)), (run(4 - lost) for lost in [0, 3, 1, 3, 0, 3]))
    lost = figures_in(document)["recipients.lost"]
    assert (lost["verdict"], lost["interval"] is None) == ("inconclusive", False)
    low, high = lost["interval"] or (0.0, 0.0)
    [note] = [one for one in document["scenarios"][0]["notes"] if one.endswith("more --rounds see smaller ones")]
    assert note.startswith("with 3 rounds only a difference above this can fail: recipients.accepted ")
    assert f", recipients.lost {(high - low) / 2:.3g}" in note


@pytest.mark.parametrize(("base", "head", "tried"), [(4, 4, False), (3, 4, True), (4, 3, True)])
def test_a_gate_without_a_refusal_says_so(base: int, head: int, tried: bool) -> None:
    """A refusal of either side is one: then something became of refused mail, or it was avoided."""
    notes = gated(repeat(run(base)), repeat(run(head)))["scenarios"][0]["notes"]
    assert tried != any(note.startswith("SES refused nothing in any run") for note in notes)
    said = next((word for word in ("more", "fewer") if f"{word} recipients were accepted" in " ".join(notes)), None)
    assert said == {(4, 4): None, (3, 4): "more", (4, 3): "fewer"}[base, head]


def test_what_never_reached_ses_asks_for_no_more_load() -> None:
    """An application that loses mail by itself is not tried by more of it."""
    notes = gated(repeat(run(4)), repeat(entry("http", sent(4, 2.0)[:3])))["scenarios"][0]["notes"]
    assert "SES refused nothing in any run: what it did not accept has never reached it" in notes
    assert "for longer" not in " ".join(notes)


def test_an_interrupted_gate_concludes_nothing() -> None:
    """Half of the rounds are no gate."""
    broken_off: StrategyEntry = {**run(4), "interrupted": True}
    with pytest.raises(Interrupted, match=r"^interrupted in round 1 of 3"):
        gated(repeat(run(4)), repeat(broken_off))


def test_every_limiter_is_a_load_of_its_own() -> None:
    """Each scenario under each hypothesis, named after both; else under its own limiter."""
    assert [one.called for one in loads([SCENARIO], None)] == ["by-hand"]
    under_all = loads([SCENARIO], "plausible")
    assert len({one.scenario.account.limiter.model_dump_json() for one in under_all}) == len(under_all) > 5
    assert all(one.called.startswith("by-hand, ") for one in under_all)
    assert all("anything-accepted" in one.scenario.thresholds for one in under_all)


@pytest.mark.parametrize(
    ("asked", "against", "said"),
    [
        (TARGET, None, "--against: missing; give the other version"),
        (TARGET, "main", "--against main: is no URL; give the other version"),
        (TARGET, "http://127.0.0.1:2/send", "--endpoint: missing"),
        (Application(target="shop", run="true"), "true", "--target = shop: must be the URL"),
        (Application(target="http://127.0.0.1:1/", run="nonsense"), "true", "--run 'nonsense': no such command"),
        (Application(target="http://127.0.0.1:1/", run="true"), "nonsense", "--against 'nonsense': neither a revision"),
        (Application(target="http://127.0.0.1:1/", run="true", body="{subject}"), "true", "--body: neither it nor"),
        (Application(target="http://example.com/", run="true", body="{to}"), "true", "http://example.com/: is not on"),
    ],
)
def test_what_cannot_be_compared_is_told_before_anything_runs(
    asked: Application, against: str | None, said: str
) -> None:
    """One line with the option, and what would be right."""
    with pytest.raises(BadInput, match=f"^{said}".replace("?", r"\?")) as caught, versions(asked, against):
        pass
    assert "\n" not in str(caught.value)


def test_what_a_killed_gate_has_left_goes_with_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with a load test: its Locust, and its folder."""
    tidied: list[bool] = []
    monkeypatch.setattr(worlds, "tidy", lambda: tidied.append(True))
    with pytest.raises(BadInput, match="--against: missing"):
        gate_command.gate(["sandbox"], application=TARGET)
    assert tidied


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--run true --against main", "--run: is for an application of your own; name its route with --target"),
        ("--target http://127.0.0.1:1/ --seeds 3", "--seeds: is for strategies; an application (--target)"),
        ("--target http://127.0.0.1:1/ --on sim", "--on: is for strategies; an application (--target)"),
    ],
)
def test_options_that_would_change_nothing_are_refused(tmp_path: Path, words: str, said: str) -> None:
    """Those of the one kind of gate are not those of the other."""
    ended = seslab_here("gate", "sandbox", *words.split(), cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"seslab: {said}")
