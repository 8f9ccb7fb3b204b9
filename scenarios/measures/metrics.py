"""The figures of one run: a ledger in, one entry of the comparison document out."""

from __future__ import annotations

import math
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from typing_extensions import TypedDict

from scenarios.entries.counts import CallCounts, LatencyFigures, LatencyOfAll, RecipientCounts
from scenarios.entry import CallTimes, StrategyEntry, UsageCounts
from scenarios.figures import USAGE
from scenarios.ledger.ledger import (
    ACCEPTED,
    FAILED,
    FATES,
    OUTCOMES,
    PAUSED,
    QUOTA,
    REJECTED,
    THROTTLED,
    Ledger,
    digest,
    refusals_of,
)
from scenarios.ledger.recipients import Acceptances, acceptances, losses
from scenarios.measures.cost import Prices, cost
from scenarios.schema.accounts.account import Account

QUANTILES = (50, 95, 99)
_STRETCH = 1 << 18  # calls looked at together: they may be many


class Weighted(NamedTuple):
    """Sorted values and how many of the population lie at or below each."""

    values: NDArray[np.float64]
    at_or_below: NDArray[np.int64]

    @classmethod
    def of(cls, values: NDArray[np.float64], weights: NDArray[Any]) -> Weighted:
        """Values with whole weights, of which some may be zero."""
        if len(weights) and (weights == weights[0]).all():  # mails of one size: no weight needs to follow its value
            return cls(np.sort(values), np.arange(1, len(values) + 1) * int(weights[0]))
        order = np.argsort(values, kind="stable")
        return cls(values[order], np.cumsum(weights[order], dtype=np.int64))

    def percentile(self, percent: int) -> float | None:
        """The smallest value with at least `percent` % of the population at or below it; None if it is empty."""
        total = self.population
        return self.at_rank(_rank(percent, total)) if total else None

    def at_rank(self, rank: int) -> float:
        """The `rank`-th smallest of the population, counted from 1."""
        return float(self.values[np.searchsorted(self.at_or_below, max(rank, 1))])

    @property
    def population(self) -> int:
        return int(self.at_or_below[-1]) if len(self.at_or_below) else 0


