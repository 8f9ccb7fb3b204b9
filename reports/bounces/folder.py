"""The folder of those who cannot be reached: document, CSV and page. It holds addresses, and so nothing else."""

from __future__ import annotations

from pathlib import Path

from reports.bounces.page import page_of
from reports.bounces.spreadsheet import to_csv
from reports.compare import one_document
from reports.documents.bounces import SCHEMA, BouncesDocument
from reports.running.keeping import BOUNCES, BOUNCES_CSV, REPORT, keep_texts
from reports.terminal import to_json


def prepare(directory: Path) -> None:
    """Raises BadInput for a folder that cannot be written to, or that holds other things."""
    one_document.prepare(directory, BOUNCES, SCHEMA, (BOUNCES, BOUNCES_CSV, REPORT))


def save(directory: Path, bounces: BouncesDocument) -> None:
    """Keeps all three; what is there stays until all are on disk."""
    texts = {BOUNCES: to_json(bounces), BOUNCES_CSV: to_csv(bounces), REPORT: page_of(bounces)}
    keep_texts(directory, BOUNCES, texts)
