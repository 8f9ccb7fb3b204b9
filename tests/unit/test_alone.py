"""A folder is one command's at a time, whichever that is: it is held before anything in it is looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.compare.folder import alone_in
from reports.running.keeping import COMPARISON, REPORT
from reports.terminal import to_json
from tests.unit.entries import comparison, entry
from tests.unit.in_process import seslab_here

SCENARIO = """
name = "small"
account = { max_send_rate_per_s = 10 }
workload = [{ process = "batch", messages = 5 }]
thresholds = { soon = ["*.makespan_s < 60"] }
"""
GROWTH = 'scenario = "small.toml"\nstrategy = "direct"\nfrom = "2026-11"\nmonths = 3\nper_month = 3\n'
EVENTS = Path("docs/examples/bounces.jsonl").resolve()


@pytest.mark.parametrize(
    "words",
    [
        ("compare", "small.toml", "-s", "direct"),
        ("robust", "small.toml", "-s", "direct"),
        ("sweep", "small.toml", "-s", "direct", "--vary", "account.max_send_rate_per_s=10,20"),
        ("advise", "small.toml", "-s", "direct", "--minimise", "makespan_s"),
        ("calibrate", "small.toml", "-s", "direct"),
        ("gate", "small.toml", "--baseline", "baseline.json"),
        ("plan", "growth.toml"),
        ("warmup", "warm-up", "--from", "2026-12-01"),
        ("fit", "calls.csv"),
        ("bounces", str(EVENTS)),
        ("history", "run"),
        ("diff", "run", "run"),
    ],
    ids=lambda words: words[0],
)
def test_a_folder_that_another_one_has_is_refused_unseen(words: tuple[str, ...], tmp_path: Path) -> None:
    """What it has may be the other's half: here a page that would be refused as nobody's."""
    (tmp_path / "small.toml").write_text(SCENARIO)
    (tmp_path / "growth.toml").write_text(GROWTH)
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / COMPARISON).write_text(to_json(comparison(entry("direct", []))))
    with alone_in(tmp_path / "out"):
        (tmp_path / "out" / REPORT).touch()
        ended = seslab_here(*words, "--out", "out", cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "--out out: another run is under way there; wait for it, or name another folder" in ended.stderr
