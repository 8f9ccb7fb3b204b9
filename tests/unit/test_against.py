"""A base that is not stored: a revision, or a command, run beside what is here."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from loadtests.record.run_registry import birth_of
from reports.documents.comparison import ComparisonDocument
from reports.documents.gate import GateStrategy
from reports.gate import document as gate_document
from reports.gate import interleaved
from reports.gate.against import Runs, Side, base, compared, head, refuse_another_scenario
from reports.gate.rounds import Round, of_strategy
from reports.gate.verdict import Rule
from scenarios.errors import BadInput
from scenarios.system.held import temporary_folder
from tests.deploy.patience import until
from tests.unit.entries import entry, sent
from tests.unit.gated import SMALL, figures, of, small
from tests.unit.in_process import seslab_here
from tests.unit.test_cli import COMMAND, seslab_with

NAMES = ("-c", "user.name=seslab", "-c", "user.email=seslab@example.com", "-c", "commit.gpgsign=false")
FEW = ("-s", "heartbeat", "--seeds", "2")


def git(folder: Path, *words: str) -> str:
    """What git answers."""
    done = subprocess.run(["git", *NAMES, *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Of two commits: the second sends at half the rate, and is what is here."""
    git(tmp_path, "init", "--quiet")
    for fill in ("1.0", "0.5"):
        (tmp_path / "small.toml").write_text(f"{SMALL}[strategies.heartbeat]\nfill = {fill}\n")
        git(tmp_path, "add", "small.toml")
        git(tmp_path, "commit", "--quiet", "-m", f"fill {fill}")
    return tmp_path


def test_a_revision_is_run_as_it_was(repository: Path) -> None:
    """With the settings of that time; and its checkout is gone afterwards."""
    ended = seslab_here("gate", "small.toml", "--against", "HEAD~1", *FEW, cwd=repository)
    assert ended.returncode == 1
    assert "  fill = 0.5, was 1.0\n  first difference: call " in ended.stdout
    assert ended.stdout.splitlines()[-1].endswith(" against HEAD~1")
    assert ended.stderr == "small.toml: HEAD~1: heartbeat\nsmall.toml: now: heartbeat\n"
    assert git(repository, "worktree", "list").count("\n") == 1


@pytest.mark.parametrize(
    ("sent", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 130), (signal.SIGHUP, 130), (signal.SIGKILL, -signal.SIGKILL)],
)
def test_whoever_ends_a_gate_ends_its_sides(
    repository: Path, monkeypatch: pytest.MonkeyPatch, sent: signal.Signals, code: int
) -> None:
    """Interrupted or killed, it leaves no process, worktree or folder behind; Ctrl-C by whatever name is one line."""
    side = f"""{sys.executable} -c 'import os, time; print(os.getpid(), file=open("pid", "w")); time.sleep(600)'"""
    words = [*COMMAND.split(), "gate", "small.toml", "--against", side, *FEW]
    environ = {**os.environ, "TMPDIR": str(repository)}  # who is killed cannot tidy up
    heed = partial(signal.signal, signal.SIGHUP, signal.SIG_DFL)  # the tests themselves may run under nohup
    gate = subprocess.Popen(words, cwd=repository, env=environ, stderr=subprocess.PIPE, text=True, preexec_fn=heed)
    until(lambda: (repository / "pid").exists() and (repository / "pid").read_text() != "")
    child = int((repository / "pid").read_text())
    assert birth_of(child)
    gate.send_signal(sent)
    said = gate.communicate(timeout=30)[1]
    assert gate.returncode == code
    assert said.splitlines()[1:] == (["seslab: interrupted"] if code == 130 else [])
    until(lambda: not birth_of(child))
    left = list(repository.glob("seslab-gate-*"))
    assert bool(left) == (sent == signal.SIGKILL)
    monkeypatch.setattr("tempfile.tempdir", str(repository))
    for folder in left:  # the next gate removes it, once it is clear that it is not just being made
        os.utime(folder, (0, 0))
    with temporary_folder("seslab-gate-") as next_one:
        assert list(repository.glob("seslab-gate-*")) == [next_one]
    assert git(repository, "worktree", "list").count("\n") == 1


