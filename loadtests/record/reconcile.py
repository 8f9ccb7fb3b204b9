"""Two views of the same calls made one: when the caller saw them begin and end, and what SES decided when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.ledger.build_ledger import all_pending
from scenarios.ledger.fates import Custody, Pieces
from scenarios.ledger.ledger import ACCEPTED, FAILED, REASON, Columns
from scenarios.traffic.workload import Arrivals
from strategies.resources import Plan


def in_order(tables: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """What SES decided for several accounts, rows of `DECISION`, in the order in which it did."""
    rows = np.concatenate(tables)
    return rows[np.argsort(rows["decided_s"], kind="stable")]


def joined(witness: NDArray[Any], callers: NDArray[Any], ended_s: float) -> Columns:
    """The calls in the order in which SES decided, and behind them those that it never saw.

    `witness` holds rows of `DECISION`, `callers` rows of `CALL`. What SES decided after the end is left out; NaN stands
    for what only one side knows. What SES's own side says of a refusal comes before what the caller heard.
    """
    seen = witness[(witness["mail"] >= 0) & (witness["decided_s"] <= ended_s)]
    unseen = callers[(callers["end_s"] <= ended_s) & ~np.isin(callers["call"], witness["call"])]
    mine, known = _rows_of(seen["call"], callers)
    return {
        "call": np.arange(len(seen) + len(unseen)),
        **{name: np.concatenate((seen[name], unseen[name])) for name in ("mail", "first_recipient", "recipients")},
        "start_s": np.concatenate((np.where(known, mine["start_s"], np.nan), unseen["start_s"])),
        "decided_s": np.concatenate((seen["decided_s"], np.full(len(unseen), np.nan))),
        "end_s": _until(ended_s, np.concatenate((np.where(known, mine["end_s"], np.nan), unseen["end_s"]))),
        "outcome": np.concatenate((seen["outcome"], _unwitnessed(unseen["seen"]))).astype(np.uint8),
        REASON: np.concatenate((np.where(_tells(seen["reason"]), seen["reason"], mine["reason"]), unseen["reason"])),
    }


def _tells(reasons: NDArray[Any]) -> NDArray[np.bool_]:
    return reasons.astype(bool)


def _rows_of(calls: NDArray[Any], callers: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """The callers' rows of those calls, and which of them there are."""
    if not len(callers):
        return np.zeros(len(calls), callers.dtype), np.zeros(len(calls), dtype=bool)
    ordered = callers[np.argsort(callers["call"], kind="stable")]
    mine = ordered[np.minimum(np.searchsorted(ordered["call"], calls), len(ordered) - 1)]
    return mine, mine["call"] == calls


def _until(ended_s: float, end_s: NDArray[Any]) -> NDArray[Any]:
    """What ended later was not seen any more."""
    return np.where(end_s <= ended_s, end_s, np.nan)


def _unwitnessed(seen: NDArray[Any]) -> NDArray[Any]:
    """A refusal that the caller saw is one; an acceptance that no witness knows is not."""
    return np.where(seen == ACCEPTED, FAILED, seen)


def on_the_way(witness: NDArray[Any], callers: NDArray[Any], ended_s: float) -> Pieces:
    """What was on its way to SES at the end: decided later, or not yet when SES was asked."""
    pieces = Pieces()
    for row in (*_decided_later(witness, ended_s), *_undecided(witness, callers, ended_s)):
        pieces.add(int(row["mail"]), int(row["first_recipient"]), int(row["recipients"]))
    return pieces


def refused(witness: NDArray[Any], ended_s: float) -> Pieces:
    """What SES had refused by the end."""
    rows = witness[(witness["mail"] >= 0) & (witness["decided_s"] <= ended_s) & (witness["outcome"] != ACCEPTED)]
    pieces = Pieces()
    for row in rows:
        pieces.add(int(row["mail"]), int(row["first_recipient"]), int(row["recipients"]))
    return pieces


def left_by_the_dead(plan: Plan, arrivals: Arrivals, witness: NDArray[Any], ended_s: float) -> Custody:
    """Custody after a sender that was killed: a queue outlives it, and without one what SES had refused is lost."""
    custody = all_pending(arrivals)
    if not plan.queues:
        custody.given_up.extend(refused(witness, ended_s))
    return custody


def _decided_later(witness: NDArray[Any], ended_s: float) -> NDArray[Any]:
    return witness[(witness["mail"] >= 0) & (witness["decided_s"] > ended_s)]


def _undecided(witness: NDArray[Any], callers: NDArray[Any], ended_s: float) -> NDArray[Any]:
    """The callers' rows of calls that were under way at the end, and that SES had not decided on when it was asked."""
    return callers[~(callers["end_s"] <= ended_s) & ~np.isin(callers["call"], witness["call"])]
