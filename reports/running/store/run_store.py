"""Results by their digests, in one file: what a command has run, no other command runs again.

SQLite writes each result at once or not at all, lets several commands use the file at a time, and loses nothing of what
was written when a process is killed (https://www.sqlite.org/wal.html).
"""

from __future__ import annotations

import errno
import json
import os
import sqlite3
import time
import zlib
from contextlib import suppress
from itertools import islice
from pathlib import Path

from reports import terminal
from reports.running.experiment import Result
from scenarios.measures.bound import Bound
from scenarios.schema.files import frozen
from scenarios.system.whole_files import make_folder, unwritable

FILE = "runs.sqlite3"
MOST_BYTES = 4 << 30  # a run takes about a thousand
ADVICE = "name another folder with --store"
PATIENCE_S = 30.0  # while another command writes
AT_ONCE = 10_000  # digests: their notes are written within a second

_TABLE = "CREATE TABLE IF NOT EXISTS runs (digest TEXT PRIMARY KEY, result BLOB, used_unix_s INTEGER) WITHOUT ROWID"


def usual_folder() -> Path:
    """Where caches are kept (https://specifications.freedesktop.org/basedir-spec/latest/)."""
    own = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(own) if os.path.isabs(own) else Path.home() / ".cache") / "seslab"


class RunStore:
    """Of one folder. What cannot be written any more is run all the same, and a note says so once."""

    def __init__(self, folder: Path) -> None:
        """Raises BadInput, and RunFailed if the disk is full."""
        make_folder(folder, advice=ADVICE)
        self.path = folder / FILE
        self._used: set[str] = set()
        self._is_writable = True
        try:
            self._open()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise unwritable(self.path, _as_of_the_system(error), ADVICE) from error
            self._begin_anew()

    def _open(self) -> None:
        self._file = sqlite3.connect(self.path, timeout=PATIENCE_S, isolation_level=None)
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute("PRAGMA synchronous = NORMAL")
        self._file.execute(_TABLE)
        try:
            self._file.execute("SELECT digest, result, used_unix_s FROM runs LIMIT 0")
        except sqlite3.OperationalError as error:
            raise sqlite3.DatabaseError("has another table of that name") from error

    def _begin_anew(self) -> None:
        """What is there is no file of ours any more; it stays beside the new one."""
        terminal.tell(f"note: {self.path}: is damaged, or of another version; its runs are made again")
        self._file.close()
        self.path.replace(self.path.with_suffix(".damaged"))
        for journal in (f"{self.path}-wal", f"{self.path}-shm"):
            Path(journal).unlink(missing_ok=True)
        self._open()

    def get(self, digest: str) -> Result | None:
        """None for what was never run, and for what is damaged, which is forgotten."""
        try:
            row = self._file.execute("SELECT result FROM runs WHERE digest = ?", (digest,)).fetchone()
            found = None if row is None else _unpacked(row[0])
        except (sqlite3.DatabaseError, zlib.error, ValueError, KeyError, TypeError):
            return None
        if found is not None:
            self._used.add(digest)
        return found

    def put(self, digest: str, result: Result) -> None:
        """Whole or not at all, and for good."""
        if self._is_writable:
            row = digest, _packed(result), int(time.time())
            try:
                self._file.execute("INSERT OR REPLACE INTO runs VALUES (?, ?, ?)", row)
            except sqlite3.DatabaseError as error:
                self._is_writable = False
                terminal.tell(f"note: {self.path}: {error}; what is run from now on is not kept")

    def close(self, most_bytes: int = MOST_BYTES) -> None:
        """Notes what was of use, and forgets what was not for longest, where there is too much."""
        with suppress(sqlite3.DatabaseError):
            if self._is_writable:
                self._note_use()
                self._forget_beyond(most_bytes)
        self._file.close()

    def _note_use(self) -> None:
        """Some at a time: nobody else can write meanwhile."""
        rows = ((int(time.time()), digest) for digest in sorted(self._used))
        while some := list(islice(rows, AT_ONCE)):
            self._file.execute("BEGIN")
            self._file.executemany("UPDATE runs SET used_unix_s = ? WHERE digest = ?", some)
            self._file.execute("COMMIT")

    def _forget_beyond(self, most_bytes: int) -> None:
        """A tenth at a time; SQLite uses its pages again."""
        while self._bytes() > most_bytes:
            self._file.execute(
                "DELETE FROM runs WHERE digest IN (SELECT digest FROM runs ORDER BY used_unix_s "
                "LIMIT (SELECT COUNT(*) / 10 + 1 FROM runs))"
            )

    def _bytes(self) -> int:
        """Of the pages that hold something, the two of an empty table apart."""
        pages, free, size = (
            self._file.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
        )
        return int((pages - free - 2) * size)


def _as_of_the_system(error: sqlite3.OperationalError) -> OSError:
    """With the system's number where SQLite's own has one (https://www.sqlite.org/rescode.html)."""
    numbers = {sqlite3.SQLITE_FULL: errno.ENOSPC, sqlite3.SQLITE_IOERR: errno.EIO}
    return OSError(numbers.get(error.sqlite_errorcode & 0xFF), str(error))


def _packed(result: Result) -> bytes:
    """Adler's checksum in it finds what the disk has made of it."""
    return zlib.compress(json.dumps([result.entry, result.bound], separators=(",", ":")).encode(), 1)


def _unpacked(packed: bytes) -> Result:
    entry, bound = json.loads(zlib.decompress(packed))
    entry["settings"] = frozen(entry["settings"])  # as a strategy has them
    return Result(entry, Bound(*bound))
