"""The folder of a sweep: document, scenario, a table of all runs, picture and page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reports.compare import one_document
from reports.compare.ownership import FIGURES
from reports.compare.variant_looks import looks_of_variants
from reports.documents.sweep import SCHEMA, SweepDocument
from reports.figures import canvas, palette
from reports.figures import sweep as picture
from reports.running.keeping import REPORT, SCENARIO
from reports.sweep import page, parquet, sensitivity_drawing
from reports.sweep.campaign import Sweep
from reports.sweep.rows import Rows
from reports.sweep.table import cell_texts
from reports.terminal import busy, to_json
from scenarios.errors import BadInput
from scenarios.formats.quoted import printable, some
from scenarios.schema.scenario_file import as_toml
from scenarios.system.whole_files import make_folder, write_text

DOCUMENT, RUNS = "sweep.json", "runs.parquet"


def prepare(directory: Path, scenario: str) -> None:
    """Raises BadInput for a folder that cannot be written to, or that holds anything but an earlier sweep of it."""
    one_document.prepare(directory, DOCUMENT, SCHEMA, (DOCUMENT, RUNS, SCENARIO, REPORT, FIGURES), [scenario])


def refuse_another(directory: Path, sweep: Sweep) -> None:
    """Raises BadInput for a folder with the runs of another sweep, which would be lost."""
    there = parquet.identity_of(directory / RUNS) if (directory / RUNS).exists() else {}
    for what, ours in parquet.identity(sweep).items():
        if _unordered(there.get(what, ours)) != _unordered(ours):
            theirs, here = (printable(one if isinstance(one, str) else some(one)) for one in (there[what], ours))
            raise BadInput(f"--out {directory}: has another sweep ({what}: {theirs}; here {here}); name another folder")


def _unordered(told: Any) -> Any:
    """In another order keys and contenders make the same runs."""
    return sorted(told) if isinstance(told, list) else told


def save(directory: Path, sweep: Sweep, rows: Rows, document: SweepDocument) -> None:
    """All of it, the runs first. Raises as `write_text` does."""
    parquet.write(directory / RUNS, sweep, rows)
    write_text(directory / SCENARIO, as_toml(sweep.scenario))
    write_text(directory / DOCUMENT, to_json(document))
    make_folder(directory / FIGURES, advice=canvas.ADVICE)
    looks = looks_of_variants(sweep.scenario)
    with busy("Drawing"), canvas.style(), palette.also(looks):
        drawn = sensitivity_drawing.draw(document) if sweep.design == "sobol" else picture.draw(document, cell_texts)
        canvas.save(drawn, directory / FIGURES, page.PICTURE.name)
    page.write(directory, sweep, document)
