"""Where an error was raised and what it was, as plain data: a function says it in its log, another process reads it."""

from __future__ import annotations

from typing import NamedTuple


class Raised(NamedTuple):
    """Of each file that an error came through the last line, the innermost file last."""

    lines: dict[str, int]
    words: str

    @classmethod
    def of(cls, error: BaseException, root: str = "") -> Raised:
        """Of an error, or the first of a group; files below `root` are called by their paths from there."""
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        lines, trace = dict[str, int](), error.__traceback__
        while trace is not None:
            file = trace.tb_frame.f_code.co_filename.removeprefix(root)
            lines.pop(file, None)
            lines[file], trace = trace.tb_lineno, trace.tb_next
        said = " ".join(str(error).split())
        return cls(lines, f"{type(error).__name__}: {said}" if said else type(error).__name__)
