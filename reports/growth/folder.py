"""The folder of a plan: document, text to AWS, CSV and picture."""

from __future__ import annotations

from pathlib import Path

from reports.compare import one_document
from reports.documents.plan import SCHEMA, PlanDocument
from reports.figures import canvas
from reports.growth.drawing import draw
from reports.growth.request import request_text
from reports.growth.spreadsheet import to_csv
from reports.terminal import to_json
from scenarios.growth.growth import Request
from scenarios.system.whole_files import write_text

DOCUMENT, REQUEST, SPREADSHEET, PICTURE = "plan.json", "request.txt", "plan.csv", "plan"
_OURS = (DOCUMENT, REQUEST, SPREADSHEET, f"{PICTURE}.svg", f"{PICTURE}.png")


def prepare(directory: Path) -> None:
    """Raises BadInput for a folder that cannot be written to, or that holds anything but an earlier plan."""
    one_document.prepare(directory, DOCUMENT, SCHEMA, _OURS)


def save(directory: Path, plan: PlanDocument, request: Request) -> None:
    """All of them; the text only where something is to be asked for."""
    write_text(directory / DOCUMENT, to_json(plan))
    write_text(directory / SPREADSHEET, to_csv(plan))
    (directory / REQUEST).unlink(missing_ok=True)
    if plan["ask"] is not None:
        write_text(directory / REQUEST, request_text(plan, plan["ask"], request))
    with canvas.style():
        canvas.save(draw(plan), directory, PICTURE)
