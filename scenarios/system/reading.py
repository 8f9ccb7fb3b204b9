"""Files that are read whole, a pipe or a device as well: never more of them than a bound."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import BinaryIO

MOST_BYTES = 8 << 20
"""Of what a person writes, such as a scenario."""
MOST_BYTES_OF_DOCUMENT = 512 << 20
"""Of what seslab writes; a comparison holds every figure of every replication."""


def read_bytes(path: Path, most: int = MOST_BYTES) -> bytes:
    """All that a file holds. Raises OSError, also if that is more than `most` bytes, or has no end."""
    with path.open("rb") as file:
        return _bounded(file, path, most)


def _bounded(file: BinaryIO, path: Path, most: int) -> bytes:
    content = file.read(most + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"holds more than {most >> 20} MB", str(path))
    return content


def read_text(path: Path, most: int = MOST_BYTES) -> str:
    """The same in UTF-8, without the mark that editors on Windows begin it with. Raises UnicodeDecodeError too."""
    return read_bytes(path, most).decode("utf-8-sig")


def read_text_at_once(path: Path) -> str:
    """The same of `MOST_BYTES`, but a pipe into which nothing writes is empty and is not waited for."""
    with open(path, "rb", opener=_open_at_once) as file:
        return _bounded(file, path, MOST_BYTES).decode("utf-8-sig")


def _open_at_once(path: str, flags: int) -> int:
    """Only opening waits for a writer; where there is one, what it writes is waited for as ever."""
    descriptor = os.open(path, flags | os.O_NONBLOCK)
    os.set_blocking(descriptor, True)
    return descriptor


def is_regular(path: Path) -> bool:
    """Whether there is a file that can be read more than once, which a pipe or a device cannot; never raises."""
    return os.path.isfile(path)


def is_irregular(path: Path) -> bool:
    """Whether something else is there, such as a pipe, which may keep its reader waiting for ever; never raises."""
    return os.path.lexists(path) and not is_regular(path)
