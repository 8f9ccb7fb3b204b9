"""The folder of one gate: its document, where it is from, and its page."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from reports.compare import folder as run_folder
from reports.documents.gate import GateDocument
from reports.files import Named
from reports.gate import page
from reports.running.keeping import GATE, forget_documents
from reports.running.origin import write_origin
from reports.terminal import to_json
from scenarios.system.interrupts import interrupts_later
from scenarios.system.whole_files import write_text


def prepare(directory: Path | None, read: Iterable[Named]) -> None:
    """As that of a comparison. Raises BadInput."""
    if directory is not None:
        run_folder.prepare(directory, read=read)


def save(directory: Path, gate: GateDocument) -> None:
    """What an earlier command has told in that folder goes."""
    with interrupts_later():
        forget_documents(directory)
        write_text(directory / GATE, to_json(gate))
        write_origin(directory)
        page.write(directory, gate)
