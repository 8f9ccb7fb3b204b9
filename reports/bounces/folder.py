"""The folder of those who cannot be reached: document, CSV and page. It holds addresses, and so nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from reports.bounces.page import page_of
from reports.bounces.spreadsheet import to_csv
from reports.compare.folder import writable
from reports.documents.bounces import SCHEMA, BouncesDocument
from reports.events.reading import refuse_inside
from reports.running.keeping import BOUNCES, BOUNCES_CSV, REPORT, keep_alone
from reports.terminal import to_json
from scenarios.errors import BadInput
from scenarios.schema.files import printable
from scenarios.system.reading import is_regular
from scenarios.system.whole_files import remove_unfinished, write_text

_OURS = (BOUNCES, BOUNCES_CSV, REPORT)


def prepare(directory: Path, read: Iterable[Path]) -> None:
    """Raises BadInput for a folder that cannot be written to, that holds other things, or lies in one that is read."""
    refuse_inside(directory, read, "name another folder")
    writable(directory, "--out")
    remove_unfinished(directory)
    strange = [name for name in sorted(os.listdir(directory)) if name not in _OURS]
    if strange or (os.listdir(directory) and not _is_ours(directory / BOUNCES)):
        name = (strange or sorted(os.listdir(directory)))[0]
        raise BadInput(f"--out {directory}: has {printable(name)}, which is no earlier answer; name an empty folder")


def save(directory: Path, bounces: BouncesDocument) -> None:
    """All three."""
    keep_alone(directory, BOUNCES, to_json(bounces), page_of(bounces))
    write_text(directory / BOUNCES_CSV, to_csv(bounces))


def _is_ours(document: Path) -> bool:
    if not is_regular(document):
        return False
    with document.open("rb") as file:
        return SCHEMA.encode() in file.read(200)
