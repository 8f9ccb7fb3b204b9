"""The files that a gate leaves for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from reports.documents.gate import GateDocument
from reports.files import append, refuse_unwritable
from reports.gate.junit import junit
from reports.gate.markdown import markdown
from reports.gate.openmetrics import openmetrics
from scenarios.errors import BadInput
from scenarios.system.whole_files import write_text


class Files(NamedTuple):
    """Where each goes; None for what is not wanted."""

    junit: Path | None = None
    summary: Path | None = None
    openmetrics: Path | None = None

    def prepare(self, read: Path | None = None) -> None:
        """Raises BadInput if something could not be written, before any work is done for it; leaves nothing behind.

        A file that is read, or named twice, is not written over.
        """
        taken = {} if read is None else {read.resolve(): "--baseline"}
        for option, path in self._asdict().items():
            if path is not None:
                _refuse_taken(f"--{option}", path, taken)
                refuse_unwritable(f"--{option}", path)

    def write(self, gate: GateDocument) -> None:
        """What was asked for."""
        for path, text in ((self.junit, junit), (self.openmetrics, openmetrics)):
            if path is not None:
                _put(path, text(gate))
        if self.summary is not None:
            append(self.summary, markdown(gate))


def _refuse_taken(option: str, path: Path, taken: dict[Path, str]) -> None:
    other = taken.setdefault(path.resolve(), option)
    if other != option and (path.is_file() or not path.exists()):
        raise BadInput(f"{option} {path}: {other} names the same file; each needs its own")


def _put(path: Path, text: str) -> None:
    """A pipe or a terminal cannot be replaced."""
    if path.exists() and not path.is_file():
        append(path, text)
    else:
        write_text(path, text)