def _rank(percent: int, population: int) -> int:
    return -(-percent * population // 100)


class Latencies(TypedDict):
    """Intended instant to acceptance: over the accepted recipients, and over all."""

    latency_s: LatencyFigures
    latency_of_all_s: LatencyOfAll


def measure(
    ledger: Ledger, rate_per_s: float, burst: float, bound_makespan_s: float | None, prices: Prices
) -> StrategyEntry:
    """One entry of `seslab/comparison/v1`.

    `rate_per_s` is the account's R and `burst` the limiter's B in recipients, which is R for window limiters.
    """
    accepted = acceptances(ledger)
    recipients = recipient_counts(ledger)
    waited = latency_figures(ledger, accepted, recipients["submitted"])
    makespan_s = _makespan_s(ledger, accepted)
    usd = cost(ledger.usage, prices)
    admitted_1s = peak_1s(accepted.decided_s, accepted.recipients)
    is_all_accepted = len(accepted.mail) == len(ledger.calls["mail"])
    return {
        "strategy": ledger.strategy,
        "settings": dict(ledger.settings),
        "recipients": recipients,
        "largest_mail": int(ledger.mails["recipients"].max(initial=0)),
        "calls": _call_counts(ledger),
        "latency_s": waited["latency_s"],
        "latency_of_all_s": waited["latency_of_all_s"],
        "call_s": _call_s(ledger) if recipients["accepted"] else {"p50": None, "p99": None},
        "makespan_s": makespan_s,
        "goodput_per_s": _ratio(recipients["accepted"], makespan_s),
        "peak_1s": admitted_1s,
        "attempted_peak_1s": admitted_1s if is_all_accepted else _attempted_peak_1s(ledger),
        "utilisation": utilisation(_admitted(recipients), rate_per_s, burst, makespan_s),
        "efficiency": _efficiency(recipients, bound_makespan_s, makespan_s),
        "cost_usd": usd,
        "cost_per_million_usd": _ratio(usd * 1e6, recipients["accepted"]),
        "refusals": [
            {"outcome": OUTCOMES[outcome], "said": said, "calls": count}
            for (outcome, said), count in refusals_of(ledger.calls).most_common()
            if count
        ],
        "losses": losses(ledger),
        "receives": int(ledger.mails["receives"].sum(dtype=np.int64)),
        "usage": cast(UsageCounts, {kind: float(ledger.usage.get(kind, 0)) for kind in USAGE}),
        "warnings": list(ledger.warnings),
        "interrupted": ledger.interrupted,
        "wall_s": ledger.wall_s,
        "harness_lag_s": ledger.usage.get("harness_lag_s"),
        "digest": digest(ledger),
        "ci95": {},
    }


COUNTED = ("recipients", *FATES, "duplicated")
"""The columns of mails that `recipient_counts` adds up."""


def recipient_counts(ledger: Ledger) -> RecipientCounts:
    """Recipients submitted and by fate; `duplicated` counts acceptances beyond a recipient's first."""

    def total(column: str) -> int:
        return int(ledger.mails[column].sum(dtype=np.int64))

    return {
        "submitted": total("recipients"),
        "accepted": total("accepted"),
        "dead_lettered": total("dead_lettered"),
        "lost": total("lost"),
        "pending": total("pending"),
        "duplicated": total("duplicated"),
    }


def window_sums(decided_s: NDArray[np.float64], recipients: NDArray[Any]) -> NDArray[np.int64]:
    """Recipients admitted in [t, t + 1) for each decision t, given in ascending order.

    The fullest window of all begins at a decision: moving a window's start forward to the next decision loses nothing.
    """
    until = np.concatenate(([0], np.cumsum(recipients, dtype=np.int64)))
    end = until[np.searchsorted(decided_s, decided_s + 1.0)]
    end -= until[np.searchsorted(decided_s, decided_s)]
    return end


def peak_1s(decided_s: NDArray[np.float64], recipients: NDArray[Any]) -> int:
    """Most recipients in any half-open second [t, t + 1), looked for a stretch of decisions at a time."""
    most = 0
    for start in range(0, len(decided_s), _STRETCH):
        last_s = decided_s[start : start + _STRETCH][-1]
        stretch = slice(start, np.searchsorted(decided_s, last_s + 1.0))
        most = max(most, int(window_sums(decided_s[stretch], recipients[stretch]).max()))
    return most


def _attempted_peak_1s(ledger: Ledger) -> int:
    """Most recipients asked for within one second, refused or not."""
    decided_s, recipients = ledger.calls["decided_s"], ledger.calls["recipients"]
    known = ~np.isnan(decided_s)
    return peak_1s(decided_s, recipients) if known.all() else peak_1s(decided_s[known], recipients[known])


def latencies(ledger: Ledger, accepted: Acceptances) -> Weighted:
    """Intended instant to first acceptance, in seconds, over accepted recipients."""
    return Weighted.of(accepted.decided_s - ledger.mails["intended_s"][accepted.mail], accepted.fresh)


def latency_figures(ledger: Ledger, accepted: Acceptances, submitted: float) -> Latencies:
    """Mean, quantiles and maximum of these acceptances' latencies in seconds; None if there is none, or infinite."""
    sorted_s = latencies(ledger, accepted)
    accepted_s = distribution(sorted_s)
    every = accepted_s if sorted_s.population == submitted else of_all(sorted_s, int(submitted))
    return {"latency_s": cast(LatencyFigures, accepted_s), "latency_of_all_s": cast(LatencyOfAll, {**every})}


def distribution(sorted_s: Weighted) -> dict[str, float | None]:
    """Mean, quantiles and maximum; each None of an empty population."""
    total = sorted_s.population
    each = np.diff(sorted_s.at_or_below, prepend=0)
    return {
        "mean": float((sorted_s.values * each).sum() / total) if total else None,
        **{f"p{percent}": sorted_s.percentile(percent) for percent in QUANTILES},
        "max": sorted_s.at_rank(total) if total else None,
    }


def of_all(sorted_s: Weighted, population: int) -> dict[str, float | None]:
    """The same in a population whose others have infinite values; a figure that is infinite is None."""
    return distribution(sorted_s) if sorted_s.population == population else _with_infinite(sorted_s, population)


def _with_infinite(sorted_s: Weighted, population: int) -> dict[str, float | None]:
    """The same in a larger population, whose others have infinite values."""
    ranks = {f"p{percent}": _rank(percent, population) for percent in QUANTILES}
    finite = {name: sorted_s.at_rank(rank) for name, rank in ranks.items() if rank <= sorted_s.population}
    return {"mean": None, **{name: finite.get(name) for name in ranks}, "max": None}


def _call_s(ledger: Ledger) -> CallTimes:
    """Start to end of the calls whose both ends the client saw; sorted in place, because calls may be many."""
    call_s = ledger.calls["end_s"] - ledger.calls["start_s"]
    seen = len(call_s) - int(np.count_nonzero(np.isnan(call_s)))
    call_s.sort()  # NaN goes last

    def quantile(percent: int) -> float | None:
        return float(call_s[-(-percent * seen // 100) - 1]) if seen else None

    return {"p50": quantile(50), "p99": quantile(99)}


def _call_counts(ledger: Ledger) -> CallCounts:
    count = np.bincount(ledger.calls["outcome"], minlength=len(OUTCOMES))
    return {
        "attempted": int(count.sum()),
        "accepted": int(count[ACCEPTED]),
        "throttled": int(count[THROTTLED]),
        "quota": int(count[QUOTA]),
        "rejected": int(count[REJECTED]),
        "failed": int(count[FAILED]),
        "paused": int(count[PAUSED]),
    }


def _makespan_s(ledger: Ledger, accepted: Acceptances) -> float | None:
    fresh_s = accepted.decided_s[accepted.fresh > 0]
    return float(fresh_s[-1] - ledger.mails["intended_s"].min()) if len(fresh_s) else None


def utilisation(admitted: float, rate_per_s: float, burst: float, span_s: float | None) -> float | None:
    """The share of what an account allows within so many seconds."""
    return None if span_s is None else admitted / (burst + rate_per_s * span_s)


def at_once(account: Account) -> float:
    """Recipients after a pause: a bucket's burst; a window's are those of a second."""
    return account.limiter.burst if account.limiter.kind == "token-bucket" else account.max_send_rate_per_s


def _admitted(recipients: RecipientCounts) -> float:
    return recipients["accepted"] + recipients["duplicated"]


def _efficiency(recipients: RecipientCounts, bound_s: float | None, makespan_s: float | None) -> float | None:
    complete = recipients["accepted"] == recipients["submitted"]
    return _ratio(bound_s, makespan_s) if complete and bound_s is not None and bound_s > 0 else None


def _ratio(numerator: float | None, denominator: float | None) -> float | None:
    """A quotient, or None where it says nothing."""
    if numerator is None or not denominator or not math.isfinite(numerator / denominator):
        return None
    return numerator / denominator
