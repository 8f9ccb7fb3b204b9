"""Whom AWS paused or reviewed, or might have, and when: accounts and tenants, in one run or in some of several."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from statistics import mean
from typing import NamedTuple

from reports.words import duration, names
from scenarios.entries.accounts import AccountEntry, TenantEntry
from scenarios.entries.inboxes import AccountInboxFigures
from scenarios.entry import StrategyEntry
from scenarios.figures import figure_of

PAUSED = "reputation.paused_s"
REVIEWED = "reputation.reviewed_s"

_NONE = 1e-6
"""Calls: a difference of means over runs is not quite nought."""

Instants = Sequence[float | None]
"""In each run: seconds, None where it did not happen."""


class Judged(NamedTuple):
    """An account or a tenant to whom it happened in at least one run."""

    whom: str
    each_s: Instants

    @property
    def first_s(self) -> float:
        """The mean over the runs in which it did."""
        return mean(at_s for at_s in self.each_s if at_s is not None)


def paused_s_of(entry: StrategyEntry, whose: str = "") -> float | None:
    """The mean over the runs in which it was; None if never, or nothing is known of it.

    `whose` begins the name of a figure, such as `accounts.us.`; of all together it is the first pause of any.
    """
    each_s = _each_s(entry, whose + PAUSED)
    return Judged("", each_s).first_s if _has_happened(each_s) else None


def paused_s_by_name(entry: StrategyEntry) -> dict[str, float]:
    """When each was, as `paused_s_of` has it, accounts without their tenants."""
    return {one.whom: one.first_s for one in judged_in(entry, PAUSED)}


def called(entry: StrategyEntry, account: str) -> str:
    """An account among others; the only one needs no name."""
    return f"account {account}" if len(entry.get("accounts", ())) > 1 else "the account"


def said_of_pause(entry: StrategyEntry) -> str:
    """Whom AWS paused, when, and in how many of several runs; empty if nobody."""
    paused = judged_in(entry, PAUSED)
    pauses = "pauses" if entry["calls"].get("paused") else "may pause"
    return f"AWS {pauses} {names([f'{one.whom} after {_when(one)}' for one in paused])}" if paused else ""


def said_of_review(entry: StrategyEntry) -> str:
    """Whom AWS put under review in each run, and when; empty if nobody."""
    whom = [one for one in judged_in(entry, REVIEWED) if None not in one.each_s]
    said = [f"{one.whom} under review after {duration(one.first_s)}" for one in whom]
    return f"AWS puts {names(said)}" if said else ""


def paused_of(entry: StrategyEntry) -> str:
    """For whose pause calls were refused, by their names where there are several."""
    return names(_refused(entry) or ["the account"])


def is_or_are_paused(entry: StrategyEntry) -> str:
    """The same as a clause."""
    return f"{paused_of(entry)} {'are' if len(_refused(entry)) > 1 else 'is'} paused"


def has_several(entry: StrategyEntry) -> bool:
    """Whether AWS judges more than one account."""
    return len(entry.get("accounts", ())) > 1 or bool(entry.get("tenants"))


def judged_in(entry: StrategyEntry, figure: str) -> list[Judged]:
    """All to whom it happened, accounts first."""
    found = [one for one in _everybody(entry, figure) if _has_happened(one.each_s)]
    each_s = _each_s(entry, figure)
    return found or ([Judged(_by_calls(entry), each_s)] if _has_happened(each_s) else [])


def _everybody(entry: StrategyEntry, figure: str) -> Iterator[Judged]:
    accounts = entry.get("accounts", ())
    if len(accounts) > 1:
        for one in accounts:
            yield Judged(called(entry, one["account"]), _its_own(entry, one, f"accounts.{one['account']}.", figure))
    else:
        yield Judged("the account", _its_own(entry, entry, "", figure))
    for tenant in (one["tenant"] for one in entry.get("tenants", ())):
        yield Judged(f"tenant {tenant}", _each_s(entry, f"tenants.{tenant}.{figure}"))


def _its_own(entry: StrategyEntry, account: AccountInboxFigures, whose: str, figure: str) -> Instants:
    """Without what is a tenant's."""
    return _each_s(entry, f"{whose}own_{figure}" if "own_reputation" in account else whose + figure)


def _by_calls(entry: StrategyEntry) -> str:
    """Where nothing is known of each account, those that refused calls for it."""
    if not has_several(entry):
        return "the account"
    return names(_refused(entry) or ["one of the accounts"])


def _refused(entry: StrategyEntry) -> list[str]:
    """Who had calls refused for a pause, in at least one run: accounts by the mail that no tenant sends, and tenants.

    Where no reputation is known, as of a load test against AWS itself, no mail was sent as a tenant's.
    """
    accounts, tenants = entry.get("accounts", ()), entry.get("tenants", ()) if "reputation" in entry else ()
    calls = {"the account": _for_a_pause(entry)}
    if len(accounts) > 1:
        calls = {called(entry, one["account"]): _for_a_pause(one) for one in accounts}
    for one in tenants:
        calls[called(entry, one.get("account", ""))] -= _for_a_pause(one)
        calls[f"tenant {one['tenant']}"] = _for_a_pause(one)
    return [whom for whom, refused in calls.items() if refused > _NONE]


def _for_a_pause(whose: StrategyEntry | AccountEntry | TenantEntry) -> float:
    return whose["calls"].get("paused", 0)


def _when(one: Judged) -> str:
    many = sum(at_s is not None for at_s in one.each_s)
    return duration(one.first_s) + (f" in {many} of {len(one.each_s)} runs" if many < len(one.each_s) else "")


def _has_happened(each_s: Collection[float | None]) -> bool:
    return any(at_s is not None for at_s in each_s)


def _each_s(entry: StrategyEntry, name: str) -> Instants:
    """One for each run of several; none where nothing is known."""
    if "reputation" not in entry:
        return ()
    return entry.get("samples", {}).get(name) or (figure_of(entry, name),)
