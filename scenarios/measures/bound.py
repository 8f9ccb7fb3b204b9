"""The best possible makespan, and an ideal sender's latencies: what every strategy is measured against.

The ideal sender has no latency. It gives SES the recipients one at a time, first come first served, each at the
earliest instant at which the limiter admits it. That is a queue: recipients arrive, the limiter mints places, and each
recipient takes the next place that is not minted before it came. No order ends sooner or waits less on average; one
that lets a few wait until the end can have a smaller p99.

In debt, of the limiter or of the quota, mails go as wholes, of up to 50 recipients, and other orders end sooner: there
the makespan is what none of them can beat, while mean and p99 stay first come's.

Instants are computed in 64-bit floats, so they agree with the limiter's clock of 2⁻³⁰ s to within one tick.

Memory: mails are expanded to recipients in chunks of about a million, and of the latencies only the slowest hundredth
(twice that for a moment) is kept, which is what an exact 99th percentile needs.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import chain, pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.aws.limit_steps import LimitStep, limit_steps
from scenarios.aws.limiter import exact, whole
from scenarios.measures.pool_quota import least_span_s
from scenarios.measures.ration import Admitted, Floats, Quota, Through, quota_of, rationed
from scenarios.schema.accounts.account import Account, LimiterHypothesis
from scenarios.schema.model import Scenario
from scenarios.traffic.workload import Arrivals
from strategies.ports import MAX_RECIPIENTS

CHUNK_RECIPIENTS = 1 << 20


class Debtors(NamedTuple):
    """How many limiters, and how many quotas of 24 hours, a mail may each exceed where they admit on debt."""

    limiters: int
    quotas: int = 1


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
    least_s = least_span_s(scenario, _total_of(arrivals), float(arrivals.intended_s[0]))
    return found._replace(makespan_s=max(found.makespan_s, least_s))


def _debtors_of(scenario: Scenario) -> Debtors:
    accounts = tuple[Account, ...](scenario.accounts.values()) or (scenario.account,)
    limiters = sum(one.limiter.shards for one in accounts if one.limiter.admission == "debt")
    return Debtors(limiters, sum(one.daily_edge == "debt" for one in accounts))


def bound_of_parts(parts: Sequence[tuple[Scenario, Arrivals]]) -> Bound:
    """Of parts that share nothing: the last of them ends it, and the latencies are over the recipients of all."""
    sending = [(scenario, mails) for scenario, mails in parts if _total_of(mails)]
    if len(sending) < 2:
        return next((bound_of(*part) for part in sending), Bound(None, None, None))
    ends_s = [float(mails.intended_s[0]) + (bound_of(one, mails).makespan_s or 0.0) for one, mails in sending]
    chunks = chain.from_iterable(admissions_of(one, mails) for one, mails in sending)
    _, mean_s, p99_s = _summary(chunks, sum(_total_of(mails) for _, mails in sending))
    return Bound(max(ends_s) - min(float(mails.intended_s[0]) for _, mails in sending), mean_s, p99_s)


def admissions_of(scenario: Scenario, arrivals: Arrivals) -> Iterator[Admitted]:
    """When a scenario's ideal sender has each recipient admitted, chunk by chunk, in the order of the mails."""
    return admissions(arrivals, scenario.account.limiter, limit_steps(scenario), quota_of(scenario.account))


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
    total = _total_of(arrivals)
    if not total:
        return Bound(None, None, None)
    last_s, mean_s, p99_s = _summary(admissions(arrivals, limiter, steps, quota), total)
    if limiter.admission == "debt" or (quota is not None and not quota.strict):
        last_s = _last_in_any_order_s(arrivals, limiter, steps, quota, debtors or Debtors(limiter.shards))
    return Bound(last_s - float(arrivals.intended_s[0]), mean_s, p99_s)


