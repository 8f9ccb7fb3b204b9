"""From what a run left behind to the fate of every recipient: whole mails cheaply, parts one recipient at a time."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.ledger.ledger import ACCEPTED, QUOTA, THROTTLED, Columns
from scenarios.traffic.workload import Arrivals

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Pieces:
    """Pieces of mails, (mail, first recipient, recipients) each."""

    def __init__(self) -> None:
        self._numbers = array("i")

    def add(self, mail: int, first: int, recipients: int) -> None:
        self._numbers.extend((mail, first, recipients))

    def extend(self, others: Pieces) -> None:
        self._numbers.extend(others._numbers)

    def columns(self) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        table = np.frombuffer(self._numbers, dtype=np.int32).reshape(-1, 3)
        return table[:, 0], table[:, 1], table[:, 2]


@dataclass
class Custody:
    """The custodians of what SES did not accept, at the end of a run.

    `kept` says per mail whether its unsent recipients are still with a sender (the outbox, a living
    pod); `held` are pieces in queues and functions, `dead` those in dead-letter queues, `given_up` deliberate losses.
    """

    kept: NDArray[np.bool_]
    held: Pieces = field(default_factory=Pieces)
    dead: Pieces = field(default_factory=Pieces)
    given_up: Pieces = field(default_factory=Pieces)


def settle(
    arrivals: Arrivals, calls: Columns, custody: Custody, enqueued_s: Floats, receives: NDArray[np.int32]
) -> Columns:
    """The table of mails. A recipient is accepted, or else dead-lettered, or else still held, or else lost."""
    count = len(arrivals.recipients)
    return {
        "mail": np.arange(count, dtype=np.int32),
        "recipients": arrivals.recipients,
        "intended_s": arrivals.intended_s,
        "enqueued_s": enqueued_s,
        **_attempts(calls, count),
        "receives": receives,
        **_fates(arrivals.recipients, calls, custody),
    }


def _attempts(calls: Columns, count: int) -> Columns:
    mail, outcome = calls["mail"], calls["outcome"]
    attempts = _count(mail, count)
    accepted, refused = outcome == ACCEPTED, (outcome == THROTTLED) | (outcome == QUOTA)
    last_s = np.full(count, np.nan)
    last_s[mail[accepted]] = calls["decided_s"][accepted]  # in the order of decision: the last one stays
    return {
        "first_attempt_s": _first_s(mail, calls["start_s"], attempts),
        "last_accepted_s": last_s,
        "attempts": attempts,
        "throttles": _count(mail[refused], count),
    }


def _first_s(mail: NDArray[Any], start_s: Floats, attempts: NDArray[np.int32]) -> Floats:
    """The earliest start of each mail's calls; parts of one mail may be decided upon in another order."""
    first_s = np.full(len(attempts), np.nan)
    first_s[mail] = start_s
    several = attempts[mail] > 1
    np.fmin.at(first_s, mail[several], start_s[several])
    return first_s


def _count(mail: NDArray[Any], count: int) -> NDArray[np.int32]:
    return np.bincount(mail, minlength=count).astype(np.int32)


def _fates(recipients: NDArray[np.int32], calls: Columns, custody: Custody) -> Columns:
    accepted = calls["outcome"] == ACCEPTED
    admitted = tuple(calls[name][accepted] for name in ("mail", "first_recipient", "recipients"))
    held, dead, given_up = (pieces.columns() for pieces in (custody.held, custody.dead, custody.given_up))
    units = Units(recipients, (admitted, held, dead, given_up))
    times = units.cover(admitted)
    is_dead = (times == 0) & (units.cover(dead) > 0)
    open_ = (times == 0) & ~is_dead
    kept = units.of_mails(custody.kept) & (units.cover(given_up) == 0)
    is_pending = open_ & ((units.cover(held) > 0) | kept)
    return {
        "accepted": units.total(times > 0),
        "dead_lettered": units.total(is_dead),
        "lost": units.total(open_ & ~is_pending),
        "pending": units.total(is_pending),
        "duplicated": units.total(np.maximum(times - 1, 0)),
    }


class Units:
    """The smallest things that share a fate: a whole mail, or each recipient of one that went out in pieces."""

    def __init__(self, recipients: NDArray[np.int32], pieces: tuple[tuple[NDArray[Any], ...], ...]) -> None:
        split = np.zeros(len(recipients), dtype=bool)
        for mail, _, size in pieces:
            split[mail[size != recipients[mail]]] = True
        self._split = split
        self._units = np.where(split, recipients, 1)
        self._weight = np.where(split, 1, recipients)
        self._start = np.zeros(len(recipients) + 1, dtype=np.int64)
        np.cumsum(self._units, out=self._start[1:])

    def cover(self, pieces: tuple[NDArray[Any], ...]) -> NDArray[np.int32]:
        """How often each unit is covered."""
        mail, first, size = pieces
        split = self._split[mail]
        start = self._start[mail] + np.where(split, first, 0)
        edges = np.bincount(start, minlength=self._start[-1] + 1).astype(np.int32)
        edges -= np.bincount(start + np.where(split, size, 1), minlength=len(edges)).astype(np.int32)
        return np.cumsum(edges[:-1], dtype=np.int32)

    def of_mails(self, flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return np.repeat(flags, self._units)

    def total(self, units: NDArray[Any]) -> NDArray[np.int32]:
        """Recipients per mail, summed over its units."""
        if not len(self._weight):
            return np.zeros(0, dtype=np.int32)
        sums = np.add.reduceat(units, self._start[:-1], dtype=np.int32)
        return (sums * self._weight).astype(np.int32)
