"""Errors of a strategy from outside, on a line that says where in its file they are."""

from __future__ import annotations

import traceback

from scenarios.outside.bundle import Bundle


def told(bundle: Bundle, error: BaseException) -> str:
    """The last line of the strategy's own that the error came through, and what it was."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    said = " ".join(str(error).split())
    return f"{_where(bundle, error)}: {type(error).__name__}{': ' if said else ''}{said}"


def _where(bundle: Bundle, error: BaseException) -> str:
    own = {bundle.shown(path) for path in bundle.files}
    lines = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in own]
    return f"{lines[-1].filename}:{lines[-1].lineno}" if lines else bundle.reference