def _last_in_any_order_s(
    arrivals: Arrivals, limiter: LimiterHypothesis, steps: Sequence[LimitStep], quota: Quota | None, debtors: Debtors
) -> float:
    """Not before that, whatever goes last: in debt, of the limiter or of the quota, that is best a large mail."""
    if limiter.admission == "debt":
        clock = TokenTime(_effective(limiter, steps), limiter.burst)
        last_s = _last_in_debt_s(arrivals, debtors.limiters, clock)
    else:
        last_s = max(float(chunk.admitted_s[-1]) for chunk in admissions(arrivals, limiter, steps))
    return last_s if quota is None else max(last_s, _last_in_quota_s(arrivals, quota, debtors.quotas))


def _last_in_quota_s(arrivals: Arrivals, quota: Quota, debtors: int) -> float:
    """Before no limiter: in debt no 24 hours hold more than the largest request on top of what leaves one place."""
    largest = min(MAX_RECIPIENTS, int(arrivals.recipients.max()))
    most = quota if quota.strict else quota._replace(per_day=quota.per_day + debtors * (largest - 1))
    total = _total_of(arrivals)
    if most.holds(total):
        return float(arrivals.intended_s[-1])
    chunks = rationed(map(_to_one_each, _chunks(arrivals)), most, total, _at_once)
    return max(float(chunk.admitted_s[-1]) for chunk in chunks)


def _at_once(chunks: Iterable[Arrivals]) -> Iterator[Admitted]:
    return (Admitted(mails.intended_s, mails.intended_s) for mails in chunks)


def admissions(
    arrivals: Arrivals, limiter: LimiterHypothesis, steps: Sequence[LimitStep], quota: Quota | None = None
) -> Iterator[Admitted]:
    """When each recipient is admitted, chunk by chunk; in debt, a part of up to 50 recipients goes as one."""
    through, chunks = _through(limiter, _effective(limiter, steps)), _chunks(arrivals)
    recipients = _total_of(arrivals)
    if quota is None or quota.holds(recipients):
        return through(chunks)
    if quota.strict and limiter.admission == "strict":  # nothing is gained by mails to several
        chunks = map(_to_one_each, chunks)
    return rationed(chunks, quota, recipients, through)


def _through(limiter: LimiterHypothesis, effective: list[EffectiveStep]) -> Through:
    if limiter.kind == "token-bucket":
        on_one_token = 1 if limiter.admission == "strict" else MAX_RECIPIENTS
        clock = TokenTime(effective, limiter.burst)
        return lambda chunks: _through_bucket(chunks, limiter.burst, clock, on_one_token)
    frees_s = _next_second if limiter.kind == "fixed-window" else _second_later
    if len(effective) > 1:
        return lambda chunks: _through_changing_window(chunks, ChangingWindow(effective, frees_s))
    fixed_or_sliding = _through_fixed_window if limiter.kind == "fixed-window" else _through_sliding_window
    return lambda chunks: fixed_or_sliding(chunks, whole(effective[0].rate_per_s))


class EffectiveStep(NamedTuple):
    """A step with the rate at which the limiter really refills."""

    at_s: float
    rate_per_s: Fraction
    burst: int


def _effective(limiter: LimiterHypothesis, steps: Sequence[LimitStep]) -> list[EffectiveStep]:
    share = exact(limiter.effective_rate)
    return [EffectiveStep(at_s, exact(rate_per_s) * share, burst) for at_s, rate_per_s, burst in steps]


