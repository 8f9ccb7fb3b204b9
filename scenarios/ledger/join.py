"""Ledgers of parts that share nothing, such as accounts, as one ledger of the whole; and each part of it again."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.ledger.delivered import Delivered
from scenarios.ledger.ledger import ACCOUNT, Columns, Ledger

LARGEST = ("harness_lag_s",)
"""Usage that is no count: of several the largest holds."""


class Part(NamedTuple):
    """A part's ledger, and the numbers that its mails have in the whole, ascending.

    `accounts` are the accounts that decided on its calls: those of its own ledger, or the one that it is of.
    """

    ledger: Ledger
    numbers: NDArray[np.int64]
    accounts: tuple[str, ...]


def joined(parts: Sequence[Part], accounts: tuple[str, ...]) -> Ledger:
    """The ledger of the whole: its mails by their numbers, its calls in the order of SES's decisions."""
    first, ledgers = parts[0].ledger, [part.ledger for part in parts]
    return replace(
        first,
        ended_s=max(ledger.ended_s for ledger in ledgers),
        mails=_mails(parts),
        calls=_calls(parts, accounts),
        usage=_usage(ledgers),
        warnings=tuple(_warnings(parts)),
        interrupted=any(ledger.interrupted for ledger in ledgers),
        wall_s=math.fsum(ledger.wall_s for ledger in ledgers),
        delivered=_delivered(parts),
        accounts=accounts,
    )


def _mails(parts: Sequence[Part]) -> Columns:
    count = sum(len(part.numbers) for part in parts)
    mails: Columns = {"mail": np.arange(count, dtype=np.int32)}
    for name, column in parts[0].ledger.mails.items():
        if name != "mail":
            mails[name] = np.empty(count, column.dtype)
            for part in parts:
                mails[name][part.numbers] = part.ledger.mails[name]
    return mails


def _calls(parts: Sequence[Part], accounts: tuple[str, ...]) -> Columns:
    tables = [_renumbered(part, accounts) for part in parts]
    return _in_order([table for table in tables if len(table["mail"])] or tables[:1])


def by_account(tables: Sequence[Columns]) -> Columns:
    """The calls that each of several accounts decided, as one table that says which one."""
    return _in_order(
        [{**table, ACCOUNT: np.full(len(table["mail"]), number, np.uint8)} for number, table in enumerate(tables)]
    )


def _in_order(tables: Sequence[Columns]) -> Columns:
    """In which SES decided, numbered anew."""
    calls = {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}
    order = np.argsort(calls["decided_s"], kind="stable")
    return {name: np.arange(len(order), dtype=np.int64) if name == "call" else calls[name][order] for name in calls}


def _renumbered(part: Part, accounts: tuple[str, ...]) -> Columns:
    calls, own = part.ledger.calls, np.array([accounts.index(name) for name in part.accounts], np.uint8)
    by = calls.get(ACCOUNT, np.zeros(len(calls["mail"]), np.uint8))
    return {**calls, "mail": part.numbers[calls["mail"]].astype(np.int32), ACCOUNT: own[by]}


def _usage(ledgers: Iterable[Ledger]) -> dict[str, float]:
    usage: dict[str, float] = {}
    for ledger in ledgers:
        for kind, amount in ledger.usage.items():
            had = usage.get(kind, 0.0)
            usage[kind] = max(had, amount) if kind in LARGEST else had + amount
    return usage


def _warnings(parts: Sequence[Part]) -> Iterable[str]:
    """What is said of all parts is said once, and of one with its name."""
    said: dict[str, list[Part]] = {}
    for part in parts:
        for warning in part.ledger.warnings:
            said.setdefault(warning, []).append(part)
    for warning, of in said.items():
        yield (
            warning
            if len(of) == len(parts)
            else f"{', '.join(name for part in of for name in part.accounts)}: {warning}"
        )


def _delivered(parts: Sequence[Part]) -> Delivered | None:
    known = [(part, part.ledger.delivered) for part in parts if part.ledger.delivered is not None]
    whole = [
        _named(one, part)._replace(copies={**one.copies, "mail": part.numbers[one.copies["mail"]].astype(np.int32)})
        for part, one in known
    ]
    return delivered_together(whole) if whole else None


def _named(one: Delivered, part: Part) -> Delivered:
    """A pool has said by itself whom AWS judged."""
    return one.of_account(part.accounts[0]) if len(part.accounts) == 1 else one


def delivered_together(several: Sequence[Delivered]) -> Delivered:
    """What became of the mail of several accounts, whose recipients are told apart, in the order of acceptance."""
    first, *others = several
    if not others:
        return first
    copies = {name: np.concatenate([one.copies[name] for one in several]) for name in first.copies}
    order = np.argsort(copies["accepted_s"], kind="stable")
    judgements = tuple(judgement for one in several for judgement in one.judgements)
    return Delivered({name: column[order] for name, column in copies.items()}, first.providers, judgements)


def part_of(whole: Ledger, numbers: NDArray[np.int64], account: str | None) -> Ledger:
    """The ledger of the mails with these numbers, ascending, as if there were no others.

    Its calls name their account where `account` is None. What is not told apart, such as usage and warnings, is the
    whole's.
    """
    mails = {name: column[numbers] for name, column in whole.mails.items()}
    calls = _of_mails(whole.calls, numbers)
    if account is not None:
        calls = {name: column for name, column in calls.items() if name != ACCOUNT}
    delivered = whole.delivered
    return replace(
        whole,
        mails={**mails, "mail": np.arange(len(numbers), dtype=np.int32)},
        calls={**calls, "call": np.arange(len(calls["mail"]), dtype=np.int64)},
        delivered=None if delivered is None else delivered._replace(copies=_of_mails(delivered.copies, numbers)),
        accounts=whole.accounts if account is None else (),
    )


def _of_mails(table: Mapping[str, NDArray[Any]], numbers: NDArray[np.int64]) -> Columns:
    mine = np.isin(table["mail"], numbers)
    rows = {name: column[mine] for name, column in table.items()}
    return {**rows, "mail": np.searchsorted(numbers, rows["mail"]).astype(np.int32)}
