"""Files of the user's that results are added to, such as a job's summary."""

from __future__ import annotations

from pathlib import Path

from scenarios.errors import BadInput

ADVICE = "name a file that can be written"


def refuse_unwritable(option: str, path: Path) -> None:
    """Raises BadInput if the file could not be written, before any work is done for it; leaves nothing behind."""
    was_there = path.exists()
    try:
        with path.open("a", encoding="utf-8"):
            pass
        if not was_there:
            path.unlink()
    except OSError as error:
        raise BadInput(f"{option} {path}: {error.strerror or error}; {ADVICE}") from error


def append(path: Path, text: str) -> None:
    """Adds to a file, behind a blank line: a job's summary may have other parts. Raises BadInput."""
    try:
        blank = _missing_newlines(path)
        with path.open("a", encoding="utf-8") as file:
            file.write(blank + text)
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}; {ADVICE}") from error


def _missing_newlines(path: Path) -> str:
    """What ends the last line of a file and leaves one blank; a pipe is not read."""
    if not path.is_file() or not (size := path.stat().st_size):
        return ""
    with path.open("rb") as file:
        file.seek(max(0, size - 2))
        end = file.read()
    return "\n" * (2 - (len(end) - len(end.rstrip(b"\n"))))
