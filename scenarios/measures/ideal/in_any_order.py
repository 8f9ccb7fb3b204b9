"""Before when no order of the mails can end, where debt makes another order than first come's end sooner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from scenarios.aws.limit_steps import LimitStep
from scenarios.measures.ideal.admissions import admissions, in_chunks, recipients_of, to_one_each
from scenarios.measures.ideal.admitted import Admitted
from scenarios.measures.ideal.ration import Quota, rationed
from scenarios.measures.ideal.token_time import TokenTime, effective
from scenarios.schema.accounts.account import LimiterHypothesis
from scenarios.traffic.workload import Arrivals
from strategies.ports import MAX_RECIPIENTS


class Debtors(NamedTuple):
    """How many limiters, and how many quotas of 24 hours, a mail may each exceed where they admit on debt."""

    limiters: int
    quotas: int = 1


def last_in_any_order_s(
    arrivals: Arrivals, limiter: LimiterHypothesis, steps: Sequence[LimitStep], quota: Quota | None, debtors: Debtors
) -> float:
    """Not before that, whatever goes last: in debt, of the limiter or of the quota, that is best a large mail."""
    if limiter.admission == "debt":
        clock = TokenTime(effective(limiter, steps), limiter.burst)
        last_s = _last_in_debt_s(arrivals, debtors.limiters, clock)
    else:
        last_s = max(float(chunk.admitted_s[-1]) for chunk in admissions(arrivals, limiter, steps))
    return last_s if quota is None else max(last_s, _last_in_quota_s(arrivals, quota, debtors.quotas))


def _last_in_quota_s(arrivals: Arrivals, quota: Quota, debtors: int) -> float:
    """Before no limiter: in debt no 24 hours hold more than the largest request on top of what leaves one place."""
    largest = min(MAX_RECIPIENTS, int(arrivals.recipients.max()))
    most = quota if quota.strict else quota._replace(per_day=quota.per_day + debtors * (largest - 1))
    total = recipients_of(arrivals)
    if most.holds(total):
        return float(arrivals.intended_s[-1])
    chunks = rationed(map(to_one_each, in_chunks(arrivals)), most, total, _at_once)
    return max(float(chunk.admitted_s[-1]) for chunk in chunks)


def _at_once(chunks: Iterable[Arrivals]) -> Iterator[Admitted]:
    return (Admitted(mails.intended_s, mails.intended_s) for mails in chunks)


def _last_in_debt_s(arrivals: Arrivals, debtors: int, clock: TokenTime) -> float:
    """No last admission can be sooner: from each arrival on, all tokens but the largest mail's must be minted.

    Mails of one instant reach it, the largest last; others need not. Each debtor, a shard or an account of a pool, may
    owe such a mail.
    """
    later = arrivals.recipients[::-1]
    recipients = np.cumsum(later, dtype=np.int64)
    largest = np.maximum.accumulate(np.minimum(later, MAX_RECIPIENTS))
    needed = np.maximum((recipients - debtors * largest)[::-1] - clock.held(arrivals.intended_s) + 1, 0)
    ready_s = clock.when(clock.minted(arrivals.intended_s) + needed)
    return float(np.maximum(ready_s, arrivals.intended_s).max())
