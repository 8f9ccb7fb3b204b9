"""The tidying after killed runs: what costs money goes, whatever else cannot be done."""

from __future__ import annotations

from pathlib import Path

import pytest

from loadtests.deploy import stacks
from loadtests.deploy.tidy import tidy
from loadtests.record import run_registry
from loadtests.record.run_registry import Process, RunRecord
from scenarios.errors import RunFailed


def test_a_stack_goes_although_its_run_cannot_be_recovered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its queue is read first; that this fails is told once the stack is down, and the run stays noted."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    run, done, said = "20260101t000000-abcdef", list[str](), list[str]()

    def refuse(*_: object) -> None:
        done.append("asked")
        raise RunFailed("aws: AccessDenied: no")

    monkeypatch.setattr(stacks, "status", refuse)
    monkeypatch.setattr(stacks, "teardown", lambda _cloud, removed, _say: done.append(removed))
    process, witness = Process(1, "long ago"), str(run_registry.witness_of(run))
    record = RunRecord(
        run, "aws", "heartbeat", 7, 'name = "x"\n', process, zero_unix_s=1, region="eu-west-1", witness=witness
    )
    run_registry.write(record)
    tidy(said.append, lambda *_: None, lambda *_: "")
    assert done == ["asked", run]
    assert [line.rpartition("now: ")[2] for line in said] == ["aws: AccessDenied: no"]
    assert run_registry.records() == [record]
