"""Slices and pool beside each other, as a comparison keeps them, and what is said of that in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from reports.documents.accounts import ApartTable, ArrangementTable, NamedAccountTable
from reports.documents.limits import BoundFigures, LimiterTable
from reports.words import duration, names
from scenarios.measures.arrangements import arrangements_of
from scenarios.schema.model import Scenario

ALIKE = 0.01
"""Times that differ by less than this share of the longer one are called the same."""
LEAST_S = 0.1  # of what anybody would notice


def accounts_of(scenario: Scenario) -> list[NamedAccountTable]:
    """What SES allows each account, as plain data."""
    return [
        cast(
            NamedAccountTable,
            {
                "account": name,
                "pooled": name in scenario.arrangement.pooled,
                "max_send_rate_per_s": one.max_send_rate_per_s,
                "max_24h_send": one.max_24h_send,
                "limiter": cast(LimiterTable, one.limiter.model_dump(mode="json")),
                **({"region": one.region} if one.region else {}),
                **({"identity": one.identity} if one.identity else {}),
            },
        )
        for name, one in scenario.accounts.items()
    ]


def arrangement_of(scenario: Scenario, seed: int) -> ArrangementTable | None:
    """Both arrangements of the same mails; None where there are not several accounts whose mail is known."""
    found = arrangements_of(scenario, seed)
    if found is None:
        return None
    slices, pool = (cast(BoundFigures, one._asdict()) for one in (found.slices, found.pool))
    accounts = [cast(ApartTable, one._asdict()) for one in found.accounts]
    return {"slices": slices, "pool": pool, "accounts": accounts, "said": said_of(slices, pool, accounts)}


def said_of(slices: BoundFigures, pool: BoundFigures, accounts: Sequence[ApartTable]) -> str:
    """What slicing costs and what it protects, of ideal senders: no strategy changes that."""
    if slices["makespan_s"] is None or pool["makespan_s"] is None:
        return ""
    loses = [one for one in accounts if _is_less(one["pool_p99_s"], one["slice_p99_s"])]
    gains = [one for one in accounts if _is_less(one["slice_p99_s"], one["pool_p99_s"])]
    costs = [*_whole(slices["makespan_s"], pool["makespan_s"]), *_waits(loses)]
    cost = f"slicing costs {names(costs)}" if costs else "slicing makes no mail wait longer for the limit"
    protects = f"protects {names(_waits(gains))}" if gains else "spares none a wait"
    return f"at best, {cost}, and {protects}"


def _whole(sliced_s: float, pooled_s: float) -> list[str]:
    """Of the last mail of all, if it is that which waits."""
    longer = (
        f"{duration(sliced_s - pooled_s)} until the last mail is out ({duration(sliced_s)}, not {duration(pooled_s)})"
    )
    return [longer] if _is_less(pooled_s, sliced_s) else []


def _waits(accounts: Sequence[ApartTable]) -> list[str]:
    """What 99 % of an account's recipients wait at most, sliced and pooled."""
    p99s = [(one["account"], duration(one["slice_p99_s"]), duration(one["pool_p99_s"])) for one in accounts]
    return [f"{name} (p99 {sliced} in its slice, {pooled} in one pool)" for name, sliced, pooled in p99s]


def _is_less(one_s: float, other_s: float) -> bool:
    return other_s - one_s > max(LEAST_S, ALIKE * other_s)
