"""The best possible makespan, and an ideal sender's latencies: what every strategy is measured against.

The ideal sender has no latency. It gives SES the recipients one at a time, first come first served, each at the
earliest instant at which the limiter admits it. That is a queue: recipients arrive, the limiter mints places, and each
recipient takes the next place that is not minted before it came. No order ends sooner or waits less on average; one
that lets a few wait until the end can have a smaller p99.

In debt, of the limiter or of the quota, mails go as wholes, of up to 50 recipients, and other orders end sooner: there
the makespan is what none of them can beat, while mean and p99 stay first come's.

Instants are computed in 64-bit floats, so they agree with the limiter's clock of 2⁻³⁰ s to within one tick.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from scenarios.aws.limit_steps import LimitStep, limit_steps
from scenarios.measures.ideal.admissions import admissions, admissions_of, recipients_of
from scenarios.measures.ideal.in_any_order import Debtors, last_in_any_order_s
from scenarios.measures.ideal.pool_quota import least_span_s
from scenarios.measures.ideal.ration import Quota, quota_of
from scenarios.measures.ideal.slowest import summary
from scenarios.schema.accounts.account import Account, LimiterHypothesis
from scenarios.schema.model import Scenario
from scenarios.traffic.workload import Arrivals


class Bound(NamedTuple):
    """Seconds; None for a workload without recipients. No sender beats the makespan; the latencies are first come's."""

    makespan_s: float | None
    latency_mean_s: float | None
    latency_p99_s: float | None


def bound_of(scenario: Scenario, arrivals: Arrivals) -> Bound:
    """The bound of a scenario; of its faults only `rate_change` counts.

    A pool is taken for one account with the sums of rates, bursts and quotas, which no dealing of its mails beats.
    Where all bursts last alike, dealing to the account that would be full first comes up to that, but for as many
    recipients as there are accounts; else what overflows in one account is given to the others here. A pool's latencies
    on debt are those of one debtor.
    """
    limits = scenario.account.limiter, limit_steps(scenario), quota_of(scenario.account)
    found = bound(arrivals, *limits, _debtors_of(scenario))
    if scenario.pool is None or found.makespan_s is None:
        return found
    least_s = least_span_s(scenario, recipients_of(arrivals), float(arrivals.intended_s[0]))
    return found._replace(makespan_s=max(found.makespan_s, least_s))


def _debtors_of(scenario: Scenario) -> Debtors:
    accounts = tuple[Account, ...](scenario.accounts.values()) or (scenario.account,)
    limiters = sum(one.limiter.shards for one in accounts if one.limiter.admission == "debt")
    return Debtors(limiters, sum(one.daily_edge == "debt" for one in accounts))


def bound_of_parts(parts: Sequence[tuple[Scenario, Arrivals]]) -> Bound:
    """Of parts that share nothing: the last of them ends it, and the latencies are over the recipients of all."""
    sending = [(scenario, mails) for scenario, mails in parts if recipients_of(mails)]
    if len(sending) < 2:
        return next((bound_of(*part) for part in sending), Bound(None, None, None))
    ends_s = [float(mails.intended_s[0]) + (bound_of(one, mails).makespan_s or 0.0) for one, mails in sending]
    chunks = chain.from_iterable(admissions_of(one, mails) for one, mails in sending)
    _, mean_s, p99_s = summary(chunks, sum(recipients_of(mails) for _, mails in sending))
    return Bound(max(ends_s) - min(float(mails.intended_s[0]) for _, mails in sending), mean_s, p99_s)


def expected_s(scenario: Scenario, arrivals: Arrivals) -> float:
    """How long a run of the scenario takes that goes as well as it may; at most until its horizon."""
    return min(bound_of(scenario, arrivals).makespan_s or scenario.horizon_s, scenario.horizon_s)


def bound(
    arrivals: Arrivals,
    limiter: LimiterHypothesis,
    steps: Sequence[LimitStep],
    quota: Quota | None = None,
    debtors: Debtors | None = None,
) -> Bound:
    """The makespan that no sender beats; first come's mean latency and its 99th percentile over recipients.

    The steps' rates are the account's, before the limiter's `effective_rate`; the bucket begins full. Without `debtors`
    they are one account's.
    """
    total = recipients_of(arrivals)
    if not total:
        return Bound(None, None, None)
    last_s, mean_s, p99_s = summary(admissions(arrivals, limiter, steps, quota), total)
    if limiter.admission == "debt" or (quota is not None and not quota.strict):
        last_s = last_in_any_order_s(arrivals, limiter, steps, quota, debtors or Debtors(limiter.shards))
    return Bound(last_s - float(arrivals.intended_s[0]), mean_s, p99_s)
