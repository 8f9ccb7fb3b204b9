"""What a process holds and lets go of when it ends, however it ends: what nothing holds any more is left over.

A lock of the kernel's says who holds a file or a folder. Where a file system has no locks, nothing is left over.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import gettempdir, mkdtemp

NEW_S = 1.0  # what was made just now may not be held yet


@contextmanager
def held(path: Path, flags: int = os.O_RDONLY) -> Iterator[None]:
    """Waits for other holders of the path, which is opened with these flags, such as O_CREAT. Raises OSError."""
    handle = os.open(path, flags | os.O_NOFOLLOW, 0o666)
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        if _is_there(path, handle):
            yield
            return
    finally:
        os.close(handle)
    with held(path, flags):  # the holder that was waited for has moved or removed it
        yield


@contextmanager
def held_alone(folder: Path) -> Iterator[None]:
    """Holds a folder that is there. Raises BlockingIOError where another one does, or removed it, and OSError."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise
        except OSError:  # this file system has no locks
            pass
        if not _is_there(folder.resolve(), handle):
            raise BlockingIOError
        yield
    finally:
        os.close(handle)


def _is_there(path: Path, handle: int) -> bool:
    with suppress(OSError):
        return os.path.samestat(path.lstat(), os.fstat(handle))
    return False


def _by_nobody(_folder: Path) -> bool:
    return False


@contextmanager
def temporary_folder(prefix: str, is_wanted: Callable[[Path], bool] = _by_nobody) -> Iterator[Path]:
    """A folder for temporary files, removed at the end; unwanted ones of killed processes go first."""
    remove_abandoned(prefix, is_wanted)
    folder = Path(mkdtemp(prefix=prefix))
    try:
        with held(folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_abandoned(prefix: str, is_wanted: Callable[[Path], bool] = _by_nobody) -> None:
    """Removes the temporary folders with this prefix whose owners were killed, but for those that are wanted."""
    remove_leftovers(path for path in Path(gettempdir()).glob(f"{prefix}*") if not is_wanted(path))


def remove_leftovers(paths: Iterable[Path]) -> None:
    """Removes those files and folders of this user's that nothing holds."""
    for path in paths:
        with suppress(OSError):
            _removed_if_free(path)


def _removed_if_free(path: Path) -> None:
    about = path.lstat()
    remove = _REMOVE.get(stat.S_IFMT(about.st_mode))
    if remove is None or about.st_uid != os.getuid() or time.time() - about.st_mtime < NEW_S:
        return
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        remove(path)
    finally:
        os.close(handle)


_REMOVE: dict[int, Callable[[Path], None]] = {stat.S_IFREG: os.unlink, stat.S_IFDIR: shutil.rmtree}
