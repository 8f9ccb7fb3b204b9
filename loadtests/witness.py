"""Two views of the same calls made one: when the caller saw them begin and end, and what SES decided when."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loadtests.ses import ClientLog
from scenarios.ledger import FAILED, Columns

TYPES = {
    "call": np.int64,
    "mail": np.int32,
    "first_recipient": np.int32,
    "recipients": np.int32,
    "decided_s": np.float64,
    "outcome": np.uint8,
}


def joined(witness: Mapping[str, Sequence[Any]], client: ClientLog, ended_s: float) -> Columns:
    """The calls in the order in which SES decided, and behind them those that failed before it saw them.

    What SES decided after the end, or not at all, is left out.
    """
    seen = _columns(witness)
    ours = (seen["call"] >= 0) & (seen["decided_s"] <= ended_s)
    unseen = _unseen(client, set(witness["call"]))
    rows = {name: np.concatenate((seen[name][ours], unseen[name])) for name in TYPES}
    call = rows["call"]
    start_s, end_s = _times(client)
    return {**rows, "call": np.arange(len(call)), "start_s": start_s[call], "end_s": end_s[call]}


def _columns(table: Mapping[str, Sequence[Any]]) -> Columns:
    return {name: np.asarray(table[name], dtype) for name, dtype in TYPES.items()}


def _unseen(client: ClientLog, witnessed: set[int]) -> Columns:
    """The calls that ended without ever reaching SES."""
    ended = {call for call, _ in client.ended} - witnessed
    rows = [(*row[:4], math.nan, FAILED) for row in client.began if row[0] in ended]
    columns = zip(*rows, strict=True) if rows else ((),) * len(TYPES)
    return _columns(dict(zip(TYPES, map(list, columns), strict=True)))


def _times(client: ClientLog) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Start and end of each call by its number; NaN for an end that nobody saw."""
    start_s, end_s = np.full((2, len(client.began)), np.nan)
    for call, *_, now_s in client.began:
        start_s[call] = now_s
    for call, now_s in client.ended:
        end_s[call] = now_s
    return start_s, end_s
