"""Atomic writes: a reader sees the old file or the new one, whole, also after a crash."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path

from scenarios.errors import BadInput, RunFailed
from scenarios.system.held import held, remove_leftovers

ADVICE = "name a folder that can be written to"
_FAILED = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
_UNFINISHED = ".unfinished"


def unwritable(what: object, error: OSError, advice: str = ADVICE) -> BadInput | RunFailed:
    """What to raise where something cannot be written: RunFailed if the disk is full, else BadInput with the advice."""
    reason = error.strerror or str(error)
    return RunFailed(f"{what}: {reason}") if error.errno in _FAILED else BadInput(f"{what}: {reason}; {advice}")


@contextmanager
def replaced(path: Path, advice: str = ADVICE) -> Iterator[Path]:
    """Another path to write to, whose file takes the place of `path`, or of what it links to, once it is on disk.

    Raises BadInput, with the advice, if nothing can be written there or what is there is no regular file; RunFailed if
    the disk is full. Then all stays as it was.
    """
    whole = Path(os.path.realpath(path))
    unfinished = whole.with_name(f"{whole.name}{_UNFINISHED}")
    try:
        if os.path.isdir(whole):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if is_stream(path) or os.path.islink(whole):  # which links in a circle lead to
            raise OSError(errno.EINVAL, "is no regular file")
        with held(unfinished, os.O_RDWR | os.O_CREAT):
            try:
                os.truncate(unfinished, 0)
                yield unfinished
                _sync(unfinished)
                unfinished.replace(whole)
            except BaseException:
                _forget(unfinished)
                raise
    except OSError as error:
        raise unwritable(path, error, advice) from error


@contextmanager
def replaced_or_fed(path: Path, advice: str = ADVICE) -> Iterator[Path]:
    """What `replaced` gives, or the path itself where it leads to a pipe or a device. To be opened for appending.

    Where a pipe's reader leaves early the rest goes nowhere, as on standard output. Raises as `replaced` does.
    """
    if not is_stream(path):
        with replaced(path, advice) as unfinished:
            yield unfinished
        return
    try:
        with suppress(BrokenPipeError):
            yield path
    except OSError as error:
        raise unwritable(path, error, advice) from error


def write_text(path: Path, text: str, advice: str = ADVICE) -> None:
    """Replaces a file by this text, in UTF-8; a pipe or a device gets the text. Raises as `replaced` does."""
    with replaced_or_fed(path, advice) as where, where.open("ab") as file:
        file.write(_utf8(text))


def append_text(path: Path, text: str, advice: str = ADVICE) -> None:
    """Adds the text to a file, or nothing of it. Raises as `replaced` does."""
    try:
        with suppress(BrokenPipeError), path.open("ab", buffering=0) as file:
            _add(file, _utf8(text), None if is_stream(path) else os.fstat(file.fileno()).st_size)
    except OSError as error:
        raise unwritable(path, error, advice) from error


def _add(file: FileIO, content: bytes, end: int | None) -> None:
    """Writes all of it, or cuts the file off again where it ended."""
    try:
        while content:
            content = content[file.write(content) :]
    except OSError:
        if end is not None:
            file.truncate(end)
        raise


def _utf8(text: str) -> bytes:
    """A file's name may hold bytes that are no text; they are spelt out."""
    return text.encode("utf-8", "backslashreplace")


def make_folder(directory: Path, what: object = "", advice: str = ADVICE) -> None:
    """Makes a folder, and those above it, where there is none; messages call it `what`. Raises as `replaced`."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(what or directory, error, advice) from error


def is_same(one: Path, other: Path) -> bool:
    """Whether two paths lead to one file, there or yet to be made."""
    with suppress(OSError):
        return one.samefile(other)
    return os.path.realpath(one) == os.path.realpath(other)


def is_stream(path: Path) -> bool:
    """Whether a path leads to what can only be written to: a pipe, a device, or a process's open file."""
    return (os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)) or _is_open_file(path)


def _is_open_file(path: Path) -> bool:
    """Such as /dev/stdout, whatever it has been turned to: what the process goes on to write must stay with it."""
    link = os.readlink(path) if os.path.islink(path) else ""
    return any(place.startswith("/proc/") for place in (link, os.path.realpath(path.parent)))


def remove_unfinished(directory: Path) -> None:
    """Removes what killed processes had begun to write in a folder of ours."""
    remove_leftovers(directory.glob(f"*{_UNFINISHED}"))


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _forget(path: Path) -> None:
    """What was cut short leaves nothing behind; the folder may be gone or closed to us as well."""
    with suppress(OSError):
        path.unlink(missing_ok=True)
