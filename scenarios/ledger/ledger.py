"""The truth of a run: a row per mail and a row per SES call, as columns, and the fate of every recipient."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from scenarios.ledger.delivered import Delivered

Outcome = Literal["accepted", "throttled", "quota", "rejected", "failed", "paused"]
OUTCOMES: tuple[Outcome, ...] = ("accepted", "throttled", "quota", "rejected", "failed", "paused")
ACCEPTED, THROTTLED, QUOTA, REJECTED, FAILED, PAUSED = range(len(OUTCOMES))

MESSAGES = (
    "",
    "Maximum sending rate exceeded.",
    "Daily message quota exceeded.",
    "Recipient count exceeds 50.",
    "Service unavailable.",
    "Email sending is disabled for this account.",
)
"""SES's own words for each outcome."""

REASON = "reason"
"""The column of calls with what SES said of a refusal; a simulated SES says no more than its outcome's own words."""

ACCOUNT = "account"
"""The column of calls that says which of the ledger's accounts decided; only where there are several."""

Fate = Literal["accepted", "dead_lettered", "lost", "pending"]
FATES: tuple[Fate, ...] = ("accepted", "dead_lettered", "lost", "pending")

Columns = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Ledger:
    """One strategy's run. `mails` and `calls` hold the columns that the reference describes; NaN means never or unseen.

    Calls stand in the order in which SES decided. `delivered` is of a scenario with [delivery] only. `accounts` are the
    names of several accounts, of which the column `account` of the calls counts the one that decided.
    """

    strategy: str
    scenario: str
    seed: int
    world: str
    ended_s: float
    mails: Columns
    calls: Columns
    settings: dict[str, Any] = field(default_factory=dict)
    usage: dict[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    interrupted: bool = False
    wall_s: float = 0.0
    delivered: Delivered | None = None
    accounts: tuple[str, ...] = ()


def refusals_of(calls: Columns) -> Counter[tuple[int, str]]:
    """How many calls had each outcome but acceptance, and with which of SES's sentences, if they are known."""
    outcomes = calls["outcome"]
    if REASON not in calls:
        counts = np.bincount(outcomes, minlength=len(OUTCOMES)).tolist()
        return Counter({(outcome, MESSAGES[outcome]): counts[outcome] for outcome in range(1, len(OUTCOMES))})
    refused = outcomes != ACCEPTED
    pairs = zip(outcomes[refused].tolist(), calls[REASON][refused].tolist(), strict=True)
    return Counter(pairs)


def first_sentence(said: str) -> str:
    """What SES says of many mails alike; what follows names the single mail's addresses."""
    first, _, more = said.partition(". ")
    return f"{first}…" if more else said


def admitted(calls: Columns) -> int:
    """Recipients that SES accepted, each as often as it did."""
    return int(calls["recipients"][calls["outcome"] == ACCEPTED].sum(dtype=np.int64))


class Unbalanced(AssertionError):
    """A ledger does not add up: a defect of seslab, never of its input."""


def assert_conserved(ledger: Ledger) -> None:
    """Every recipient has exactly one fate, and what SES accepted is what the calls say."""
    mails = ledger.mails
    if not np.array_equal(sum(mails[fate] for fate in FATES), mails["recipients"]):
        raise Unbalanced(f"{ledger.strategy}: the fates of some mail do not add up to its recipients")
    if any((mails[name] < 0).any() for name in (*FATES, "duplicated")):
        raise Unbalanced(f"{ledger.strategy}: a negative number of recipients")
    if admitted(ledger.calls) != int(mails["accepted"].sum(dtype=np.int64) + mails["duplicated"].sum(dtype=np.int64)):
        raise Unbalanced(f"{ledger.strategy}: SES admitted another number of recipients than the mails account for")
    if ledger.delivered is not None:
        _assert_delivered(ledger, ledger.delivered)


def _assert_delivered(ledger: Ledger, delivered: Delivered) -> None:
    """Every copy of what SES admitted has exactly one end, or none yet."""
    if len(delivered.copies["mail"]) != admitted(ledger.calls):
        raise Unbalanced(f"{ledger.strategy}: SES admitted another number of recipients than there are copies")
    if not delivered.adds_up:
        raise Unbalanced(f"{ledger.strategy}: a copy has an end without an instant, or an instant without an end")


def digest(ledger: Ledger) -> str:
    """SHA-256 over the tables: one seed, one digest. Words are no part of what happened."""
    sha = hashlib.sha256()
    for columns in (ledger.mails, ledger.calls, *(() if ledger.delivered is None else (ledger.delivered.copies,))):
        for name, column in columns.items():
            if name == REASON:
                continue
            sha.update(name.encode())
            for start in range(0, len(column), 65_536):
                sha.update(np.ascontiguousarray(column[start : start + 65_536]).tobytes())
    return f"sha256:{sha.hexdigest()}"
