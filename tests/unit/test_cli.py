"""The installed command as a shell sees it: exit codes, one line on standard error, and what Ctrl-C leaves."""

from __future__ import annotations

import errno
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from reports.running.pictures import UNSEEN
from scenarios.ledger import store
from scenarios.ledger.ledger import assert_conserved
from seslab import command_line
from strategies.registry import STRATEGIES
from tests.unit.in_process import seslab_here

ROOT = Path(__file__).parents[2]
COMMAND = str(Path(sys.executable).with_name("seslab"))
MEDIUM = """\
name = "medium"
horizon_s = 100_000
[account]
max_send_rate_per_s = 500
max_24h_send = -1
[[workload]]
process = "batch"
messages = 60_000
"""


def seslab_with(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The command's end, with nothing of it on a terminal."""
    return subprocess.run([COMMAND, *words], capture_output=True, text=True, timeout=60, cwd=cwd, check=False)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("compair", "No such command 'compair'"),
        ("compare", "Missing argument 'scenario'"),
        ("compare broadcast-900 --seed x", "Invalid value for '--seed': "),
        ("compare broadcast-900 --seed -1", "Invalid value for '--seed': "),
        ("compare broadcast-900 -s hartbeat", "unknown strategy 'hartbeat', did you mean 'heartbeat'?"),
        ("compare broadcast-900 --on mars", "unknown world 'mars', known are sim, moto"),
        ("compare broadcst-900", "unknown scenario 'broadcst-900', did you mean 'broadcast-900'?"),
        ("loadtest rehearsal --user http --method G/T", "--method = G/T: must be a word"),
        ("loadtest rehearsal --user http --header a/b:c", "--header = a/b: must be NAME: VALUE"),
        ("status --region moon", "--region = moon: must be a region's name"),
        ("status --region EU_WEST", "--region = EU_WEST: must be a region's name"),
        ("compare broadcast-900 --out taken/below", "--out taken/below: "),
        ("compare broadcast-900 --out=", "--out = '': must be a path"),
        ("warmup --out=", "--out = '': must be a path"),
        ("gate update rehearsal --baseline b.json --reason caf\udce9", r"--reason = caf\udce9: must be UTF-8 text"),
        ("gate broadcast-900 sc\udce9ne.toml --baseline b.json", r"SCENARIO... = sc\udce9ne.toml: must be UTF-8"),
        ("compare broadcast-900 --on aws --allow \udce9@b.c", r"--allow = \udce9@b.c: must be UTF-8"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(tmp_path: Path, words: str, said: str) -> None:
    """Nothing goes to standard output, and the one line on standard error says what would be right."""
    (tmp_path / "taken").write_text("a file where a folder should be")
    ended = seslab_here(*words.split(), cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.lower().startswith(f"seslab: {said}".lower())  # Typer's versions differ in capitals
    assert ended.stderr.count("\n") == 1


def test_a_line_has_an_end() -> None:
    """However much is quoted in it: what comes first and last stays. No name of a file is too long for a line."""
    long = "y" * 100_000
    ends = [seslab_with("diff", long, long), seslab_with("compare", "rehearsal", "-s", long)]
    assert [(end.returncode, end.stderr.count("\n")) for end in ends] == [(2, 1), (2, 1)]
    ended = seslab_with("gate", "rehearsal", "--against", f"{'x' * 100_000}y")
    assert ended.stderr.startswith("seslab: --against 'xxx")
    assert ended.stderr.endswith("xy': neither a revision of a git repository here nor a command\n")
    assert len(ended.stderr) < 5_000


def test_json_is_all_there_is() -> None:
    """With --json there is one document on standard output and, where nobody watches, nothing on standard error."""
    ended = seslab_with("compare", "broadcast-900", "-s", "heartbeat", "--json")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert [entry["strategy"] for entry in json.loads(ended.stdout)["strategies"]] == ["heartbeat"]


def test_the_version_is_the_projects() -> None:
    """One place says it: pyproject.toml."""
    [version] = re.findall(r'^version = "(.*)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    ended = seslab_with("--version")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, f"seslab {version}\n", "")


UNMET = ("compare", "unmet.toml", "-s", "direct", "--json")


def told(*words: str, stdout: int, cwd: Path, most_bytes: int = 1 << 20) -> tuple[int, str]:
    """Exit code and standard error where standard output is this, and files of more bytes find the disk full."""
    limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
    command = [COMMAND, *words]
    ended = subprocess.run(
        command, stdout=stdout, stderr=subprocess.PIPE, text=True, cwd=cwd, check=False, preexec_fn=limit
    )
    return ended.returncode, ended.stderr


UNMET_TOML = '[[workload]]\nprocess = "batch"\nmessages = 9\n[thresholds]\nquick = "*.makespan_s < 1e-6"\n'


@pytest.fixture
def unmet(tmp_path: Path) -> Path:
    """A folder with a scenario whose threshold is not met."""
    (tmp_path / "unmet.toml").write_text(UNMET_TOML)
    return tmp_path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with that scenario, a run and a baseline of it, and SES's events."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "unmet.toml").write_text(UNMET_TOML)
    shutil.copy(ROOT / "docs" / "examples" / "events.jsonl", folder)
    scenario = folder / "unmet.toml"
    ended_in(f"compare {scenario} -s direct --out {folder / 'run'}")
    ended_in(f"gate update {scenario} -s direct --baseline {folder / 'b.json'} --reason first")
    return folder


@pytest.mark.parametrize(("words", "code"), [(UNMET, 1), (("schema",), 0), (("-h",), 0)])
def test_a_reader_that_leaves_early_changes_no_exit_code(unmet: Path, words: tuple[str, ...], code: int) -> None:
    """What it does not want goes nowhere, without a word; whether a threshold is met is still told."""
    reader, writer = os.pipe()
    os.close(reader)
    assert told(*words, stdout=writer, cwd=unmet) == (code, "")
    os.close(writer)


def test_what_the_terminal_cannot_spell_is_spelt_out(made: Path, tmp_path: Path) -> None:
    """A file's name that is no text, and signs that its encoding lacks."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    (tmp_path / "b.json").rename(tmp_path / os.fsdecode(b"\xe9.json"))
    command = [COMMAND, "gate", "unmet.toml", "--baseline", os.fsdecode(b"\xe9.json")]
    environ = {**os.environ, "PYTHONIOENCODING": "ascii"}
    ended = subprocess.run(command, capture_output=True, cwd=tmp_path, env=environ, check=False)
    assert (ended.returncode, ended.stderr) == (1, b"")
    assert ended.stdout.splitlines()[-1].startswith(rb"\u2717 fail: ")
    assert ended.stdout.splitlines()[-1].endswith(rb" against \udce9.json")


def test_where_output_finds_the_disk_full_is_one_line(unmet: Path) -> None:
    """Exit code 3, whatever the command would have said otherwise."""
    with (unmet / "out").open("wb") as out:
        code, stderr = told(*UNMET, stdout=out.fileno(), cwd=unmet, most_bytes=100)
    assert (code, stderr) == (3, f"seslab: standard output: {os.strerror(errno.EFBIG)}\n")


def test_a_full_disk_leaves_nothing_half_written(unmet: Path) -> None:
    """A run's folder has whole files only, and the one line names what could not be written."""
    code, stderr = told(*UNMET, "--out", "run", stdout=subprocess.DEVNULL, cwd=unmet, most_bytes=4096)
    assert code == 3
    assert re.fullmatch(rf"seslab: run/\S+: {os.strerror(errno.EFBIG)}\n", stderr)
    assert not list(unmet.glob("**/*.unfinished"))


def test_a_report_that_cannot_draw_shows_its_table(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The figures that cannot be written are one line and exit code 2, as everywhere."""
    shutil.copytree(made / "run", tmp_path, dirs_exist_ok=True)
    shutil.rmtree(tmp_path / "figures")
    (tmp_path / "figures").write_text("in the way")
    assert ended_in(f"report {tmp_path}") == 2
    shown, said = capsys.readouterr()
    assert "\ndirect: all 9 accepted" in shown
    assert said == f"seslab: {tmp_path / 'figures'}: File exists; figures need a folder that can be written to\n"


@pytest.mark.parametrize("linked", [False, True])
@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ("compare unmet.toml -s direct --summary {}", 1, "quick"),
        ("gate unmet.toml --baseline b.json --junit {}", 1, "<testsuites"),
        ("gate unmet.toml --baseline b.json --summary {}", 1, "quick"),
        ("gate unmet.toml --baseline b.json --openmetrics {}", 1, "# EOF"),
        ("diff run run --summary {}", 0, "direct"),
        ("trace events.jsonl {}", 0, "at_s,recipients"),
        ("gate update unmet.toml --baseline {} --reason why", 2, None),
        ("compare unmet.toml -s direct --out {}", 2, None),
        ("compare unmet.toml -s direct --out outs", 2, None),
    ],
)
def test_no_option_puts_a_file_in_the_place_of_a_pipe(
    made: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: str,
    code: int,
    told: str | None,
    linked: bool,
) -> None:
    """Also behind a link: it is written to and stays a pipe, or is refused and nothing waits for its reader."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    Path("link").symlink_to("pipe")
    Path("outs").mkdir()
    Path("outs/comparison.json").symlink_to(tmp_path / "pipe")
    reader = os.open("pipe", os.O_RDWR)  # both, so that nothing waits for the other
    os.set_blocking(reader, False)
    assert ended_in(words.format("link" if linked else "pipe")) == code
    got = os.read(reader, 1 << 16).decode() if told else ""
    os.close(reader)
    assert (told or "") in got
    assert Path("pipe").is_fifo()
    assert Path("link").is_symlink()


def ended_in(words: str) -> object:
    """The exit code of the command, in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["seslab", *words.split()])
        with pytest.raises(SystemExit) as ended:
            command_line.main()
    return ended.value.code


def begun(scenario: Path, out: Path, *strategies: str) -> subprocess.Popen[str]:
    """A comparison of which the first strategy is done."""
    words = ["compare", str(scenario), "--out", str(out), *(word for name in strategies for word in ("-s", name))]
    pipe, environ = subprocess.PIPE, {**os.environ, **UNSEEN}
    process = subprocess.Popen([COMMAND, *words], stdout=pipe, stderr=pipe, text=True, env=environ)
    while not (out / f"ledger-{strategies[0]}.parquet").exists():
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.02)
        assert process.returncode is None, process.communicate()
    return process


def test_ctrl_c_ends_a_comparison_and_keeps_what_was_done(tmp_path: Path) -> None:
    """Exit code 130 and one line; the document speaks of the ledgers that are there, and each of them adds up."""
    (tmp_path / "medium.toml").write_text(MEDIUM)
    process = begun(tmp_path / "medium.toml", tmp_path, "leaky-bucket", "lambda-concurrency", "heartbeat", "sqs-dlq")
    process.send_signal(signal.SIGINT)
    # Workers share this standard error: that it ends means that none of them is left.
    stdout, stderr = process.communicate(timeout=30)
    assert process.returncode == 130
    assert stderr.startswith("seslab: interrupted: ")
    assert stderr.count("\n") == 1
    entries = json.loads((tmp_path / "comparison.json").read_text(encoding="utf-8"))["strategies"]
    assert all(f"\n{entry['strategy']}: " in stdout for entry in entries)
    assert not next(entry for entry in entries if entry["strategy"] == "leaky-bucket")["interrupted"]
    check_ledgers(tmp_path, entries)


def check_ledgers(directory: Path, entries: list[dict[str, Any]]) -> None:
    """One for each entry, in which every recipient has one fate, and is pending only if the run was interrupted."""
    assert {f"ledger-{entry['strategy']}.parquet" for entry in entries} == {
        path.name for path in directory.glob("ledger-*.parquet")
    }
    for entry in entries:
        ledger = store.read(directory, entry["strategy"])
        assert_conserved(ledger)
        assert ledger.interrupted == entry["interrupted"]
        assert entry["interrupted"] or not entry["recipients"]["pending"]


@pytest.mark.parametrize(
    ("during", "said"),
    [("seslab.worlds.load", "interrupted"), ("sim.run.run", f"interrupted: 0 of {len(STRATEGIES)} runs begun or done")],
)
def test_ctrl_c_before_any_result_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, during: str, said: str
) -> None:
    """With nothing to show the command ends with 130 and says so, and claims no results in the folder."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(during, interrupted)
    monkeypatch.setattr(sys, "argv", ["seslab", "compare", "broadcast-900", "--out", str(tmp_path)])
    with pytest.raises(SystemExit, match="130"):
        command_line.main()
    assert capsys.readouterr() == ("", f"seslab: {said}\n")


def test_a_defect_is_no_verdict(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """An error that no command foresees shows where it is, and never ends with 1, which is a verdict."""

    def broken(*_: object) -> None:
        raise RecursionError("deep")

    monkeypatch.setattr(command_line, "_run", broken)
    assert ended_in("compare broadcast-900") == 3
    assert "RecursionError: deep" in capsys.readouterr().err


IMPORTED = """
import os, signal, sys
from importlib.abc import MetaPathFinder

class Pressed(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == during:
            os.kill(os.getpid(), signal.SIGINT)

during, sys.argv = sys.argv[1], ["seslab", "compare", "broadcast-900"]
sys.meta_path.insert(0, Pressed())

from seslab.command_line import main
main()
"""


@pytest.mark.parametrize("during", ["typer", "reports.compare.command"], ids=["at the start", "for a command"])
def test_ctrl_c_in_the_middle_of_an_import_ends_the_process(during: str) -> None:
    """There is nothing to save yet: it ends by the signal itself, so that no library can make a traceback of it."""
    ended = subprocess.run([sys.executable, "-c", IMPORTED, during], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (-signal.SIGINT, "", "")
