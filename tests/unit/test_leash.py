"""Laws of foreign servers: one that cannot run is named before anything starts, and one that runs never outlives us."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from loadtests.deploy.ministack import VARIABLE, command
from loadtests.record.run_registry import birth_of
from scenarios.errors import BadInput
from scenarios.system import leash
from tests.deploy.patience import until

FAMILY = """
import os, subprocess, sys
deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); signal.pause()"
child = subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE, start_new_session={detached})
child.stdout.readline()
print(os.environ["TMPDIR"], os.getpid(), child.pid, flush=True)
child.wait()
"""


def _held(code: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-P", leash.__file__, sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.mark.parametrize("detached", [False, True])
def test_a_server_and_its_children_end_with_our_pipe(detached: bool) -> None:
    """When the starter lets go, be it by dying, the server is interrupted, its children end, its folder is gone.

    In whatever session they are, and though they do not listen.
    """
    held = _held(FAMILY.format(detached=detached))
    assert held.stdout is not None
    folder, *numbers = held.stdout.readline().split()
    held.communicate(timeout=20)  # ends only once none of the family holds the pipe
    assert held.returncode == 130
    assert not Path(folder).exists()
    until(lambda: not any(birth_of(int(number)) for number in numbers))


def test_a_server_that_ends_ends_its_leash() -> None:
    """A leash does not outlive its server."""
    held = _held("")
    assert held.wait(20) == 0
    held.communicate()


def test_another_ministack_must_be_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the variable names must be executable: a folder, a text and nothing at all are refused by name."""
    text = tmp_path / "text"
    text.touch()
    for path in (tmp_path, text, tmp_path / "nothing"):
        monkeypatch.setenv(VARIABLE, str(path))
        with pytest.raises(BadInput, match=f"{VARIABLE} = '{path}': must be ministack's executable"):
            command()


def test_a_ministack_without_boto3_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its Python would run the functions, and none would start: the line says what to install."""
    for name, code in (("ministack", 0), ("python", 1)):
        (tmp_path / name).write_text(f"#!/bin/sh\nexit {code}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "ministack"))
    with pytest.raises(BadInput, match=f"{tmp_path}/python -m pip install boto3"):
        command()
    os.remove(tmp_path / "python")
    assert command() == [str(tmp_path / "ministack")]
