"""The folder of one gate: its document, where it is from, and its page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from reports.compare import folder as run_folder
from reports.documents.gate import GateDocument
from reports.files import Named
from reports.gate.page import page_of
from reports.running.keeping import GATE, REPORT, keep_together
from reports.running.origin import write_origin
from reports.terminal import to_json
from scenarios.system.whole_files import write_text


def prepare(directory: Path | None, read: Iterable[Named], scenarios: Sequence[str]) -> None:
    """As that of a comparison. Raises BadInput."""
    if directory is not None:
        run_folder.prepare(directory, read=read, document=GATE, scenarios=scenarios)


def save(directory: Path, gate: GateDocument) -> None:
    """With where it is from; what is there stays until all is on disk."""

    def write(folder: Path) -> None:
        write_text(folder / GATE, to_json(gate))
        write_text(folder / REPORT, page_of(gate))
        write_origin(folder)

    keep_together(directory, GATE, write)
