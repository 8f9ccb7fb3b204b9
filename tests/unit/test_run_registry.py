"""The registry of runs: it outlives a killed run, knows the dead from the living, and is never half a record."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from loadtests.record import run_registry
from loadtests.record.run_registry import Process, RunRecord
from scenarios.errors import BadInput
from scenarios.outside.bundle import Bundle


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test touches a user's own journal."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def _record(process: Process, run: str = "20260101t000000-abcdef") -> RunRecord:
    return RunRecord(run, "aws", "heartbeat", 7, 'name = "x"\n', process, region="eu-west-1", stack=f"seslab-{run}")


def _sleeper(*, own_group: bool = False) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=own_group)


def _killed(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.communicate()


def test_a_record_comes_back_as_it_was_written() -> None:
    """What is read is what was written, children included."""
    record = replace(_record(run_registry.process_of(os.getpid())), children=(Process(1, "x"),), witness="calls.bin")
    record = replace(record, strategies=(Bundle("drip", "outside_drip", "drip.py", {"outside_drip.py": "1"}),))
    run_registry.write(record)
    assert run_registry.records() == [record]


def test_a_living_run_is_not_left_over() -> None:
    """While its process lives a run is under way; once it is killed it is left over."""
    process = _sleeper()
    record = _record(run_registry.process_of(process.pid))
    run_registry.write(record)
    before = run_registry.leftovers()
    _killed(process)
    assert (before, run_registry.leftovers()) == ([], [record])


def test_a_number_that_came_again_is_another_process() -> None:
    """A process that has a dead run's number is not the run."""
    record = _record(replace(run_registry.process_of(os.getpid()), born="long ago"))
    run_registry.write(record)
    assert run_registry.leftovers() == [record]


def test_what_is_finished_is_forgotten() -> None:
    """A clean end leaves nothing, and may come twice."""
    record = _record(run_registry.process_of(os.getpid()))
    run_registry.write(record)
    run_registry.finish(record.run)
    run_registry.finish(record.run)
    assert run_registry.records() == []


def test_a_killed_writer_leaves_whole_records_only() -> None:
    """Half a file, as a power cut may leave it, is passed over, and so is what is no record."""
    run_registry.write(_record(run_registry.process_of(os.getpid())))
    (whole,) = run_registry.directory().iterdir()
    whole.with_name(f"{whole.name}.unfinished").write_bytes(whole.read_bytes()[:20])
    (run_registry.directory() / "b.json").write_bytes(whole.read_bytes()[:20])
    (run_registry.directory() / "c.json").write_text("[]")
    (run_registry.directory() / "d.json").write_text('{"children": [], "process": {}}')
    assert [record.run for record in run_registry.records()] == ["20260101t000000-abcdef"]


def test_children_of_a_killed_run_are_ended_with_their_groups() -> None:
    """What a killed run has started is found by number and birth, and ends; a stranger of that number does not."""
    child, stranger = _sleeper(own_group=True), _sleeper(own_group=True)
    record = run_registry.with_child(_record(Process(0, "")), child.pid)
    record = replace(record, children=(*record.children, Process(stranger.pid, "long ago")))
    assert run_registry.kill_children(record) == 1
    assert child.wait(5) < 0
    assert stranger.poll() is None
    _killed(stranger)
    child.communicate()


def test_a_journal_that_cannot_be_written_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is made that could not be found again: the run does not begin, and the line names the variable."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with pytest.raises(BadInput, match=r"XDG_STATE_HOME"):
        run_registry.write(_record(run_registry.process_of(os.getpid())))
