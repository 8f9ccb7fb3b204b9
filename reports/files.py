"""Files of the user's that results are added to, such as a job's summary."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from scenarios.errors import BadInput
from scenarios.system.whole_files import append_text, is_same, is_stream, unwritable

ADVICE = "name a file that can be written"


Named = tuple[str, Path]
"""A file, and what it is in messages."""


def refuse_taken(outputs: Mapping[str, Path | None], inputs: Iterable[Named] = ()) -> None:
    """Raises BadInput for a file to write that is read as well, or named twice, by whatever path; a pipe may be."""
    taken = list(inputs)
    for option, path in outputs.items():
        if path is not None and not is_stream(path):
            for other in (what for what, its in taken if is_same(path, its)):
                raise BadInput(f"{option} {path}: {other} is the same file; each needs its own")
            taken.append((option, path))


def refuse_unwritable(option: str, path: Path) -> None:
    """Raises BadInput if the file could not be written, before any work is done for it; leaves nothing behind."""
    if is_stream(path):
        return
    was_there = os.path.exists(path)
    try:
        with path.open("a", encoding="utf-8"):
            pass
        if not was_there:
            Path(os.path.realpath(path)).unlink()
    except OSError as error:
        raise unwritable(f"{option} {path}", error, ADVICE) from error


def append(path: Path, text: str) -> None:
    """Adds to a file, behind a blank line: a job's summary may have other parts. Raises as `append_text` does."""
    append_text(path, _missing_newlines(path) + text, ADVICE)


def _missing_newlines(path: Path) -> str:
    """What ends the last line of a file and leaves one blank; a pipe is not read."""
    if is_stream(path) or not os.path.isfile(path) or not (size := path.stat().st_size):
        return ""
    with path.open("rb") as file:
        file.seek(max(0, size - 2))
        end = file.read()
    return "\n" * (2 - (len(end) - len(end.rstrip(b"\n"))))
