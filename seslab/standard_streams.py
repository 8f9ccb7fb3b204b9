"""Standard output and error as a command needs them: gone readers, full disks and closed ends are no tracebacks."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from io import BufferedWriter, FileIO, TextIOWrapper
from typing import Any

from scenarios.errors import RunFailed


class _Output(FileIO):
    """Once its reader has left, such as `head`, the rest goes nowhere, and the command ends as it would have."""

    def write(self, content: Any) -> int:
        """Raises RunFailed where the disk is full, once."""
        try:
            return super().write(content)
        except BrokenPipeError:
            self._go_nowhere()
        except OSError as error:
            self._go_nowhere()
            raise RunFailed(f"standard output: {error.strerror}") from error
        return len(content)

    def _go_nowhere(self) -> None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())
        os.close(nowhere)


class _Messages(_Output):
    """Where no message can be written, none can say so."""

    def write(self, content: Any) -> int:
        with suppress(RunFailed):
            return super().write(content)
        return len(content)


def harden() -> None:
    """From now on writing ends in no other exception than RunFailed; where another has put streams, nothing changes."""
    if sys.stdout is None or sys.stdout is sys.__stdout__:
        sys.stdout = _stream(1, sys.stdout, _Output)
    if sys.stderr is None or sys.stderr is sys.__stderr__:
        sys.stderr = _stream(2, sys.stderr, _Messages)


def _stream(number: int, before: Any, kind: type[FileIO]) -> TextIOWrapper:
    if before is None:  # it was closed
        return open(os.devnull, "w", encoding="utf-8")
    before.flush()
    raw = kind(number, "w", closefd=False)
    errors = "backslashreplace" if before.errors == "strict" else before.errors  # such as a name that is no text
    return TextIOWrapper(BufferedWriter(raw), before.encoding, errors, line_buffering=before.line_buffering)
