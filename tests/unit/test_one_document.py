"""What is in the way of an answer is said before anything is done for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from reports.compare import folder as run_folder
from reports.documents.sweep import SCHEMA
from reports.sweep import folder
from scenarios.errors import BadInput

BEGINNING = f'{{"schema": "{SCHEMA}", "scenario": "small"}}'


@pytest.mark.parametrize(
    ("files", "folders", "said"),
    [
        (["sweep.json"], [], None),
        (["sweep.json", "runs.parquet"], ["figures"], None),
        (["sweep.json", "figures"], [], "its figures is no folder, and one will be there"),
        (["sweep.json"], ["runs.parquet"], "its runs.parquet is a folder, and a file will be there"),
        (["runs.parquet"], ["figures"], "has figures, which is no earlier answer without sweep.json"),
        ([], ["sweep.json"], "its sweep.json is not seslab's, or is damaged"),
        (["sweep.json", "letter.txt"], [], "has letter.txt, which is no earlier answer"),
    ],
)
def test_what_is_in_the_way_of_a_sweep(
    files: Sequence[str], folders: Sequence[str], said: str | None, tmp_path: Path
) -> None:
    """It is named, and what would be right."""
    for name in files:
        (tmp_path / name).write_text(BEGINNING)
    for name in folders:
        (tmp_path / name).mkdir()
    if said is None:
        folder.prepare(tmp_path, "small")
        return
    with pytest.raises(BadInput, match=rf"^--out {tmp_path}: {re.escape(said)}; name an(other| empty) folder$"):
        folder.prepare(tmp_path, "small")


def test_a_file_in_the_place_of_pictures_is_no_comparisons_folder(tmp_path: Path) -> None:
    """Nor a robustness's, or another's that is prepared alike."""
    (tmp_path / "figures").touch()
    with pytest.raises(BadInput, match=r": its figures is no folder, and one will be there; name another folder$"):
        run_folder.prepare(tmp_path)
