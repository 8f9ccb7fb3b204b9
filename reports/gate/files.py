"""The files that a gate leaves for other programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from reports.documents.gate import GateDocument
from reports.files import ADVICE, Named, append, refuse_taken, refuse_unwritable
from reports.gate import junit, markdown
from reports.gate.openmetrics import openmetrics
from scenarios.errors import RunFailed
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

    @contextmanager
    def even_without_verdict(self) -> Iterator[None]:
        """Where the block raises RunFailed they say why: who reads them may not see the command's end."""
        try:
            yield
        except RunFailed as failure:
            self._write_without_verdict(str(failure))
            raise

    def _write_without_verdict(self, why: str) -> None:
        """No figure is known."""
        if self.junit is not None:
            write_text(self.junit, junit.without_verdict(why), ADVICE)
        if self.summary is not None:
            append(self.summary, markdown.without_verdict(why))

    def write(self, gate: GateDocument) -> None:
        """What was asked for."""
        for path, text in ((self.junit, junit.junit), (self.openmetrics, openmetrics)):
            if path is not None:
                write_text(path, text(gate), ADVICE)
        if self.summary is not None:
            append(self.summary, markdown.markdown(gate))
