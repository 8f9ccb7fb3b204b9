"""Errors of a strategy from outside, on a line that says where in its file they are."""

from __future__ import annotations

import traceback

from scenarios.outside.bundle import Bundle


def told(bundle: Bundle, error: BaseException) -> str:
    """The last line of the strategy's own that the error came through, and what it was."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    own = {bundle.shown(path) for path in bundle.files}
    lines = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in own]
    return f"{f'{lines[-1].filename}:{lines[-1].lineno}' if lines else bundle.reference}: {_words(error)}"


def place_of(error: BaseException) -> str:
    """The line that raised an error, of whatever strategy, and what it was."""
    lines = traceback.extract_tb(error.__traceback__)
    return f"{lines[-1].filename}:{lines[-1].lineno}: {_words(error)}" if lines else _words(error)


def _words(error: BaseException) -> str:
    said = " ".join(str(error).split())
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
