"""Which account sends each mail: what workloads say, and what [split] says of the others."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.errors import BadInput
from scenarios.formats.quoted import cut
from scenarios.schema.accounts.account import Account
from scenarios.schema.accounts.accounts import UNNAMED
from scenarios.schema.accounts.split import ByAttribute, ByOverflow, ByShare
from scenarios.schema.processes import Trace, Workload
from scenarios.traffic.recorded import Recorded
from scenarios.traffic.workload import Arrivals, column_of, parts

Numbers = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Division:
    """The mails of workloads that name no account, divided among accounts.

    What a seed's mails come to is worked out once for the same workloads, accounts and split, whoever divides them:
    these are frozen, so that the same object says the same.
    """

    workloads: Sequence[Workload]
    accounts: Mapping[str, Account]
    split: ByShare | ByAttribute | ByOverflow

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Division) and self._of == other._of

    def __hash__(self) -> int:
        return hash(self._of)

    @property
    def _of(self) -> tuple[int, ...]:
        """Which objects, as long as they are kept here."""
        return id(self.workloads), id(self.accounts), id(self.split)

    def numbers(self, place: int, seed: int) -> Numbers:
        """For each of a workload's mails the account that it goes through, counted in the order of the file."""
        return _numbers(self, seed)[place]

    def chosen(self, place: int, accounts: Collection[str], seed: int) -> NDArray[np.bool_]:
        """Which of a workload's mails go through one of these accounts, in the order in which the workload has them."""
        return np.isin(
            self.numbers(place, seed), [number for number, name in enumerate(self.accounts) if name in accounts]
        )


@lru_cache(maxsize=2)
def _numbers(division: Division, seed: int) -> Mapping[int, Numbers]:
    """By the workload's place, each mail's account, counted in the order of the file."""
    drawn = dict(enumerate(parts(division.workloads, seed, "workload")))
    mails = {place: drawn[place] for place, one in enumerate(division.workloads) if one.account == UNNAMED}
    match division.split:
        case ByShare(shares=shares):
            names = [*division.accounts]
            each = [exact_share(shares.get(name, 0.0)) for name in names]
            return {place: in_turn(each, len(own.intended_s)) for place, own in mails.items()}
        case ByAttribute() as split:
            return {
                place: _by_attribute(division, split, place, len(own.intended_s), seed) for place, own in mails.items()
            }
        case ByOverflow(order=order):
            return _overflowing(division, order, mails)


def exact_share(share: float) -> Fraction:
    """As the file writes it: 0.1 is a tenth."""
    return Fraction(repr(share))


def in_turn(shares: Sequence[Fraction], mails: int) -> Numbers:
    """Each mail goes to whoever is furthest behind its share, the first of equals; it repeats where the shares do."""
    total = sum(shares)
    period = math.lcm(*((share / total).denominator for share in shares))
    behind, pattern = [Fraction(0)] * len(shares), np.empty(min(period, mails), np.uint8)
    for mail in range(len(pattern)):
        behind = [had + share / total for had, share in zip(behind, shares, strict=True)]
        number = max(range(len(shares)), key=behind.__getitem__)
        behind[number] -= 1
        pattern[mail] = number
    return np.resize(pattern, mails)


def _by_attribute(division: Division, split: ByAttribute, place: int, mails: int, seed: int) -> Numbers:
    workload, names = division.workloads[place], [*division.accounts]
    value = (workload.attributes or {}).get(split.attribute)
    if value is not None:
        return np.full(mails, names.index(_account_of(split, value, workload)), np.uint8)
    values = _column(workload, split.attribute, seed, place)
    numbers = {one: names.index(_account_of(split, one, workload)) for one in dict.fromkeys(values.tolist())}
    return np.fromiter((numbers[one] for one in values), np.uint8, len(values))


def _column(workload: Workload | Recorded, column: str, seed: int, place: int) -> NDArray[Any]:
    if isinstance(workload, Recorded):
        return workload.columns[column]
    assert isinstance(workload, Trace)
    return column_of(workload, column, seed, place)


def _account_of(split: ByAttribute, value: str, workload: Any) -> str:
    account = split.account_of(value)
    if account is None:
        listed = ", ".join(split.accounts)
        where = _where(workload, split.attribute, value)
        raise BadInput(f"{where}{split.attribute} '{cut(value)}' has no account in [split]: it lists {listed}")
    return account


def _where(workload: Any, column: str, value: str) -> str:
    """The file and the line of a trace; other workloads say their value in the scenario, where it was checked."""
    if not isinstance(workload, Trace):
        return ""
    from scenarios.traffic.trace_csv import line_with

    return f"{workload.path}:{line_with(workload.path, column, value)}: "


def _overflowing(division: Division, order: Sequence[str], mails: Mapping[int, Arrivals]) -> Mapping[int, Numbers]:
    """The mails in the order in which they fall due, through accounts that the divider believes in."""
    at_s = np.concatenate([own.intended_s for own in mails.values()])
    recipients = np.concatenate([own.recipients for own in mails.values()])
    merged = np.argsort(at_s, kind="stable")
    names, numbers = [*division.accounts], np.empty(len(at_s), np.uint8)
    numbers[merged] = overflow(
        [division.accounts[name] for name in order], at_s[merged].tolist(), recipients[merged].tolist()
    )
    renumbered = np.array([names.index(name) for name in order], np.uint8)[numbers]
    ends = np.cumsum([len(own.intended_s) for own in mails.values()])[:-1]
    return dict(zip(mails, np.split(renumbered, ends), strict=True))


def overflow(accounts: Sequence[Account], at_s: Sequence[float], recipients: Sequence[int]) -> Numbers:
    """For each mail the first account that has room for all of it, or that has it soonest.

    Room is a fluid: an account holds at most its burst, refills at its rate, and owes what it was given beyond.
    """
    rates = [one.max_send_rate_per_s for one in accounts]
    bursts = [float(one.limiter.burst) for one in accounts]
    full_s = [0.0] * len(accounts)  # the instant at which each will have refilled
    numbers = np.empty(len(at_s), np.uint8)
    for mail, (now_s, size) in enumerate(zip(at_s, recipients, strict=True)):
        best, best_s = 0, math.inf
        for number, rate in enumerate(rates):
            room_s = max(now_s, full_s[number] - (bursts[number] - size) / rate)
            if room_s < best_s:
                best, best_s = number, room_s
        full_s[best] = max(full_s[best], now_s) + size / rates[best]
        numbers[mail] = best
    return numbers