class TokenTime:
    """Tokens minted since second 0, which is piecewise linear in time, and the way back."""

    def __init__(self, steps: Sequence[EffectiveStep], full: int) -> None:
        """`full` is what the bucket holds at the beginning."""
        self._at_s = np.array([step.at_s for step in steps])
        self._rate_per_s = np.array([float(step.rate_per_s) for step in steps])
        self._burst = np.array([float(step.burst) for step in steps])
        self._minted = np.append(0.0, np.cumsum(np.diff(self._at_s) * self._rate_per_s[:-1]))
        self._full, self._unused = full, self._unused_at_steps(full)

    def _unused_at_steps(self, held: float) -> Floats:
        """What the bucket would hold at each step if no mail had come."""
        unused, burst_before = [], float(held)
        for burst, minted in zip(self._burst, np.diff(self._minted, prepend=0.0), strict=True):
            held = min(burst_before, held + minted, burst)
            unused.append(held)
            burst_before = burst
        return np.array(unused)

    def held(self, at_s: Floats) -> Floats:
        """What the bucket would hold at each instant if no mail had come: no more than its burst of that time."""
        step = np.searchsorted(self._at_s, at_s, side="right") - 1
        minted: Floats = (at_s - self._at_s[step]) * self._rate_per_s[step]
        held: Floats = np.minimum(self._burst[step], self._unused[step] + minted)
        return held

    def overflowed(self, at_s: Floats) -> Floats:
        """Tokens that had no room until each instant, if no mail had come: all that are minted; fewer where it grew."""
        return self.minted(at_s) + (self._full - self.held(at_s))

    def minted(self, at_s: Floats) -> Floats:
        """Tokens minted until each instant."""
        step = np.searchsorted(self._at_s, at_s, side="right") - 1
        since_step: Floats = (at_s - self._at_s[step]) * self._rate_per_s[step]
        return self._minted[step] + since_step

    def when(self, minted: Floats) -> Floats:
        """The instant at which each number of tokens is reached; negative for what was there before second 0."""
        step = np.maximum(np.searchsorted(self._minted, minted, side="right") - 1, 0)
        since_step_s: Floats = (minted - self._minted[step]) / self._rate_per_s[step]
        return self._at_s[step] + since_step_s


def _through_bucket(chunks: Iterable[Arrivals], burst: int, clock: TokenTime, on_one_token: int) -> Iterator[Admitted]:
    """The bucket as a debtor that may hand out `burst` tokens before they are minted.

    Of every `on_one_token` recipients of a mail the first waits for its token, and the others ride with it.
    """
    for intended_s, first, place in _queued(chunks, clock.overflowed):
        place -= place % on_one_token
        yield Admitted(intended_s, np.maximum(intended_s, clock.when(first + (place + 1 - burst))))


