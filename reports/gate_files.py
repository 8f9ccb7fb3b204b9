"""The files that a gate leaves for other programs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from reports.junit import junit
from reports.markdown import markdown
from reports.openmetrics import openmetrics
from reports.rundir import write
from scenarios.errors import BadInput


class Files(NamedTuple):
    """Where each goes; None for what nobody wants."""

    junit: Path | None = None
    summary: Path | None = None
    openmetrics: Path | None = None

    def prepare(self) -> None:
        """Raises BadInput if something could not be written, before any work is done for it."""
        for option, path in self._asdict().items():
            if path is not None:
                _try(f"--{option}", path)

    def write(self, gate: Mapping[str, Any]) -> None:
        """What was asked for."""
        for path, text in ((self.junit, junit), (self.openmetrics, openmetrics)):
            if path is not None:
                write(path, text(gate))
        if self.summary is not None:
            append(self.summary, markdown(gate))


def _try(option: str, path: Path) -> None:
    try:
        with path.open("a", encoding="utf-8"):
            pass
    except OSError as error:
        raise BadInput(f"{option} {path}: {error.strerror or error}; name a file that can be written") from error


def append(path: Path, text: str) -> None:
    """Adds to a file: a job's summary may have other parts."""
    with path.open("a", encoding="utf-8") as file:
        file.write(text)
