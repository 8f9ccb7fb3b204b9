"""Atomic writes: a reader sees the old file or the new one, whole, also after a crash."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from scenarios.errors import BadInput

ADVICE = "name a folder that can be written to"


@contextmanager
def replaced(path: Path, advice: str = ADVICE) -> Iterator[Path]:
    """Another path to write to, whose file takes the place of `path` once it is on disk.

    Raises BadInput, with the advice, if nothing can be written there; then the old file stays as it was.
    """
    unfinished = path.with_name(f"{path.name}.unfinished")
    try:
        yield unfinished
        _sync(unfinished)
        unfinished.replace(path)
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}; {advice}") from error
    finally:
        _forget(unfinished)


def write_text(path: Path, text: str, advice: str = ADVICE) -> None:
    """Replaces a file by this text, in UTF-8. Raises BadInput as `replaced` does."""
    with replaced(path, advice) as unfinished:
        unfinished.write_text(text, encoding="utf-8")


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _forget(path: Path) -> None:
    """What was cut short leaves nothing behind; the folder may be gone or closed to us as well."""
    with suppress(OSError):
        path.unlink(missing_ok=True)
