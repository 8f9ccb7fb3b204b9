"""The ledgers of many workers' shares made one: what all of them together have done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from scenarios.ledger.ledger import Columns, Ledger, Unbalanced, assert_conserved
from strategies.registry import STRATEGIES
from strategies.settings import scaling

HIGHEST = ("harness_lag_s",)
"""Usage that does not add up: the worst of all shares is the whole's."""


def merged(ledgers: Sequence[Ledger], strategy: str) -> Ledger:
    """One ledger of shares of a strategy: mails in the order of their numbers, calls in the order in which SES decided.

    Raises `Unbalanced` if two shares have the same mail, or if the whole does not add up.
    """
    whole = replace(
        ledgers[0],
        ended_s=max(ledger.ended_s for ledger in ledgers),
        mails=_sorted([ledger.mails for ledger in ledgers], "mail"),
        calls=_numbered(_sorted([ledger.calls for ledger in ledgers], "decided_s")),
        settings=_together(strategy, ledgers[0].settings, len(ledgers)),
        usage=_total([ledger.usage for ledger in ledgers]),
        warnings=tuple(dict.fromkeys(warning for ledger in ledgers for warning in ledger.warnings)),
        interrupted=any(ledger.interrupted for ledger in ledgers),
        wall_s=max(ledger.wall_s for ledger in ledgers),
    )
    if (np.diff(whole.mails["mail"]) == 0).any():
        raise Unbalanced(f"{whole.strategy}: two shares have the same mail")
    assert_conserved(whole)
    return whole


def _together(strategy: str, settings: dict[str, Any], shares: int) -> dict[str, Any]:
    """The settings of so many shares together, of which each has the same; rates of more pods stay those of a pod."""
    names = [one.name for one in scaling(STRATEGIES[strategy].Settings, "rate", "pods", "calls")]
    sums = {name: settings[name] * shares for name in names if settings.get(name) is not None}
    return {**settings, **sums, "shares": shares}


def _sorted(tables: Sequence[Columns], by: str) -> Columns:
    """All rows in one order; NaN comes last, and what is equal stays in the order of the shares."""
    columns = {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}
    order = np.argsort(columns[by], kind="stable")
    return {name: column[order] for name, column in columns.items()}


def _numbered(calls: Columns) -> Columns:
    return {**calls, "call": np.arange(len(calls["call"]))}


def _total(usages: Iterable[dict[str, float]]) -> dict[str, float]:
    total: dict[str, float] = {}
    for usage in usages:
        for kind, amount in usage.items():
            before = total.get(kind, 0.0)
            total[kind] = max(before, amount) if kind in HIGHEST else before + amount
    return total
