"""SES's latencies, fitted from calls that were really made, in the form in which a scenario names them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.ledger.ledger import ACCEPTED, THROTTLED, Ledger
from scenarios.schema.faults import LostResponse, Slow
from scenarios.schema.latency import Latency, Lognormal
from scenarios.schema.model import Scenario

METHOD = "lognormal, maximum likelihood"
FEWEST_CALLS = 30
OUTCOME_OF = {"ses_send": ACCEPTED, "ses_throttle": THROTTLED}
"""Key of a scenario's `latency` → the outcome of the calls that show it."""

_CONFIDENCE = 0.95
_FAR = 0.9  # over the root of the calls, in this distance from a lognormal are 5 % of samples of one (Lilliefors 1967)
_DIGITS = 4  # of the parameters: more than so many calls can tell
_SAME = 1e-9  # spread of logarithms below which all calls took the same time


class Fit(NamedTuple):
    """A law that calls suggest, and how far their distribution is from it at the worst (Kolmogorov-Smirnov)."""

    law: Lognormal
    calls: int
    ks_distance: float
    least: Lognormal | None  # of 95 %: where its median and its p99 begin; None where no such law made these calls
    most: Lognormal | None  # and where they end


class NoFit(NamedTuple):
    """Why nothing could be fitted."""

    calls: int
    reason: str


def fitted(scenario: Scenario, ledgers: Sequence[Ledger]) -> dict[str, Fit | NoFit]:
    """A fit for each of SES's latencies, from the calls of ledgers that can be trusted: it is SES's, no strategy's."""
    if not ledgers:
        return dict.fromkeys(OUTCOME_OF, NoFit(0, "the harness was saturated: calls waited for it, not for SES"))
    stretched = next((fault.kind for fault in scenario.fault if isinstance(fault, Slow | LostResponse)), None)
    if stretched:
        return dict.fromkeys(OUTCOME_OF, NoFit(0, f"the scenario's fault {stretched} makes calls longer"))
    return {
        name: _fit_or_reason(np.concatenate([np.empty(0), *(call_s(ledger, outcome) for ledger in ledgers)]))
        for name, outcome in OUTCOME_OF.items()
    }


def call_s(ledger: Ledger, outcome: int) -> NDArray[np.float64]:
    """Start to end in seconds of the calls with that outcome whose both ends their caller saw."""
    calls = ledger.calls
    took_s: NDArray[np.float64] = (calls["end_s"] - calls["start_s"])[calls["outcome"] == outcome]
    return took_s[took_s > 0]  # which NaN is not


def fit_lognormal(took_s: NDArray[np.float64]) -> Fit:
    """The lognormal under which these durations, in seconds and above 0, are likeliest."""
    from scipy import stats  # slow to import, needed by few commands

    logs = np.log(took_s)
    mu, sigma = stats.norm.fit(logs)
    if sigma <= _SAME:
        return Fit(law := _lognormal(mu, mu), len(logs), 0.0, law, law)
    distance = float(stats.kstest(logs, "norm", (mu, sigma)).statistic)
    near = distance < _FAR / math.sqrt(len(logs))
    law = _lognormal(mu, mu + sigma * stats.norm.ppf(0.99))
    return Fit(law, len(logs), distance, *(_between(logs) if near else (None, None)))


def _between(logs: NDArray[np.float64]) -> tuple[Lognormal, Lognormal]:
    """The ends of the median's and the p99's interval of 95 %, exact for calls that are of such a law.

    A quantile of a normal law, estimated as the mean and so many standard deviations, is of a noncentral t.
    """
    from scipy import stats

    many, quantiles = len(logs), stats.norm.ppf([0.5, 0.99])
    ends = (1 - _CONFIDENCE) / 2, (1 + _CONFIDENCE) / 2
    deviations = [stats.nct.ppf(end, many - 1, math.sqrt(many) * quantiles) / math.sqrt(many) for end in ends]
    least, most = (logs.mean() + logs.std(ddof=1) * deviation for deviation in deviations)
    return _lognormal(*least), _lognormal(*most)


def _lognormal(log_p50: float, log_p99: float) -> Lognormal:
    """From the logarithms of its quantiles in seconds."""
    return Lognormal(median_ms=_rounded(1000 * math.exp(log_p50)), p99_ms=_rounded(1000 * math.exp(log_p99)))


def with_latency(scenario: Scenario, laws: Mapping[str, Latency]) -> Scenario:
    """The scenario with these laws in place of its own, by their keys under `latency`."""
    return scenario.model_copy(update={"latency": scenario.latency.model_copy(update=dict(laws))})


def _fit_or_reason(took_s: NDArray[np.float64]) -> Fit | NoFit:
    if not len(took_s):
        return NoFit(0, "no such call was seen from its start to its end")
    if len(took_s) < FEWEST_CALLS:
        return NoFit(len(took_s), f"a fit needs at least {FEWEST_CALLS} calls")
    return fit_lognormal(took_s)


def _rounded(ms: float) -> float:
    return float(f"{ms:.{_DIGITS}g}")
