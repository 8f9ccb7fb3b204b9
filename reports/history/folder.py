"""The folder of a history: its document and its page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reports.compare import folder as run_folder
from reports.documents.history import HistoryDocument
from reports.history.page import page_of
from reports.running.keeping import HISTORY, REPORT, keep_texts
from reports.terminal import to_json
from scenarios.errors import BadInput
from scenarios.system.whole_files import is_same


def prepare(directory: Path, read: Sequence[str]) -> None:
    """Raises BadInput for a folder in which nothing can be written, or whose documents are read."""
    if any(is_same(directory, Path(folder)) for folder in read):
        raise BadInput(f"--out {directory}: is one of the folders that are read; name another")
    run_folder.prepare(directory, document=HISTORY)


def save(directory: Path, history: HistoryDocument) -> None:
    """The document and the page; what is there stays until both are on disk."""
    keep_texts(directory, HISTORY, {HISTORY: to_json(history), REPORT: page_of(history)})
