"""What SES has decided of a run's recipients in each second, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from scenarios.ledger.ledger import ACCEPTED


class JudgedLine(TypedDict):
    """A threshold in a line, and what follows."""

    verdict: str
    said: str


class SesSide(TypedDict):
    """Recipients of a run alone: how many SES accepted and refused in each second since second 0.

    `limit_per_s` is null where it is not known; `thresholds` are there, and `is_over` holds, once all has been judged.
    """

    sender: str
    limit_per_s: float | None
    accepted: list[int]
    refused: list[int]
    thresholds: list[JudgedLine]
    is_over: bool


def points(decisions: Mapping[str, NDArray[Any]] | NDArray[Any]) -> tuple[list[int], list[int]]:
    """Accepted and refused, second by second, of columns `decided_s`, `outcome` and `recipients`."""
    decided_s = np.asarray(decisions["decided_s"], dtype=np.float64)
    known = decided_s >= 0  # NaN is no instant
    seconds = np.floor(decided_s[known]).astype(np.int64)
    recipients, is_accepted = decisions["recipients"][known], decisions["outcome"][known] == ACCEPTED
    many = int(seconds.max()) + 1 if len(seconds) else 0
    accepted, refused = (
        np.bincount(seconds[which], recipients[which], many).astype(np.int64).tolist()
        for which in (is_accepted, ~is_accepted)
    )
    return accepted, refused
