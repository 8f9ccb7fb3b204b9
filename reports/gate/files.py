"""The files that a gate leaves for other programs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from reports.documents.gate import GateDocument
from reports.files import ADVICE, Named, append, refuse_taken, refuse_unwritable
from reports.gate.junit import junit
from reports.gate.markdown import markdown
from reports.gate.openmetrics import openmetrics
from scenarios.system.whole_files import write_text


class Files(NamedTuple):
    """Where each goes; None for what is not wanted."""

    junit: Path | None = None
    summary: Path | None = None
    openmetrics: Path | None = None

    def prepare(self, read: Iterable[Named] = ()) -> None:
        """Raises BadInput if something could not be written, before any work is done for it; leaves nothing behind.

        A file that is read, or named twice, is not written over.
        """
        wanted = {f"--{option}": path for option, path in self._asdict().items() if path is not None}
        refuse_taken(wanted, read)
        for option, path in wanted.items():
            refuse_unwritable(option, path)

    def write(self, gate: GateDocument) -> None:
        """What was asked for."""
        for path, text in ((self.junit, junit), (self.openmetrics, openmetrics)):
            if path is not None:
                write_text(path, text(gate), ADVICE)
        if self.summary is not None:
            append(self.summary, markdown(gate))
