"""The folder of a plan: document, CSV, calendar, picture and scenario; of several accounts a folder for each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from reports.compare import one_document
from reports.documents.warmup import SCHEMA, SEVERAL, WarmupDocument, WarmupsDocument
from reports.figures import canvas
from reports.running.keeping import keep_together
from reports.terminal import to_json
from reports.warmup.calendar_file import to_calendar
from reports.warmup.drawing import draw
from reports.warmup.spreadsheet import to_csv
from scenarios.system.whole_files import make_folder, write_text

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
    """Keeps all of them; what is there stays until all are on disk."""

    def write(folder: Path) -> None:
        write_text(folder / SCENARIO, scenario_toml)
        _write(folder, warmup)

    keep_together(directory, DOCUMENT, write)


def save_several(directory: Path, document: WarmupsDocument, scenario_toml: str) -> None:
    """The same, each account's in a folder of its name, beside the scenario."""

    def write(folder: Path) -> None:
        write_text(folder / WARMUPS, to_json(document))
        write_text(folder / SCENARIO, scenario_toml)
        for warmup in document["warmups"]:
            make_folder(folder / warmup["account"])
            _write(folder / warmup["account"], warmup)

    keep_together(directory, WARMUPS, write)


def _write(folder: Path, warmup: WarmupDocument) -> None:
    write_text(folder / DOCUMENT, to_json(warmup))
    write_text(folder / SPREADSHEET, to_csv(warmup))
    write_text(folder / CALENDAR, to_calendar(warmup))
    with canvas.style():
        canvas.save(draw(warmup), folder, PICTURE)
