"""The folder of a sweep: document, scenario, a table of all runs, picture and page."""

from __future__ import annotations

from pathlib import Path

from reports.compare import one_document
from reports.compare.ownership import FIGURES, refuse_another_question
from reports.compare.variant_looks import looks_of_variants
from reports.documents.sweep import SCHEMA, SweepDocument
from reports.figures import canvas, palette
from reports.figures import sweep as picture
from reports.running.keeping import REPORT, SCENARIO, keep_together
from reports.sweep import page, parquet, sensitivity_drawing
from reports.sweep.campaign import Sweep
from reports.sweep.rows import Rows
from reports.sweep.table import cell_texts
from reports.terminal import busy, to_json
from scenarios.schema.scenario_file import as_toml
from scenarios.system.whole_files import make_folder, write_text

DOCUMENT, RUNS = "sweep.json", "runs.parquet"


def prepare(directory: Path, scenario: str) -> None:
    """Raises BadInput for a folder that cannot be written to, or that holds anything but an earlier sweep of it."""
    one_document.prepare(directory, DOCUMENT, SCHEMA, (DOCUMENT, RUNS, SCENARIO, REPORT, FIGURES), [scenario])


def refuse_another(directory: Path, sweep: Sweep) -> None:
    """Raises BadInput for a folder with the runs of another sweep, which would be lost."""
    there = parquet.identity_of(directory / RUNS) if (directory / RUNS).exists() else {}
    here = parquet.identity(sweep)
    refuse_another_question(directory, "sweep", ((what, there.get(what, ours), ours) for what, ours in here.items()))


def save(directory: Path, sweep: Sweep, rows: Rows, document: SweepDocument) -> None:
    """Keeps all of it; what is there stays until all is on disk. Raises as `write_text` does."""
    keep_together(directory, DOCUMENT, lambda folder: _write(folder, sweep, rows, document))


def _write(folder: Path, sweep: Sweep, rows: Rows, document: SweepDocument) -> None:
    parquet.write(folder / RUNS, sweep, rows)
    write_text(folder / SCENARIO, as_toml(sweep.scenario))
    write_text(folder / DOCUMENT, to_json(document))
    make_folder(folder / FIGURES)
    looks = looks_of_variants(sweep.scenario)
    with busy("Drawing"), canvas.style(), palette.also(looks):
        drawn = sensitivity_drawing.draw(document) if sweep.design == "sobol" else picture.draw(document, cell_texts)
        canvas.save(drawn, folder / FIGURES, page.PICTURE.name)
    page.write(folder, sweep, document)
