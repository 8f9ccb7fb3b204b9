"""A folder that holds one document that is no run's, and what was made from it: empty at first, or an earlier one."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from pathlib import Path

from reports.compare.folder import writable
from reports.compare.ownership import refuse_another, refuse_misplaced, refuse_others
from scenarios.errors import BadInput
from scenarios.formats.quoted import printable
from scenarios.system.reading import is_regular
from scenarios.system.whole_files import remove_unfinished

_BEGINNING = 200  # bytes of a document, which begins with its schema, and its scenario where it has one


def prepare(directory: Path, document: str, schema: str, ours: Collection[str], scenarios: Sequence[str] = ()) -> None:
    """Raises BadInput for a folder that cannot be written to, or that holds anything but an earlier such document.

    So it does where that is of other scenarios.
    """
    writable(directory, "--out")
    remove_unfinished(directory)
    refuse_others(directory, "--out", document)
    found = sorted(os.listdir(directory))
    told = [schema, *(['"scenario":'] if scenarios else [])]
    for name in (name for name in found if name not in ours):
        raise BadInput(f"--out {directory}: has {printable(name)}, which is no earlier answer; name an empty folder")
    if document in found and not _tells(directory / document, told):
        raise BadInput(f"--out {directory}: its {document} is not seslab's, or is damaged; name an empty folder")
    if found and document not in found:
        lacks = f"has {printable(found[0])}, which is no earlier answer without {document}"
        raise BadInput(f"--out {directory}: {lacks}; name an empty folder")
    refuse_misplaced(directory, "--out", ours)
    refuse_another(directory, "--out", document, scenarios)


def _tells(document: Path, told: Sequence[str]) -> bool:
    if not is_regular(document):
        return False
    with document.open("rb") as file:
        beginning = file.read(_BEGINNING)
    return all(one.encode() in beginning for one in told)