def _through_fixed_window(chunks: Iterable[Arrivals], capacity: int) -> Iterator[Admitted]:
    """Every whole second mints `capacity` places at once; those of the past are worth nothing."""
    for intended_s, first, place in _queued(chunks, lambda at_s: at_s.astype(np.int64) * capacity):
        yield Admitted(intended_s, np.maximum(intended_s, (first + place) // capacity))


def _through_sliding_window(chunks: Iterable[Arrivals], capacity: int) -> Iterator[Admitted]:
    """A recipient takes the place of the one `capacity` before it, a second after that one."""
    latest_s = np.full(capacity, -np.inf)
    for intended_s in _recipients(chunks):
        admitted_s = _lagged(intended_s, latest_s + 1.0)
        latest_s = np.concatenate((latest_s, admitted_s))[-capacity:]
        yield Admitted(intended_s, admitted_s)


def _lagged(intended_s: Floats, free_s: Floats) -> Floats:
    """max(intended, one second after the predecessor), where row after row stands below its predecessors.

    `free_s` are the instants from which the first row's places are free.
    """
    rows = -(-len(intended_s) // len(free_s))
    own_s = np.full((rows, len(free_s)), np.inf)
    own_s.reshape(-1)[: len(intended_s)] = intended_s
    np.maximum(own_s[0], free_s, out=own_s[0])
    row_s = np.arange(float(rows))[:, None]
    admitted_s = np.maximum.accumulate(own_s - row_s, axis=0)
    admitted_s += row_s  # exact for recipients that need not wait: their instant is at least their row
    return admitted_s.reshape(-1)[: len(intended_s)]


def _next_second(at_s: float) -> float:
    return math.floor(at_s) + 1.0


def _second_later(at_s: float) -> float:
    return at_s + 1.0


class ChangingWindow:
    """A window limiter whose capacity changes, one recipient at a time.

    `frees_s` says from when on an admission no longer counts: this is all in which the two kinds of window differ.
    """

    def __init__(self, steps: Sequence[EffectiveStep], frees_s: Callable[[float], float]) -> None:
        self._at_s = [step.at_s for step in steps] + [math.inf]
        self._capacity = [whole(step.rate_per_s) for step in steps]
        self._frees_s, self._now_s = frees_s, 0.0
        self._taken_until_s: deque[float] = deque()

    def admit(self, intended_s: float) -> float:
        """The earliest instant for the next recipient."""
        self._now_s = max(self._now_s, intended_s)
        while (later_s := self._chance_s()) > self._now_s:
            self._now_s = later_s
        self._taken_until_s.append(self._frees_s(self._now_s))
        return self._now_s

    def _chance_s(self) -> float:
        """Now, if there is room; else the next instant at which a place is freed or the capacity changes."""
        taken = self._taken_until_s
        while taken and taken[0] <= self._now_s:
            taken.popleft()
        step = bisect_right(self._at_s, self._now_s) - 1
        room = len(taken) < self._capacity[step]
        return self._now_s if room else min(taken[0], self._at_s[step + 1])


def _through_changing_window(chunks: Iterable[Arrivals], window: ChangingWindow) -> Iterator[Admitted]:
    for intended_s in _recipients(chunks):
        yield Admitted(intended_s, np.array([window.admit(at_s) for at_s in intended_s.tolist()]))


def _queued(
    chunks: Iterable[Arrivals], gone: Callable[[Floats], Any]
) -> Iterator[tuple[Floats, Any, NDArray[np.int64]]]:
    """For each recipient its intended instant, the number of its mail's first token, and its place in the mail.

    A mail's first token is the next after its predecessor's last, or, after an idle time, the next that is not gone.
    """
    taken = 0
    for mails in chunks:
        before = np.cumsum(mails.recipients, dtype=np.int64) - mails.recipients
        first = before + np.maximum.accumulate(np.maximum(gone(mails.intended_s) - before, taken))
        taken = first[-1] + mails.recipients[-1]
        mail = np.repeat(np.arange(len(before)), mails.recipients)
        yield mails.intended_s[mail], first[mail], np.arange(len(mail)) - before[mail]


def _total_of(arrivals: Arrivals) -> int:
    """How many there are of all mails."""
    return int(arrivals.recipients.sum(dtype=np.int64))


def _recipients(chunks: Iterable[Arrivals]) -> Iterator[Floats]:
    """The intended instant of every recipient."""
    return (np.repeat(mails.intended_s, mails.recipients) for mails in chunks)


def _to_one_each(mails: Arrivals) -> Arrivals:
    """As many mails as there are recipients."""
    intended_s = np.repeat(mails.intended_s, mails.recipients)
    return Arrivals(intended_s, np.ones(len(intended_s), np.int32))


def _chunks(arrivals: Arrivals) -> Iterator[Arrivals]:
    """Whole mails, about `CHUNK_RECIPIENTS` recipients at a time."""
    until = np.cumsum(arrivals.recipients, dtype=np.int64)
    full = np.searchsorted(until, np.arange(CHUNK_RECIPIENTS, until[-1], CHUNK_RECIPIENTS)) + 1
    for start, end in pairwise(sorted({0, *full.tolist(), len(until)})):
        yield Arrivals(arrivals.intended_s[start:end], arrivals.recipients[start:end])


def _summary(chunks: Iterator[Admitted], total: int) -> tuple[float, float, float]:
    """The last admission, the mean latency and its 99th percentile."""
    slowest, sums_s, last_s = Largest(total - -(-99 * total // 100) + 1), [], 0.0
    for intended_s, admitted_s in chunks:
        latency_s = admitted_s - intended_s
        slowest.add(latency_s)
        sums_s.append(float(latency_s.sum()))
        last_s = max(last_s, float(admitted_s[-1]))
    return last_s, math.fsum(sums_s) / total, slowest.smallest()


class Largest:
    """The `count` largest of a stream of values."""

    def __init__(self, count: int) -> None:
        self._count, self._kept, self._least = count, np.empty(0), -math.inf

    def add(self, values: Floats) -> None:
        """Sorts out only when twice as many are kept, so that each value costs the same however many there are."""
        self._kept = np.concatenate((self._kept, values[values > self._least]))
        if len(self._kept) >= 2 * self._count:
            self._least = self.smallest()

    def smallest(self) -> float:
        """The smallest of them; what is below is forgotten."""
        below = len(self._kept) - self._count
        self._kept = np.partition(self._kept, below)[below:]
        return float(self._kept[0])


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
