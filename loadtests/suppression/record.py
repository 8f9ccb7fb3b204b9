"""What was done to a list, line by line as it is done: a killed run leaves a true record, which undoes it.

The first line says whose list it is and what was asked. Before an address is changed a line says what is there and what
shall be; after it, what came of it. `undone` says what came of taking it back.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from scenarios.errors import BadInput
from scenarios.formats.json_text import parsed_json, trouble
from scenarios.formats.quoted import printable
from scenarios.system.reading import MOST_BYTES_OF_DOCUMENT, is_irregular, read_bytes
from scenarios.system.whole_files import unwritable

SCHEMA: Final = "seslab/suppression-record/v1"
BEGINNING = json.dumps({"schema": SCHEMA})[:-1].encode()
ACTIONS = ("add", "remove")
DONE, UNCHANGED, REFUSED = "done", "unchanged", "refused"
ADVICE = "name a file with --log that can be written to"


class Header(NamedTuple):
    """Whose list a record is about, and what was asked."""

    action: str
    at: str
    account: str | None
    choice: dict[str, Any]

    def told(self) -> dict[str, Any]:
        return {"schema": SCHEMA, **self._asdict()}


class Change(NamedTuple):
    """The reason for which an address was on the list, and for which it shall be; None: not on it."""

    before: str | None
    after: str | None


class Record:
    """A file that is added to for as long as it is held."""

    def __init__(self, path: Path, header: Header) -> None:
        self.path, self.header = path, header
        self.changes: dict[str, Change] = {}
        self.outcomes: dict[str, str] = {}
        self.undone: dict[str, str] = {}
        self._file = -1

    def is_settled(self, address: str) -> bool:
        """Whether an earlier run has brought an address to its end."""
        return self.outcomes.get(address) in (DONE, UNCHANGED)

    def is_open(self, address: str) -> bool:
        """Whether it was about to be changed, and nothing says what came of it."""
        return address in self.changes and address not in self.outcomes

    def to_undo(self) -> dict[str, Change]:
        """What was changed, or may have been, and is not taken back; the last comes first."""
        return {
            address: change
            for address, change in reversed(self.changes.items())
            if self.outcomes.get(address, DONE) == DONE and address not in self.undone
        }

    def about_to(self, address: str, change: Change) -> None:
        self._add(address=address, **change._asdict())

    def came_to(self, address: str, outcome: str, said: str = "") -> None:
        self._add(address=address, outcome=outcome, **({"said": said} if said else {}))

    def took_back(self, address: str, outcome: str) -> None:
        self._add(address=address, undone=outcome)

    def note(self, line: dict[str, Any]) -> None:
        """What a line says. Raises KeyError and TypeError for what is no line of a record."""
        address = line["address"]
        if not isinstance(address, str):
            raise TypeError(address)
        if "undone" in line:
            self.undone[address] = line["undone"]
        elif "outcome" in line:
            self.outcomes[address] = line["outcome"]
        else:
            change = Change(line["before"], line["after"])
            if not all(isinstance(one, str | None) for one in change):
                raise TypeError(change)
            self.outcomes.pop(address, None)
            self.changes[address] = change

    def _add(self, **line: Any) -> None:
        """On the disk before anything else happens. Raises BadInput or RunFailed."""
        self._write(line)
        self.note(line)

    def _write(self, line: dict[str, Any]) -> None:
        content = (json.dumps(line, ensure_ascii=False) + "\n").encode()
        end = os.fstat(self._file).st_size
        try:
            while content:
                content = content[os.write(self._file, content) :]
            os.fsync(self._file)
        except OSError as error:
            os.ftruncate(self._file, end)
            raise unwritable(self.path, error, ADVICE) from error

    @contextmanager
    def held(self) -> Iterator[None]:
        """Open for adding, and for this process alone; half a last line goes. Raises BadInput or RunFailed."""
        try:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
        except OSError as error:
            raise unwritable(self.path, error, ADVICE) from error
        try:
            self._lock()
            self._begin()
            yield
        finally:
            os.close(self._file)

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BadInput(f"{printable(self.path)}: another seslab writes to it; wait for its end") from error
        except OSError:
            return  # a file system without locks

    def _begin(self) -> None:
        """What is there is read again, now that nothing else writes."""
        whole = _whole_lines(read_bytes(self.path, MOST_BYTES_OF_DOCUMENT), self.path)
        os.ftruncate(self._file, len(whole))
        if whole:
            _read_into(self, whole)
        else:
            self._write(self.header.told())


def record_at(path: Path) -> Record | None:
    """What a file has recorded; None for a file that is yet to be begun. Raises BadInput."""
    name = printable(path)
    try:
        if is_irregular(path):
            raise BadInput(f"{name}: must be a file; a record is read again")
        content = read_bytes(path, MOST_BYTES_OF_DOCUMENT) if os.path.lexists(path) else b""
    except (OSError, ValueError) as error:
        raise BadInput(f"{name}: {getattr(error, 'strerror', None) or 'no name of a file'}; {ADVICE}") from error
    whole = _whole_lines(content, path)
    if not whole:
        return None
    record = Record(path, _header(whole.partition(b"\n")[0], path))
    _read_into(record, whole)
    return record


def _whole_lines(content: bytes, path: Path) -> bytes:
    """Without half a last line, whose writer was killed. Raises BadInput for what is no record."""
    if not content.startswith(BEGINNING[: len(content)]):
        raise BadInput(f"{printable(path)}: is no record of seslab suppression; name another file")
    return content[: content.rfind(b"\n") + 1]


def _header(line: bytes, path: Path) -> Header:
    found = _parsed(line, path, 1)
    action, at, account, choice = (found.get(name) for name in Header._fields)
    if action in ACTIONS and isinstance(at, str) and isinstance(account, str | None) and isinstance(choice, dict):
        return Header(action, at, account, choice)
    raise BadInput(f"{printable(path)}: line 1: must say action, at, account and choice, as seslab has written it")


def _read_into(record: Record, whole: bytes) -> None:
    for number, line in enumerate(whole.split(b"\n")[1:-1], 2):
        try:
            record.note(_parsed(line, record.path, number))
        except (KeyError, TypeError) as error:
            raise BadInput(
                f"{printable(record.path)}: line {number}: must name an address and what was done to it"
            ) from error


def _parsed(line: bytes, path: Path, number: int) -> dict[str, Any]:
    try:
        found = parsed_json(line.decode(), str)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{printable(path)}: line {number}: not JSON: {trouble(error)}") from error
    if not isinstance(found, dict):
        raise BadInput(f"{printable(path)}: line {number}: must be a JSON object")
    return found
