"""The folder of a plan: document, text to AWS, CSV and picture; of several accounts a folder for each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reports.compare import one_document
from reports.documents.plan import SCHEMA, SEVERAL, PlanDocument, PlansDocument
from reports.figures import canvas
from reports.growth.drawing import draw
from reports.growth.request import cases_of, request_text
from reports.growth.spreadsheet import to_csv
from reports.running.keeping import keep_together
from reports.terminal import to_json
from scenarios.growth.growth import Request
from scenarios.schema.model import Scenario
from scenarios.system.whole_files import make_folder, write_text
from scenarios.traffic.slices import slices_of

DOCUMENT, REQUEST, SPREADSHEET, PICTURE = "plan.json", "request.txt", "plan.csv", "plan"
PLANS = "plans.json"


def prepare(directory: Path, scenario: Scenario) -> None:
    """Raises BadInput for a folder that cannot be written to, or that holds anything but an earlier plan of it."""
    parts = slices_of(scenario)
    if not scenario.accounts:
        one_document.prepare(directory, DOCUMENT, SCHEMA, _ours(scenario), [scenario.name])
        return
    one_document.prepare(directory, PLANS, SEVERAL, (PLANS, *parts), [scenario.name])
    for name, part in parts.items():
        one_document.prepare(directory / name, DOCUMENT, SCHEMA, _ours(part))


def _ours(part: Scenario) -> Sequence[str]:
    return [DOCUMENT, SPREADSHEET, f"{PICTURE}.svg", f"{PICTURE}.png", *map(_text, part.accounts or ("",))]


def _text(account: str) -> str:
    """What the request for an account of a pool is called; whose else it is, the folder says."""
    return f"request-{account}.txt" if account else REQUEST


def save(directory: Path, plan: PlanDocument, request: Request) -> None:
    """Keeps all of them, the texts only where something is to be asked for; what is there stays until all are."""
    keep_together(directory, DOCUMENT, lambda folder: _write(folder, plan, request), _texts_in(directory))


def save_several(directory: Path, document: PlansDocument, request: Request) -> None:
    """The same, each account's in a folder of its name."""

    def write(folder: Path) -> None:
        write_text(folder / PLANS, to_json(document))
        for plan in document["plans"]:
            make_folder(folder / plan["account"])
            _write(folder / plan["account"], plan, request)

    keep_together(directory, PLANS, write, _texts_in(directory))


def _texts_in(directory: Path) -> list[str]:
    """Of an earlier plan, after which something else may have to be asked for."""
    return [str(path.relative_to(directory)) for path in directory.rglob("request*.txt")]


def _write(folder: Path, plan: PlanDocument, request: Request) -> None:
    write_text(folder / DOCUMENT, to_json(plan))
    write_text(folder / SPREADSHEET, to_csv(plan))
    for case in cases_of(plan):
        write_text(folder / _text(case.account), request_text(case, request))
    with canvas.style():
        canvas.save(draw(plan), folder, PICTURE)
