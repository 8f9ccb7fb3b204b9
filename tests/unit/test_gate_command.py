"""`seslab gate` as a CI job sees it: exit codes, one line where something is wrong, files only when asked."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from scenarios.verdicts import INCONCLUSIVE
from tests.unit.gated import SMALL
from tests.unit.in_process import seslab_here
from tests.unit.test_cli import ended_in

FIRST = ("gate", "update", "small.toml", "--baseline", "b.json", "-s", "heartbeat", "--seeds", "4", "--reason", "first")
UPDATE = ("gate", "update", "small.toml", "--baseline", "b.json")
WRITTEN = "b.json: {} written; put it under version control"
GATE = ("gate", "small.toml", "--baseline", "b.json")


@pytest.fixture(scope="module")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a scenario and its baseline, as under version control."""
    folder = tmp_path_factory.mktemp("committed")
    (folder / "small.toml").write_text(SMALL)
    ended = seslab_here(*FIRST, cwd=folder)
    assert (ended.returncode, ended.stdout) == (0, "")
    assert ended.stderr == f"{WRITTEN.format('small')}\n"
    return folder


@pytest.fixture
def project(committed: Path, tmp_path: Path) -> Path:
    """A checkout of it."""
    return shutil.copytree(committed, tmp_path, dirs_exist_ok=True)


def test_nothing_changed_ends_with_0_and_writes_nothing(project: Path) -> None:
    """A gate only reads: every file of the project stays byte for byte what it was."""
    before = {path: path.read_bytes() for path in project.iterdir()}
    ended = seslab_here(*GATE, "--strict", cwd=project)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "✓ small: heartbeat: unchanged, call for call\n✓ pass: 21 pass against b.json\n" in ended.stdout
    assert "figure" not in ended.stdout
    assert {path: path.read_bytes() for path in project.iterdir()} == before


def test_a_regression_ends_with_1_and_says_by_how_much(project: Path) -> None:
    """In the table, in words and in every file."""
    (project / "small.toml").write_text(f"{SMALL}[strategies.heartbeat]\nfill = 0.5\n")
    files = ("--junit", "j.xml", "--summary", "s.md", "--openmetrics", "o.txt")
    ended = seslab_here(*GATE, *files, cwd=project)
    assert (ended.returncode, ended.stderr) == (1, "")
    assert "✗ small: heartbeat: figures: " in ended.stdout
    assert "  fill = 0.5, was 1.0\n" in ended.stdout
    assert ended.stdout.splitlines()[-1].startswith("✗ fail: ")
    root = ElementTree.parse(project / "j.xml").getroot()
    assert f"✗ fail: {root.get('failures')} fail, " in ended.stdout
    assert "| ✗ | small | heartbeat | makespan_s | " in (project / "s.md").read_text()
    assert (project / "o.txt").read_text().endswith("# EOF\n")


def test_json_is_the_document_and_nothing_else(project: Path) -> None:
    """The exit code is the same."""
    ended = seslab_here(*GATE, "--json", cwd=project)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert json.loads(ended.stdout)["schema"] == "seslab/gate/v1"


def test_a_doubt_ends_with_4_only_if_strict(project: Path) -> None:
    """A figure that moved up and down with the seeds."""
    table = json.loads((project / "b.json").read_text())
    makespan = table["scenarios"]["small"]["strategies"]["heartbeat"]["metrics"]["makespan_s"]
    makespan["values"] = [value + by for value, by in zip(makespan["values"], (1.0, -1.0, 0.5, -0.5), strict=True)]
    (project / "b.json").write_text(json.dumps(table))
    lenient, strict = (seslab_here(*GATE, *words, cwd=project) for words in ((), ("--strict",)))
    assert (lenient.returncode, strict.returncode) == (0, 4)
    assert lenient.stdout == strict.stdout
    assert lenient.stdout.splitlines()[-1].startswith(f"? {INCONCLUSIVE}: 1 inconclusive, ")


