"""The folder of one calibration: its document, its scenario, the real runs' ledgers and its figures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reports.calibrate import page
from reports.calibrate import quantiles as quantiles_figure
from reports.calibrate import seconds as seconds_figure
from reports.calibrate.document import Pair
from reports.compare import folder as run_folder
from reports.compare.ownership import FIGURES
from reports.compare.variant_looks import looks_of_variants
from reports.documents.calibration import CalibrationDocument
from reports.figures import canvas, palette
from reports.files import Named, refuse_taken
from reports.running.keeping import CALIBRATION, SCENARIO
from reports.terminal import to_json
from scenarios.errors import BadInput
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import as_toml
from scenarios.system.whole_files import make_folder, write_text

DRAWINGS = {"quantiles": quantiles_figure.draw, "seconds": seconds_figure.draw}


def prepare(out: Path | None, fitted: Path | None, scenario: str, read: Sequence[Named] = ()) -> None:
    """Makes sure, before any work is done for them, that results can be written. Raises `BadInput`.

    `read` are the files that the run reads.
    """
    refuse_taken({"--write": fitted}, (*read, *run_folder.written_to(out)))
    if out is not None:
        run_folder.prepare(out, read=read, scenarios=[scenario])
    if fitted is not None:
        run_folder.writable(fitted.parent, "--write")
        if fitted.is_dir():
            raise BadInput(f"--write {fitted}: is a folder; name a file")


def save(directory: Path, calibration: CalibrationDocument, scenario: Scenario, both: Sequence[Pair]) -> None:
    """Writes what its runs have not written yet. Raises `BadInput`."""
    write_text(directory / SCENARIO, as_toml(scenario))
    write_text(directory / CALIBRATION, to_json(calibration))
    with palette.also(looks_of_variants(scenario)):
        draw_all(directory / FIGURES, calibration, both)
    page.write(directory, calibration)


def draw_all(directory: Path, calibration: CalibrationDocument, both: Sequence[Pair]) -> list[Path]:
    """Draws into a folder; returns the files."""
    make_folder(directory, advice=canvas.ADVICE)
    with canvas.style():
        return [
            path for name, draw in DRAWINGS.items() for path in canvas.save(draw(calibration, both), directory, name)
        ]
