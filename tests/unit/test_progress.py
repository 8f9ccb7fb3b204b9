"""How far runs have come, on a terminal that can move a bar."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from reports.running import progress


def shown(monkeypatch: pytest.MonkeyPatch, jobs: list[Any]) -> str:
    """What stands on the terminal when all jobs but the last are done, and that one is half done."""
    screen = StringIO()
    monkeypatch.setenv("TERM", "xterm")  # that of the tests may be dumb
    console = Console(file=screen, force_terminal=True, force_interactive=True, width=80)
    monkeypatch.setattr(progress, "err", console)
    with progress.progress(jobs) as show:
        for number in range(len(jobs) - 1):
            show(number, 1.0)
        show(len(jobs) - 1, 0.5)
    return screen.getvalue().rpartition("\r")[0].rpartition("\r")[2]


class Run:
    """As much of a job as a bar names."""

    strategy, seed, round = "direct", 7, None


def test_few_runs_have_a_bar_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that have begun and are not done, by name."""
    drawn = shown(monkeypatch, [Run()] * 3)
    assert drawn.count("direct (seed 7)") == 1
    assert " 50 %" in drawn


def test_many_runs_have_one_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says how many there are, and which share of them is done."""
    drawn = shown(monkeypatch, [Run()] * 40)
    assert drawn.count("40 runs") == 1
    assert " 98 %" in drawn
