"""How soon a command begins: the libraries that it waits for, counted, since seconds depend on the machine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    *("typer", "rich", "pydantic", "numpy", "scipy", "pyarrow", "matplotlib", "multiprocessing", "asyncio"),
    *("boto3", "botocore", "moto", "flask", "aiosmtpd", "locust", "gevent"),
}
PARSES = {"typer", "pydantic"}  # by which Typer converts words
PLUGIN = "loadtests.testing.pytest_plugin"
SIMULATES = {*PARSES, "numpy", "rich", "multiprocessing"}


def imported(*words: str, **environ: str) -> set[str]:
    """The heavy ones of the libraries that Python says it has imported on the way."""
    command = [sys.executable, "-X", "importtime", "-m", "seslab", *words]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, env={**os.environ, **environ}, check=False
    )
    return HEAVY & {
        found.partition(".")[0] for found in re.findall(r"^import time:.*\| *(\S+)$", done.stderr, re.MULTILINE)
    }


@pytest.mark.parametrize(
    ("line", "waited_for"),
    [
        ("--help", set()),
        ("--version", {"typer"}),
        ("compare --help", PARSES),
        ("loadtest --help", PARSES),
        ("suppression remove --help", PARSES),
        ("compare broadcast-900", SIMULATES),
        ("compare broadcast-900 --json -s heartbeat", SIMULATES),
        ("compare broadcast-900 -s direct --replications 6", SIMULATES),
        ("compare broadcast-900 -s direct --out run", {*SIMULATES, "pyarrow", "matplotlib"}),
    ],
)
def test_a_command_waits_for_what_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, waited_for: set[str]
) -> None:
    """Files are what takes Arrow, figures Matplotlib, and a real world what performs it."""
    monkeypatch.chdir(tmp_path)
    assert imported(*line.split()) == waited_for


def test_tab_waits_for_no_library() -> None:
    """Neither for those of the worlds that a command would run in."""
    asked = {"_SESLAB_COMPLETE": "complete_bash", "COMP_WORDS": "seslab compare --on m", "COMP_CWORD": "3"}
    assert imported(**asked) == PARSES


def test_pytest_waits_for_no_library_of_ours() -> None:
    """Every run of pytest imports the plugin, which imports nothing but itself before the fixture is used."""
    code = f"import pytest, sys; before = set(sys.modules); import {PLUGIN}; print(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert {*done.stdout.split()} == {"loadtests", "loadtests.testing", PLUGIN}


def test_a_process_of_a_crew_waits_for_no_terminal() -> None:
    """A worker that is spawned to simulate imports what a run takes, and nothing that shows or keeps one."""
    job = "from reports.running import parallel; from sim import run"
    command = [sys.executable, "-c", f"{job}; import sys; print(*sys.modules)"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert HEAVY & {name.partition(".")[0] for name in done.stdout.split()} == {"numpy", "pydantic", "multiprocessing"}
