"""The folder of a plan: document, CSV, calendar, picture and scenario; of several accounts a folder for each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from reports.compare import one_document
from reports.documents.warmup import SCHEMA, SEVERAL, WarmupDocument, WarmupsDocument
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
WARMUPS = "warmups.json"
_OURS = (DOCUMENT, SPREADSHEET, CALENDAR, f"{PICTURE}.svg", f"{PICTURE}.png", SCENARIO)


def prepare(directory: Path, scenarios: Sequence[str] = ()) -> None:
    """Raises BadInput for a folder that cannot be written to, or that holds anything but an earlier plan of these."""
    one_document.prepare(directory, DOCUMENT, SCHEMA, _OURS, scenarios)


def prepare_several(directory: Path, accounts: Collection[str], scenario: str) -> None:
    """The same, with a folder for each of these accounts."""
    one_document.prepare(directory, WARMUPS, SEVERAL, (WARMUPS, SCENARIO, *accounts), [scenario])
    for name in accounts:
        prepare(directory / name)


def save(directory: Path, warmup: WarmupDocument, scenario_toml: str) -> None:
    """All of them."""
    write_text(directory / SCENARIO, scenario_toml)
    _save(directory, warmup)


def save_several(directory: Path, document: WarmupsDocument, scenario_toml: str) -> None:
    """Each account's in a folder of its name, beside the scenario."""
    write_text(directory / WARMUPS, to_json(document))
    write_text(directory / SCENARIO, scenario_toml)
    for warmup in document["warmups"]:
        _save(directory / warmup["account"], warmup)


def _save(directory: Path, warmup: WarmupDocument) -> None:
    write_text(directory / DOCUMENT, to_json(warmup))
    write_text(directory / SPREADSHEET, to_csv(warmup))
    write_text(directory / CALENDAR, to_calendar(warmup))
    with canvas.style():
        canvas.save(draw(warmup), directory, PICTURE)
