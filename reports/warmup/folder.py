"""The folder of a plan: document, CSV, calendar, picture and scenario."""

from __future__ import annotations

import os
from pathlib import Path

from reports.compare.folder import writable
from reports.documents.warmup import SCHEMA, WarmupDocument
from reports.figures import canvas
from reports.terminal import to_json
from reports.warmup.calendar_file import to_calendar
from reports.warmup.drawing import draw
from reports.warmup.spreadsheet import to_csv
from scenarios.errors import BadInput
from scenarios.schema.files import printable
from scenarios.system.reading import is_regular
from scenarios.system.whole_files import remove_unfinished, write_text

DOCUMENT, SPREADSHEET, CALENDAR, PICTURE, SCENARIO = (
    "warmup.json",
    "warmup.csv",
    "warmup.ics",
    "warmup",
    "scenario.toml",
)
_OURS = (DOCUMENT, SPREADSHEET, CALENDAR, f"{PICTURE}.svg", f"{PICTURE}.png", SCENARIO)


def prepare(directory: Path) -> None:
    """Raises BadInput for a folder that cannot be written to, or that holds anything but an earlier plan."""
    writable(directory, "--out")
    remove_unfinished(directory)
    found = sorted(os.listdir(directory))
    strange = [name for name in found if name not in _OURS]
    if strange or (found and not _is_ours(directory / DOCUMENT)):
        raise BadInput(
            f"--out {directory}: has {printable((strange or found)[0])}, which is no earlier plan; name an empty folder"
        )


def save(directory: Path, warmup: WarmupDocument, scenario_toml: str) -> None:
    """All of them; the document last, which says that the others are there."""
    write_text(directory / SCENARIO, scenario_toml)
    write_text(directory / SPREADSHEET, to_csv(warmup))
    write_text(directory / CALENDAR, to_calendar(warmup))
    with canvas.style():
        canvas.save(draw(warmup), directory, PICTURE)
    write_text(directory / DOCUMENT, to_json(warmup))


def _is_ours(document: Path) -> bool:
    return is_regular(document) and SCHEMA.encode() in document.read_bytes()[:200]
