"""The calls of a run as a short text, to keep beside a baseline, and the first one in which two runs differ."""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.ledger.ledger import OUTCOMES, Ledger

MOST = 1_000  # what differs mostly does so early, and a baseline lives under version control
_TIMES = ("decided_s", "start_s", "end_s")
_EVENT = np.dtype([*((name, "<i8") for name in _TIMES), ("mail", "<i4"), ("recipients", "<i4"), ("outcome", "u1")])
_NAMES = _EVENT.names or ()
_NEVER = np.iinfo(np.int64).min
_PER_S = 1_000_000


class Divergence(NamedTuple):
    """Where two runs part: the number of the call, when, whose, and what each of the runs has there."""

    call: int
    at_s: float
    mail: int
    cause: str


def events_of(ledger: Ledger) -> str:
    """The first 1,000 calls in the order of SES's decisions, times in microseconds: columns, packed, in base 64."""
    rows = np.empty(min(MOST, len(ledger.calls["call"])), _EVENT)
    for name in _NAMES:
        column = ledger.calls[name][:MOST]
        rows[name] = _microseconds(column) if name in _TIMES else column
    return b64encode(zlib.compress(b"".join(_delta(rows[name]).tobytes() for name in _NAMES), 9)).decode()


def _microseconds(seconds: NDArray[np.float64]) -> NDArray[np.int64]:
    known = ~np.isnan(seconds)
    return np.where(known, np.rint(np.where(known, seconds, 0.0) * _PER_S), _NEVER).astype(np.int64)


def _delta(column: NDArray[Any]) -> NDArray[Any]:
    """Differences from row to row, which repeat and pack better; overflow wraps, and wraps back."""
    return np.diff(column, prepend=column.dtype.type(0))


def rows_of(text: str) -> NDArray[Any]:
    """The calls, a row each. Raises ValueError for any other text."""
    try:
        packed = zlib.decompress(b64decode(text, validate=True))
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if len(packed) % _EVENT.itemsize:
        raise ValueError("cut off")
    rows, at = np.empty(len(packed) // _EVENT.itemsize, _EVENT), 0
    for name in _NAMES:
        kind = rows.dtype[name]
        column = np.frombuffer(packed, kind, len(rows), at)
        rows[name], at = np.cumsum(column, dtype=kind), at + len(rows) * kind.itemsize
    if (rows["outcome"] >= len(OUTCOMES)).any():
        raise ValueError("no such outcome")
    return rows


def first_difference(base: str, head: str) -> Divergence | None:
    """The first call that is not the same in both; None if there is none among those that are kept.

    Raises ValueError if either text is none of ours.
    """
    before, now = rows_of(base), rows_of(head)
    both = min(len(before), len(now))
    unequal = np.flatnonzero(before[:both] != now[:both])
    if len(unequal):
        return _difference(int(unequal[0]), before[unequal[0]], now[unequal[0]])
    if len(before) == len(now):
        return None
    return _extra(both, before, now)


def _difference(call: int, before: Any, now: Any) -> Divergence:
    return Divergence(call, _at_s(now), int(now["mail"]), _cause(before, now))


def _extra(call: int, before: NDArray[Any], now: NDArray[Any]) -> Divergence:
    if len(now) > len(before):
        return Divergence(call, _at_s(now[call]), int(now[call]["mail"]), f"{_told(now[call])}, one call more")
    return Divergence(call, _at_s(before[call]), int(before[call]["mail"]), f"not called; was {_told(before[call])}")


def _at_s(event: Any) -> float:
    """When SES decided, or when the call began if SES never saw it."""
    known = [int(event[name]) for name in _TIMES if event[name] != _NEVER]
    return known[0] / _PER_S if known else 0.0


def _cause(before: Any, now: Any) -> str:
    """What is different, the mail first, because what follows from another mail says nothing."""
    if before["mail"] != now["mail"] or before["recipients"] != now["recipients"]:
        return f"{_told(now)}; was mail {before['mail']}, {_told(before)}"
    if before["outcome"] != now["outcome"]:
        return f"{_told(now)}; was {_told(before)}"
    return f"{_told(now)}; {_shifts(before, now)}"


def _told(event: Any) -> str:
    many = f" for {event['recipients']} recipients" if event["recipients"] > 1 else ""
    return f"{OUTCOMES[event['outcome']]}{many} at {_at_s(event):.6f} s"


def _shifts(before: Any, now: Any) -> str:
    words = {"decided_s": "decided", "start_s": "began", "end_s": "ended"}
    shifts = (_shift(words[name], int(before[name]), int(now[name])) for name in _TIMES if now[name] != before[name])
    return ", ".join(shifts)


def _shift(word: str, before: int, now: int) -> str:
    if _NEVER in (before, now):
        return f"never {word}" if now == _NEVER else f"{word} only now"
    return f"{word} {abs(now - before) / 1000:g} ms {'later' if now > before else 'earlier'}"
