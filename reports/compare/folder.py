"""The folder of one comparison: its document, its scenario, its ledgers and its figures."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from reports.compare.drawings import draw_all
from reports.documents.comparison import ComparisonDocument
from reports.documents.reading import parsed
from reports.terminal import to_json
from scenarios.errors import BadInput
from scenarios.ledger import store
from scenarios.system.whole_files import write_text

DOCUMENT = "comparison.json"
SCENARIO = "scenario.toml"
FIGURES = "figures"


def prepare(directory: Path, option: str = "--out") -> Path:
    """Makes the folder, before any work is done for it. Raises `BadInput` if nothing can be written there."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError as error:
        raise BadInput(f"{option} {directory}: {_reason(error)}; name a folder that can be written to") from error
    return directory


def save(directory: Path, comparison: ComparisonDocument, scenario_toml: str) -> None:
    """Writes the document and the scenario as run."""
    write_text(directory / SCENARIO, scenario_toml)
    write_text(directory / DOCUMENT, to_json(comparison))


def document(directory: Path) -> ComparisonDocument:
    """The document of a stored run. Raises `BadInput`."""
    path = directory / DOCUMENT
    try:
        text = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path}: {_reason(error)}; expected the folder of a run made with --out") from error
    return parsed(ComparisonDocument, text, str(path))


def redraw(directory: Path) -> ComparisonDocument:
    """Draws the figures of a stored run again and returns its document. Raises `BadInput`."""
    comparison = document(directory)
    try:
        draw_all(directory / FIGURES, comparison, partial(store.read, directory))
    except OSError as error:
        raise BadInput(f"{directory / FIGURES}: {_reason(error)}; name a folder that can be written to") from error
    return comparison


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
