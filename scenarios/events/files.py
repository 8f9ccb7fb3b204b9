"""Files of events: one by its name, or all below a folder; gzipped or not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from gzip import GzipFile
from io import BufferedReader
from pathlib import Path

from scenarios.errors import BadInput
from scenarios.events.documents import Placed, documents
from scenarios.schema.files import printable

_GZIP = b"\x1f\x8b"
_PEEKED = 65_536


def files_of(source: Path) -> list[Path]:
    """The file itself, or those at whatever depth below a folder, by name; hidden ones are none of the user's.

    Raises BadInput if there is none.
    """
    if not os.path.isdir(source):
        return [source]
    found = sorted(path for path in _below(source) if os.path.isfile(path))
    if not found:
        raise BadInput(f"{printable(source)}: no file in it; name files of events, or a folder of them")
    return found


def _below(folder: Path) -> Iterator[Path]:
    for at, folders, names in os.walk(folder, onerror=_refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(at, name) for name in names if not name.startswith("."))


def _refuse(error: OSError) -> None:
    raise BadInput(f"{printable(error.filename)}: cannot be read: {error.strerror}") from error


def documents_in(path: Path) -> Iterator[Placed]:
    """The JSON objects of a file or a pipe, each with its line. Raises BadInput as `documents` does."""
    try:
        with BufferedReader(path.open("rb", buffering=0), _PEEKED) as file:
            is_packed = file.peek(len(_GZIP)).startswith(_GZIP)
            yield from documents(GzipFile(fileobj=file) if is_packed else file, path)
    except (OSError, ValueError) as error:  # a name may hold what no file system knows
        raise BadInput(f"{printable(path)}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
