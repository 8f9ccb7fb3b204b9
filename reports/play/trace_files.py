"""The files that traces are read from: those of the page's first scenario, and what was dropped on the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Lock
from typing import Any

from scenarios.errors import BadInput
from scenarios.schema.complaints import json_value
from scenarios.schema.files import read_table
from scenarios.traffic.trace import kind_of, make_trace
from scenarios.traffic.trace_csv import COLUMNS, read_trace

MOST_KEPT = 50
"""Of the texts that were dropped; the oldest go, and come back with the next question that needs them."""


class TraceFiles:
    """A page names a file and sends its text; nothing else of this machine can be read by what it says.

    `own` are the files of the scenario that the page began with, by the paths that it names them with.
    """

    def __init__(self, folder: Path, own: Mapping[str, Path]) -> None:
        self._folder, self._own, self._names, self._lock = folder, own, dict[str, str](), Lock()

    def placed(self, table: Mapping[str, Any], dropped: Mapping[str, str]) -> dict[str, Any]:
        """A scenario's table whose traces have whole paths. Raises BadInput for a file that is not here."""
        traffic = {
            key: tuple(self._placed(f"{key}[{at}]", one, dropped) for at, one in enumerate(table[key]))
            for key in ("workload", "neighbour")
            if isinstance(table.get(key), tuple)
        }
        return {**table, **traffic}

    def named(self, line: str) -> str:
        """A message about files of ours, by the names that the page has for them."""
        for path, name in [*self._names.items()]:
            line = line.replace(path, name)
        return line

    def trace_of(self, name: str, content: bytes) -> tuple[str, str]:
        """What was dropped as a trace, and what it was: a trace, SES events or an mbox. Raises BadInput."""
        with self._written(name, content) as source:
            if kind_of(content) is not None:
                return _made(source)
            return _trace(source)

    def table_of(self, name: str, content: bytes) -> dict[str, Any]:
        """What was dropped as the table of a scenario's file, which is not checked yet. Raises BadInput."""
        with self._written(name, content) as source:
            return read_table(source)

    @contextmanager
    def _written(self, name: str, content: bytes) -> Iterator[Path]:
        """A file with the content, which messages call by its name."""
        with NamedTemporaryFile(dir=self._folder) as file:
            file.write(content)
            file.flush()
            try:
                yield Path(file.name)
            except BadInput as error:
                raise BadInput(str(error).replace(file.name, name)) from error

    def _placed(self, where: str, traffic: Any, dropped: Mapping[str, str]) -> Any:
        if not (isinstance(traffic, Mapping) and isinstance(name := traffic.get("path"), str)):
            return traffic
        if name in dropped:
            return {**traffic, "path": str(self._kept(name, dropped[name]))}
        if name in self._own:
            return {**traffic, "path": str(self._own[name])}
        raise BadInput(f"{where}.path = {json_value(name)}: no such file here: drop it on the page")

    def _kept(self, name: str, text: str) -> Path:
        """The same text is the same file, whatever it is called."""
        content = text.encode()
        path = self._folder / f"{sha256(content).hexdigest()}.csv"
        with self._lock:
            if str(path) not in self._names:
                path.write_bytes(content)
            self._names.pop(str(path), None)
            self._names[str(path)] = name
            for oldest in list(self._names)[:-MOST_KEPT]:
                Path(oldest).unlink()
                del self._names[oldest]
        return path


def _made(source: Path) -> tuple[str, str]:
    with NamedTemporaryFile(dir=source.parent) as file:
        made = make_trace(source, Path(file.name))
        return Path(file.name).read_text("utf-8"), made.sentence()


def _trace(source: Path) -> tuple[str, str]:
    at_s, _ = read_trace(source)
    return source.read_text("utf-8-sig"), f"{len(at_s):,} mails of a trace with {' and '.join(COLUMNS)}"
