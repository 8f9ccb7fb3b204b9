"""What a real run notes of its calls, a packed row each: how callers saw them, and how SES decided on them.

SES's own sentences for refusals are many times the same: they are kept beside the rows, each once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BytesIO, RawIOBase
from math import nan
from struct import Struct
from sys import intern
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from loadtests.record.reasons import reason_of
from scenarios.ledger.ledger import ACCEPTED, FAILED, PAUSED, QUOTA, REJECTED, THROTTLED
from strategies.ports import Mail, SendError

CALL_ROW = np.dtype(
    [
        ("call", "<i8"),
        ("mail", "<i4"),
        ("first_recipient", "<i4"),
        ("recipients", "<i4"),
        ("start_s", "<f8"),
        ("end_s", "<f8"),
        ("seen", "u1"),
    ]
)
DECISION_ROW = np.dtype(
    [
        ("call", "<i8"),
        ("mail", "<i4"),
        ("first_recipient", "<i4"),
        ("recipients", "<i4"),
        ("decided_s", "<f8"),
        ("outcome", "u1"),
    ]
)
CALL = np.dtype([*CALL_ROW.descr, ("reason", "O")])
DECISION = np.dtype([*DECISION_ROW.descr, ("reason", "O")])
"""The same rows with SES's own sentence for each refusal, empty where there is none or it is not known."""

_call, _pack_end = Struct("<qiiiddB"), Struct("<dB")
_pack_call = _call.pack
_pack_decision = Struct("<qiiidB").pack

_SEEN = {"Throttled": THROTTLED, "QuotaExceeded": QUOTA, "Rejected": REJECTED, "Paused": PAUSED}


def seen_as(error: str | None) -> int:
    """The outcome of a call as its caller saw it, by the name of the `SendError` that it got; None for none."""
    return ACCEPTED if error is None else _SEEN.get(error, FAILED)


def with_reasons(rows: NDArray[Any], reasons: Iterable[str]) -> NDArray[Any]:
    """The rows with a sentence for each: `CALL_ROW` becomes `CALL`, and `DECISION_ROW` `DECISION`."""
    told = np.empty(len(rows), CALL if rows.dtype == CALL_ROW else DECISION)
    for name in rows.dtype.names or ():
        told[name] = rows[name]
    told["reason"] = list(reasons)
    return told


def silent(content: bytes) -> NDArray[Any]:
    """`DECISION` from the bytes of packed rows, of which a last one may be cut off, without any sentence."""
    whole = content[: len(content) // DECISION_ROW.itemsize * DECISION_ROW.itemsize]
    rows = np.frombuffer(whole, DECISION_ROW)
    return with_reasons(rows, [""] * len(rows))


class EndedCall(NamedTuple):
    """A call that has ended, as its caller saw it; `error` names the `SendError` that it got."""

    mail: int
    first: int
    recipients: int
    start_s: float
    end_s: float
    error: str | None
    said: str = ""


CallListener = Callable[[EndedCall], None]


def ignore_call(_told: EndedCall) -> None:
    """Rows are enough."""


class ClientLog:
    """When each call began and ended as its caller saw it, NaN for not yet; threads of all pods write here.

    Calls are numbered from `first` on, in steps; `hear` is told of each that has ended.
    """

    def __init__(self, first: int = 0, step: int = 1, hear: CallListener = ignore_call) -> None:
        self._rows, self._lock = bytearray(), Lock()
        self._first, self._step, self._hear = first, step, hear
        self._reasons: dict[int, str] = {}

    def begin(self, mail: Mail, to: range, now_s: float, /) -> int:
        """The number of a new call."""
        with self._lock:
            call = self._first + self._step * (len(self._rows) // CALL_ROW.itemsize)
            self._rows += _pack_call(call, mail.number, to.start, len(to), now_s, nan, FAILED)
            return call

    def end(self, call: int, now_s: float, error: SendError | None, /) -> None:
        name, row = None if error is None else type(error).__name__, (call - self._first) // self._step
        said = intern(reason_of(error))
        with self._lock:
            _, mail, first, recipients, start_s, *_ = _call.unpack_from(self._rows, row * CALL_ROW.itemsize)
            _pack_end.pack_into(self._rows, (row + 1) * CALL_ROW.itemsize - _pack_end.size, now_s, seen_as(name))
            if said:
                self._reasons[row] = said
        self._hear(EndedCall(mail, first, recipients, start_s, now_s, name, said))

    def rows(self) -> NDArray[Any]:
        """The calls until now, as an array of `CALL` that later ones do not change."""
        with self._lock:
            rows = np.frombuffer(bytes(self._rows), CALL_ROW)
            return with_reasons(rows, [self._reasons.get(row, "") for row in range(len(rows))])


def to_bytes(calls: NDArray[Any]) -> bytes:
    """Rows of `CALL` as they are sent and kept: each sentence once."""
    packed = np.empty(len(calls), CALL_ROW)
    for name in CALL_ROW.names or ():
        packed[name] = calls[name]
    reasons, numbers = np.unique(calls["reason"].astype(str), return_inverse=True)
    content = BytesIO()
    np.savez(content, calls=packed, reasons=reasons, numbers=numbers)
    return content.getvalue()


def from_bytes(content: bytes) -> NDArray[Any]:
    """The rows of `CALL` again."""
    with np.load(BytesIO(content)) as kept:
        return with_reasons(kept["calls"], kept["reasons"][kept["numbers"]].tolist())


class DecisionRows:
    """How SES decided on each call, in its order; the caller sees to it that one thread at a time writes.

    With `witness`, an unbuffered file, each row is on disk as soon as it is decided: it outlives a killed process.
    """

    def __init__(self, witness: RawIOBase | None = None) -> None:
        self._rows, self._witness = bytearray(), witness

    def add(self, call: int, mail: int, first: int, recipients: int, decided_s: float, outcome: int) -> None:
        row = _pack_decision(call, mail, first, recipients, decided_s, outcome)
        self._rows += row
        if self._witness is not None:
            self._witness.write(row)

    def close(self) -> None:
        """Nothing is noted on disk any more; what comes late is of a run that is over."""
        if self._witness is not None:
            self._witness.close()
            self._witness = None

    def raw(self, start: int) -> bytes:
        """The decisions from the `start`-th on until now, as an array of `DECISION_ROW` in bytes."""
        return bytes(memoryview(self._rows)[start * DECISION_ROW.itemsize :])
