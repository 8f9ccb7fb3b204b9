"""The folder of a plan: document, CSV, calendar, picture and scenario."""

from __future__ import annotations

from pathlib import Path

from reports.compare import one_document
from reports.documents.warmup import SCHEMA, WarmupDocument
from reports.figures import canvas
from reports.terminal import to_json
from reports.warmup.calendar_file import to_calendar
from reports.warmup.drawing import draw
from reports.warmup.spreadsheet import to_csv
from scenarios.system.whole_files import write_text

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
    one_document.prepare(directory, DOCUMENT, SCHEMA, _OURS)


def save(directory: Path, warmup: WarmupDocument, scenario_toml: str) -> None:
    """All of them."""
    write_text(directory / DOCUMENT, to_json(warmup))
    write_text(directory / SCENARIO, scenario_toml)
    write_text(directory / SPREADSHEET, to_csv(warmup))
    write_text(directory / CALENDAR, to_calendar(warmup))
    with canvas.style():
        canvas.save(draw(warmup), directory, PICTURE)