def test_a_threshold_decides_too(project: Path) -> None:
    """Unchanged, and not what the scenario demands: exit code 1, with the expression and the value."""
    (project / "small.toml").write_text(f'{SMALL}[thresholds]\nquick = "heartbeat.makespan_s < 1"\n')
    ended = seslab_here(*GATE, cwd=project)
    assert ended.returncode == 1
    assert "✗ quick: heartbeat.makespan_s < 1 (heartbeat: " in ended.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("gate", "Missing argument"),
        ("gate small.toml", "--baseline: missing; name the file that says what is expected, or a base with --against"),
        ("gate small.toml --baseline none.json", "none.json: no such baseline; write one with seslab gate update"),
        ("gate small.toml --baseline b.json -s direct", "b.json: scenarios.small.strategies: has no direct"),
        ("gate small.toml --baseline b.json -s hartbeat", "unknown strategy 'hartbeat', did you mean 'heartbeat'?"),
        ("gate rehearsal --baseline b.json", "b.json: has no scenario 'rehearsal' (it has small)"),
        ("gate update small.toml --baseline b.json", "Missing option '--reason'"),
        ("gate update small.toml --baseline b.json --reason=", "--reason: missing; say why, for it is kept"),
        (
            "gate small.toml --baseline b.json --on moto",
            "--on moto: real runs are compared with others of the same hour",
        ),
        ("gate small.toml --against nonsense", "--against 'nonsense': neither a revision of a git repository here"),
        ("gate small.toml --baseline b.json --junit no/j.xml", "--junit no/j.xml: No such file or directory"),
        (
            "gate small.toml --baseline b.json --seeds 9",
            "--seeds: what the baseline says is used; change it with seslab gate update",
        ),
        ("gate small.toml --baseline b.json --reason x", "No such option: --reason; seslab gate update has it"),
        ("gate update small.toml --baseline b.json --json", "No such option: --json; seslab gate has it"),
        ("gate small.toml --baseline b.json --rounds 2", "--rounds: needs --on moto --against"),
        ("gate small.toml --against HEAD --rounds 2", "--rounds: --on sim --against takes --seeds"),
        ("gate small.toml --against HEAD --on moto --seeds 2", "--seeds: --on moto --against takes --rounds"),
        ("gate small.toml --baseline b.json --junit b.json", "--junit b.json: --baseline is the same file"),
        ("gate small.toml --baseline b.json --junit ./small.toml", "--junit small.toml: the scenario is the same file"),
        ("compare small.toml -s direct --summary small.toml", "--summary small.toml: the scenario is the same file"),
        ("calibrate small.toml --write small.toml", "--write small.toml: the scenario is the same file"),
        (
            "compare small.toml -s direct --allow b.json --summary b.json",
            "--summary b.json: a list of --allow is the same file",
        ),
        ("calibrate small.toml --allow b.json --write b.json", "--write b.json: a list of --allow is the same file"),
        ("gate small.toml --baseline b.json --junit x --summary ./x", "--summary x: --junit is the same file"),
        ("gate small.toml --baseline none.json --junit j.xml", "none.json: no such baseline"),
        ("gate small.toml small.toml --baseline b.json", "two scenarios are called 'small'"),
        ("gate small.toml --baseline small.toml", "small.toml: not a baseline: "),
    ],
)
def test_what_cannot_be_asked_ends_with_2(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], words: str, said: str
) -> None:
    """One line on standard error, nothing on standard output, nothing changed."""
    before = {path: path.read_bytes() for path in project.iterdir()}
    monkeypatch.chdir(project)
    assert ended_in(words) == 2
    stdout, stderr = capfd.readouterr()
    assert (stdout, stderr.count("\n")) == ("", 1)
    assert stderr.startswith(f"seslab: {said}")
    assert {path: path.read_bytes() for path in project.iterdir()} == before


def test_an_update_without_a_change_writes_nothing(project: Path) -> None:
    """And says so."""
    before = (project / "b.json").read_bytes()
    ended = seslab_here(*UPDATE, "--reason", "again", cwd=project)
    assert (ended.returncode, ended.stderr) == (0, "b.json: nothing written: all is as it was\n")
    assert (project / "b.json").read_bytes() == before


def test_the_spelling_of_old_updates_too(project: Path) -> None:
    """And one line says what to type now; a scenario's file that is called update is reached by its path."""
    (project / "small.toml").rename(project / "update")
    ended = seslab_here("gate", "./update", "--baseline", "b.json", "--update", "--reason", "as it is", cwd=project)
    now = "seslab gate update ./update --baseline b.json --reason 'as it is'"
    assert ended.stderr.splitlines() == [f"seslab: gate --update is a command now: {now}", WRITTEN.format("update")]
    assert (ended.returncode, ended.stdout) == (0, "")
    assert seslab_here("gate", "./update", "--baseline", "b.json", cwd=project).returncode == 0


def test_a_file_may_be_a_pipe(project: Path) -> None:
    """What cannot be replaced, such as `/dev/stdout`, is written to and stays what it is."""
    os.mkfifo(project / "pipe")
    reader = os.open(project / "pipe", os.O_RDWR)  # both, so that nobody waits for the other
    ended = seslab_here(*GATE, "--junit", "pipe", cwd=project)
    assert ended.returncode == 0
    assert ElementTree.fromstring(os.read(reader, 1 << 16)).get("failures") == "0"
    os.close(reader)
    assert (project / "pipe").is_fifo()


def test_only_an_update_makes_the_change_the_baseline(project: Path) -> None:
    """With its reason kept in the file; afterwards the gate passes."""
    (project / "small.toml").write_text(f"{SMALL}[strategies.heartbeat]\nfill = 0.5\n")
    assert seslab_here(*GATE, cwd=project).returncode == 1
    update = ("--reason", "half is enough", "--tolerance", "*.makespan_s=2%")
    assert seslab_here(*UPDATE, *update, cwd=project).returncode == 0
    known = json.loads((project / "b.json").read_text())["scenarios"]["small"]
    assert known["reason"] == "half is enough"
    assert known["strategies"]["heartbeat"]["metrics"]["makespan_s"]["tolerance"] == "2%"
    assert seslab_here(*GATE, cwd=project).returncode == 0
