"""When an ideal sender has each recipient admitted.

Mails are expanded to recipients in chunks of about a million, so that memory does not grow with them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from scenarios.aws.limit_steps import LimitStep, limit_steps
from scenarios.measures.ideal.admitted import Admitted
from scenarios.measures.ideal.ration import Quota, quota_of, rationed
from scenarios.measures.ideal.through import through
from scenarios.measures.ideal.token_time import effective
from scenarios.schema.accounts.account import LimiterHypothesis
from scenarios.schema.model import Scenario
from scenarios.traffic.workload import Arrivals

CHUNK_RECIPIENTS = 1 << 20


def admissions_of(scenario: Scenario, arrivals: Arrivals) -> Iterator[Admitted]:
    """When a scenario's ideal sender has each recipient admitted, chunk by chunk, in the order of the mails."""
    return admissions(arrivals, scenario.account.limiter, limit_steps(scenario), quota_of(scenario.account))


def admissions(
    arrivals: Arrivals, limiter: LimiterHypothesis, steps: Sequence[LimitStep], quota: Quota | None = None
) -> Iterator[Admitted]:
    """When each recipient is admitted, chunk by chunk; in debt, a part of up to 50 recipients goes as one."""
    admitting, chunks = through(limiter, effective(limiter, steps)), in_chunks(arrivals)
    recipients = recipients_of(arrivals)
    if quota is None or quota.holds(recipients):
        return admitting(chunks)
    if quota.strict and limiter.admission == "strict":  # nothing is gained by mails to several
        chunks = map(to_one_each, chunks)
    return rationed(chunks, quota, recipients, admitting)


def in_chunks(arrivals: Arrivals) -> Iterator[Arrivals]:
    """Whole mails, about `CHUNK_RECIPIENTS` recipients at a time."""
    until = np.cumsum(arrivals.recipients, dtype=np.int64)
    full = np.searchsorted(until, np.arange(CHUNK_RECIPIENTS, until[-1], CHUNK_RECIPIENTS)) + 1
    for start, end in pairwise(sorted({0, *full.tolist(), len(until)})):
        yield Arrivals(arrivals.intended_s[start:end], arrivals.recipients[start:end])


def to_one_each(mails: Arrivals) -> Arrivals:
    """As many mails as there are recipients."""
    intended_s = np.repeat(mails.intended_s, mails.recipients)
    return Arrivals(intended_s, np.ones(len(intended_s), np.int32))


def recipients_of(arrivals: Arrivals) -> int:
    """How many there are of all mails."""
    return int(arrivals.recipients.sum(dtype=np.int64))