def test_a_checkout_is_not_remembered(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it lasts, the repository knows of one work tree only: nothing to prune if this process dies now."""
    monkeypatch.chdir(repository)
    with base("HEAD~1") as side:
        assert "fill = 1.0" in (side.folder / "small.toml").read_text()
        assert git(repository, "worktree", "list").count("\n") == 1
        assert git(repository, "status", "--short") == ""
    assert not side.folder.exists()


def test_a_folder_may_hold_anything(repository: Path) -> None:
    """A package called reports is not ours; and a file named by its absolute path is, there, that of the revision."""
    (repository / "reports").mkdir()
    (repository / "reports" / "__init__.py").write_text("raise SystemExit('not seslab')\n")
    (repository / "small.toml").write_text(f"{SMALL}[strategies.heartbeat]\nfill = 0.4\n")
    source = str(repository / "small.toml")
    document = json.loads(seslab_with("gate", source, "--against", "HEAD", "--json", *FEW, cwd=repository).stdout)
    assert document["scenarios"][0]["strategies"][0]["settings"] == {"fill": [0.5, 0.4]}


def test_a_command_is_run_here(monkeypatch: pytest.MonkeyPatch, repository: Path) -> None:
    """Such as the seslab of another environment; nobody opens its folder, so it draws nothing."""
    monkeypatch.chdir(repository)
    with base(f"{COMMAND} ") as side:
        assert side.folder == repository
        document = compared(
            side, Runs("small.toml", ["heartbeat"], "sim", 7, 2), repository / "out", ComparisonDocument
        )
    assert (document["seed"], document["replications"]) == (7, 2)
    assert [entry["settings"]["fill"] for entry in document["strategies"]] == [0.5]
    assert not (repository / "out" / "figures").exists()


@pytest.mark.parametrize(
    ("against", "code", "said"),
    [
        ("nonsense", 2, "--against 'nonsense': neither a revision of a git repository here nor a command"),
        ("", 2, "--against '': neither a revision"),
        ("seslab 'half", 2, '--against "seslab \'half": No closing quotation'),
        ("echo", 3, "echo: did not answer with a seslab/comparison/v1"),
        ("sh -c 'echo lost >&2; exit 7'", 3, "sh -c 'echo lost >&2; exit 7': compare small.toml ended with 7: lost"),
    ],
)
def test_a_base_that_is_none_is_one_line(repository: Path, against: str, code: int, said: str) -> None:
    """Exit code 2 for what is neither revision nor command, 3 for a command that is no seslab."""
    ended = seslab_here("gate", "small.toml", "--against", against, *FEW, cwd=repository)
    assert (ended.returncode, ended.stdout) == (code, "")
    assert ended.stderr.splitlines()[-1].startswith(f"seslab: {said}")
    assert "Traceback" not in ended.stderr


def test_another_experiment_of_that_name_is_refused(repository: Path) -> None:
    """Its figures are no measure; other settings are no other experiment."""
    for name, more in (("other", "[client]\nread_timeout_s = 1\n"), ("same", "[strategies.heartbeat]\nfill = 0.9\n")):
        (repository / f"{name}.toml").write_text(SMALL + more)
    refuse_another_scenario("small", repository / "small.toml", repository / "same.toml")
    with pytest.raises(BadInput, match="small: the base has another scenario of that name"):
        refuse_another_scenario("small", repository / "small.toml", repository / "other.toml")


def test_a_scenario_that_the_revision_does_not_have_is_one_line(repository: Path) -> None:
    """It cannot be run there."""
    (repository / "new.toml").write_text(SMALL)
    ended = seslab_here("gate", "new.toml", "--against", "HEAD", *FEW, cwd=repository)
    assert (ended.returncode, ended.stdout) == (3, "")
    last = ended.stderr.splitlines()[-1]
    assert last.startswith("seslab: HEAD: compare new.toml ended with 2: seslab: new.toml: no such file")


def test_a_folder_that_the_revision_does_not_have_is_one_line(repository: Path) -> None:
    """There is nowhere to run it."""
    (repository / "new").mkdir()
    ended = seslab_here("gate", "../small.toml", "--against", "HEAD~1", *FEW, cwd=repository / "new")
    assert (ended.returncode, ended.stdout) == (3, "")
    assert ended.stderr.splitlines()[-1].startswith("seslab: HEAD~1: cannot run in ")


def test_tolerances_of_a_baseline_hold_against_a_revision_too(repository: Path) -> None:
    """Its values do not; and a figure that neither side has is left out."""
    words = ("--baseline", "b.json", "--reason", "the first", "--tolerance", "*.makespan_s=500%", *FEW)
    assert seslab_here("gate", "update", "small.toml", *words, cwd=repository).returncode == 0
    table = json.loads((repository / "b.json").read_text())
    metrics = table["scenarios"]["small"]["strategies"]["heartbeat"]["metrics"]
    kept = dict.fromkeys(("makespan_s", "workloads.0.latency_s.p99"), metrics["makespan_s"])
    table["scenarios"]["small"]["strategies"]["heartbeat"]["metrics"] = kept
    (repository / "b.json").write_text(json.dumps(table))
    ended = seslab_here("gate", "small.toml", "--against", "HEAD~1", "--baseline", "b.json", *FEW, cwd=repository)
    assert (ended.returncode, "figures: 1 tolerated; makespan_s " in ended.stdout) == (0, True)


def test_real_runs_alternate(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Base, head, head, base in each round: whoever grows slower with time favours neither."""
    (tmp_path / "small.toml").write_text(SMALL)
    order: list[str] = []

    def told(side: Side, _runs: object, out: Path, _kind: type) -> Mapping[str, Any]:
        order.append(side.name)
        out.mkdir()
        (out / "scenario.toml").write_text(f'name = "small"\n{SMALL}')
        return {"strategies": [entry("direct", sent(4, 1.0))]}

    monkeypatch.setattr(interleaved, "compared", told)
    before = Side("base", (), tmp_path, {})
    runs = Runs("small.toml", ["direct"], "moto", 1)
    interleaved._round(interleaved.Sides(before, head()), runs, "small", lambda _line: None)
    assert order == ["base", "now", "now", "base"]


def rounds(bases_s: list[tuple[float, float]], heads_s: list[tuple[float, float]], **more: Any) -> list[Round]:
    """Rounds of real runs with these makespans."""
    made = (
        [[entry("direct", sent(4, last_s)) | more for last_s in pair] for pair in side] for side in (bases_s, heads_s)
    )
    return [Round(*pair) for pair in zip(*made, strict=True)]


def judged(compared: gate_document.Compared) -> GateStrategy:
    """What a gate of this strategy alone says of it."""
    return of(gate_document.document("moto", "base", [gate_document.Part("small", "", [compared], [])]), "direct")


@pytest.mark.parametrize(
    ("heads_s", "verdict"),
    [([(1.3, 1.3), (1.3, 1.31), (1.3, 1.3)], "pass"), ([(2.0, 2.0), (2.0, 2.01), (2.0, 2.0)], "fail")],
)
def test_what_is_within_the_noise_of_the_base_is_not_judged(heads_s: list[tuple[float, float]], verdict: str) -> None:
    """The base differs from itself by up to 0.4 s, so 0.3 s more says nothing and 1 s does."""
    rules = {"makespan_s": Rule("lower")}
    made = judged(of_strategy("direct", rules, rounds([(1.0, 1.4), (0.9, 1.0), (1.0, 1.0)], heads_s)))
    makespan = figures(made)["makespan_s"]
    assert makespan["verdict"] == made["verdict"] == verdict
    assert makespan["noise"] == pytest.approx(0.4)


def test_thresholds_of_real_runs_are_judged_on_all_of_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """On the mean of the head's, of which the last is luck; four are too few for an interval. Both sides are heard."""
    made = iter(rounds([(1.0, 1.0)] * 2, [(5.0, 5.2), (5.1, 0.9)], warnings=["saturated"]))
    monkeypatch.setattr(interleaved, "_round", lambda *_: next(made))
    scenario = small(tmp_path, '[thresholds]\nquick = "direct.makespan_s < 1"\n')
    asked = interleaved.Asked("small.toml", scenario, {"direct": {"makespan_s": Rule("lower")}})
    before = Side("base", (), tmp_path, {})
    part = interleaved._real(interleaved.Sides(before, head()), asked, "moto", 2, lambda _line: None)
    [threshold] = part.thresholds
    assert threshold["value"] == pytest.approx(4.05)
    assert threshold["interval"] is None
    assert part.notes == ["base and now: saturated"]


def test_a_machine_out_of_breath_gives_no_verdict() -> None:
    """What it measured is itself."""
    rules = {"makespan_s": Rule("lower"), "recipients.lost": Rule("lower")}
    slow = rounds([(1.0, 1.0)] * 3, [(9.0, 9.0)] * 3, harness_lag_s=1.0)
    made = figures(judged(of_strategy("direct", rules, slow)))
    assert (made["makespan_s"]["verdict"], made["recipients.lost"]["verdict"]) == ("inconclusive", "pass")
    nothing = [one._replace(head=[entry("direct", []) | {"harness_lag_s": 1.0}] * 2) for one in slow]
    lost = figures(judged(of_strategy("direct", {"makespan_s": Rule("lower")}, nothing)))
    assert (lost["makespan_s"]["head"], lost["makespan_s"]["verdict"]) == (None, "inconclusive")
