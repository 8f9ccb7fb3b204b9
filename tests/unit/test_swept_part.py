"""A sweep that Ctrl-C or a failure ended: it is told as the part that it is, and takes no whole one's place."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from reports.running.experiment import Job
from reports.running.parallel import Enough, Keep, Outcome, Progress, never, nowhere
from reports.sweep import command
from reports.sweep.campaign import swept
from reports.sweep.document import document
from reports.sweep.table import sentences, tables
from scenarios.errors import Interrupted
from tests.unit.test_run_store import Counting
from tests.unit.test_sweep import RATE, asked


@pytest.fixture(autouse=True)
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures and pages are nothing to look at here."""
    monkeypatch.setattr("reports.sweep.folder.picture.draw", lambda *_: None)
    monkeypatch.setattr("reports.sweep.folder.canvas.save", lambda *_: None)
    monkeypatch.setattr("reports.sweep.page.write", lambda *_: None)


def made(out: Path, most: int = 100) -> None:
    """A sweep of four runs, of which so many are made."""
    command.run(asked(f"{RATE}=10,20"), Counting(most), out, as_json=True)


class Impatient(Counting):
    """Somebody presses Ctrl-C again and again once so many runs are made, the last ones first."""

    def perform(self, jobs: Sequence[Job], progress: Progress, enough: Enough = never, keep: Keep = nowhere) -> Outcome:
        outcome = super().perform(jobs, progress, enough)
        for number in reversed(range(len(outcome.results))):
            keep(number, outcome.results[number])
        raise KeyboardInterrupt


def test_what_was_made_before_ctrl_c_is_there_however_often_it_is_pressed(tmp_path: Path) -> None:
    """It is in the store; to say that nothing was made would be wrong."""
    with pytest.raises(Interrupted, match=f"^interrupted: 3 of 4 runs made; .*; what was done is in {tmp_path}$"):
        command.run(asked(f"{RATE}=10,20"), Impatient(most=3), tmp_path, as_json=True)
    assert [cell["runs"] for cell in there(tmp_path)["cells"]] == [2, 1]


def there(out: Path) -> dict[str, Any]:
    """The document that is kept."""
    told: dict[str, Any] = json.loads((out / "sweep.json").read_text())
    return told


def test_a_part_takes_no_whole_ones_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is shown, and said to be nowhere else."""
    made(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    capsys.readouterr()
    with pytest.raises(Interrupted) as ended:
        made(tmp_path, most=3)
    told = capsys.readouterr()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before
    assert json.loads(told.out)["runs_made"] == 3
    assert "keeps the whole sweep that it has" in told.err
    assert str(ended.value) == "interrupted: 3 of 4 runs made; the same command goes on"


def test_a_part_makes_room(tmp_path: Path) -> None:
    """For another one, and for the whole."""
    for most, whole in ((3, False), (2, False), (100, True)):
        if whole:
            made(tmp_path)
        else:
            with pytest.raises(Interrupted, match=f"; what was done is in {tmp_path}$"):
                made(tmp_path, most)
        assert there(tmp_path)["runs_made"] == min(most, 4)


@pytest.mark.parametrize(
    ("contender", "said"),
    [
        ("heartbeat", "best makespan_s so far, in 2 of 3 cells, "),
        ("direct", "makespan_s: no run so far has this figure, or none accepted all mail and met all thresholds"),
    ],
)
def test_what_is_best_is_so_of_a_part(contender: str, said: str) -> None:
    """Which is told with it, and above the list of the best of a sample."""
    grid = asked(f"{RATE}=25,30,35", contenders=[contender])
    assert sentences(document(grid, swept(grid, Counting(most=3))))[0].startswith(said)
    sample = asked(f"{RATE}=25..35", sample=3, contenders=[contender])
    assert "the best of 2 of 3 cells, " in tables(document(sample, swept(sample, Counting(most=3))))[0].title
