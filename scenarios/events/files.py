"""Files of events: one by its name, or all below a folder; gzipped or not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from gzip import GzipFile
from io import BufferedReader
from pathlib import Path
from typing import cast

from scenarios.errors import BadInput
from scenarios.events.documents import BROKEN, FETCH_AGAIN, Placed, documents
from scenarios.formats.quoted import printable

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


@contextmanager
def unpacked(path: Path) -> Iterator[BufferedReader]:
    """A file or a pipe, which is opened once; what is gzipped is unpacked meanwhile.

    Raises OSError or ValueError for what cannot be opened, and BadInput for bytes that cannot be unpacked.
    """
    with BufferedReader(path.open("rb", buffering=0), _PEEKED) as file:
        is_packed = file.peek(len(_GZIP)).startswith(_GZIP)
        try:
            yield BufferedReader(GzipFile(fileobj=file), _PEEKED) if is_packed else cast(BufferedReader, file)
        except BROKEN as error:
            raise BadInput(f"{printable(path)}: {FETCH_AGAIN}") from error


def documents_in(path: Path) -> Iterator[Placed]:
    """The JSON objects of a file or a pipe, each with its line. Raises BadInput as `documents` does."""
    try:
        with unpacked(path) as file:
            yield from documents(file, path)
    except (OSError, ValueError) as error:  # a name may hold what no file system knows
        raise BadInput(f"{printable(path)}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
