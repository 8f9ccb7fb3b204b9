"""The bound is the best possible: closed forms, cases done by hand, and a greedy sender in exact fractions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import deepcopy
from fractions import Fraction
from itertools import product
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from reports.verify.closed_forms import debt_batch_s, strict_batch_s
from scenarios.aws.admission import RollingQuota
from scenarios.aws.limit_steps import LimitStep, limit_steps, rate_steps
from scenarios.aws.limiter import TICKS_PER_S, build_limiter, exact
from scenarios.measures import bound as module
from scenarios.measures.bound import Bound, bound_of
from scenarios.measures.ideal import admissions as ideal
from scenarios.measures.ideal.admissions import admissions
from scenarios.measures.ideal.ration import Quota
from scenarios.schema.accounts.account import Account, LimiterHypothesis
from scenarios.schema.model import Scenario
from scenarios.traffic.workload import Arrivals

TICK_S = 1 / TICKS_PER_S
KINDS: tuple[dict[str, Any], ...] = (
    {"kind": "token-bucket"},
    {"kind": "token-bucket", "admission": "debt"},
    {"kind": "fixed-window"},
    {"kind": "sliding-window"},
)
Mails = Sequence[tuple[float, int]]
Steps = Sequence[tuple[float, float] | LimitStep]
"""From when on which rate holds; the burst stays where a step names none."""

kinds = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.get("admission", kind["kind"]))


def limiter(rate_per_s: float = 30.0, **keys: Any) -> LimiterHypothesis:
    """A limiter as an account resolves it."""
    return Account(max_send_rate_per_s=rate_per_s, limiter=LimiterHypothesis(**keys)).limiter


def arrivals(mails: Mails) -> Arrivals:
    """(intended_s, recipients) as columns."""
    return Arrivals(np.array([at_s for at_s, _ in mails], np.float64), np.array([n for _, n in mails], np.int32))


def with_burst(steps: Steps, hypothesis: LimiterHypothesis) -> list[LimitStep]:
    """The steps, each with its burst."""
    return [step if isinstance(step, LimitStep) else LimitStep(*step, hypothesis.burst) for step in steps]


def bound(traffic: Arrivals, hypothesis: LimiterHypothesis, steps: Steps, quota: Quota | None = None) -> Bound:
    """The ideal sender's figures."""
    return module.bound(traffic, hypothesis, with_burst(steps, hypothesis), quota)


def instants(mails: Mails, hypothesis: LimiterHypothesis, steps: Steps, quota: Quota | None = None) -> list[float]:
    """When the ideal sender's recipients are admitted."""
    chunks = admissions(arrivals(mails), hypothesis, with_burst(steps, hypothesis), quota)
    return [at_s for chunk in chunks for at_s in chunk.admitted_s.tolist()]


def test_broadcast_of_900() -> None:
    """900 mails at once at R = B = 30: (N - B) / R; recipient k > 30 waits (k - 30) / 30."""
    made = bound(arrivals([(0.0, 1)] * 900), limiter(), [(0.0, 30.0)])
    assert made.makespan_s == 29.0
    assert made.latency_mean_s == pytest.approx(870 * 871 / 2 / 30 / 900, rel=1e-14)
    assert made.latency_p99_s == 28.7


@given(st.integers(1, 3000), st.integers(1, 100), st.integers(1, 100), st.integers(0, 50))
def test_strict_batch_takes_n_minus_b_over_r(recipients: int, rate: int, burst: int, start_s: int) -> None:
    """N recipients at one instant take max(0, N - B) / R, however they are spread over mails."""
    mails = [(float(start_s), recipients // 2), (float(start_s), recipients - recipients // 2)]
    made = bound(arrivals(mails), limiter(rate, burst=burst), [(0.0, float(rate))])
    assert made.makespan_s == pytest.approx(strict_batch_s(recipients, burst, rate), rel=1e-12)


@given(st.integers(1, 60), st.integers(1, 50), st.integers(1, 100), st.integers(1, 100))
def test_debt_batch_takes_the_formula_of_the_contract(mails: int, size: int, rate: int, burst: int) -> None:
    """In debt the last mail rides on one token: max(0, N - m - B + 1) / R, and equal mails in order achieve it."""
    hypothesis, steps = limiter(rate, burst=burst, admission="debt"), [(0.0, float(rate))]
    batch = [(0.0, size)] * mails
    expected = debt_batch_s(mails, size, burst, rate)
    assert bound(arrivals(batch), hypothesis, steps).makespan_s == pytest.approx(expected, rel=1e-12)
    assert max(instants(batch, hypothesis, steps)) == pytest.approx(expected, rel=1e-12)


def test_debt_sends_the_largest_mail_last() -> None:
    """The makespan may reorder, the latency may not: 10 then 1 at R = B = 1 ends at 1 s, in order at 10 s."""
    made = bound(arrivals([(0.0, 10), (0.0, 1)]), limiter(1.0, admission="debt"), [(0.0, 1.0)])
    assert made == Bound(makespan_s=1.0, latency_mean_s=10 / 11, latency_p99_s=10.0)


def test_debt_cuts_mails_to_fifty() -> None:
    """120 recipients at R = 10, B = 1 go as 50, 50 and 20, at 0, 5 and 10 s; the least makespan puts a 50 last."""
    hypothesis, steps = limiter(10.0, burst=1, admission="debt"), [(0.0, 10.0)]
    assert instants([(0.0, 120)], hypothesis, steps) == [0.0] * 50 + [5.0] * 50 + [10.0] * 20
    assert bound(arrivals([(0.0, 120)]), hypothesis, steps).makespan_s == 7.0


def test_fixed_window_by_hand() -> None:
    """Two a second: the rest of second 0 is used at once, then two at each whole second."""
    made = instants([(0.5, 5), (2.25, 1), (2.75, 2)], limiter(2.5, kind="fixed-window"), [(0.0, 2.5)])
    assert made == [0.5, 0.5, 1.0, 1.0, 2.0, 2.25, 3.0, 3.0]


def test_sliding_window_by_hand() -> None:
    """Two in any (t - 1, t]: each goes a second after the one two before it."""
    made = instants([(0.5, 2), (0.75, 3), (4.0, 1)], limiter(2.5, kind="sliding-window"), [(0.0, 2.5)])
    assert made == [0.5, 0.5, 1.5, 1.5, 2.5, 4.0]


@kinds
def test_who_need_not_wait_is_not_rounded(kind: dict[str, Any]) -> None:
    """A recipient who finds room is admitted at its own instant, to the last bit, however many went before."""
    mails = [(k + 0.1, 1) for k in range(0, 5000, 2)]
    assert instants(mails, limiter(1.0, **kind), [(0.0, 1.0)]) == [at_s for at_s, _ in mails]


@pytest.mark.parametrize("kind", ["fixed-window", "sliding-window"])
def test_a_window_holds_at_least_one(kind: str) -> None:
    """A rate below one a second still admits one a second, as the limiter does."""
    assert instants([(0.0, 3)], limiter(0.4, kind=kind), [(0.0, 0.4)]) == [0.0, 1.0, 2.0]


def test_the_effective_rate_is_exact_in_decimals() -> None:
    """0.29 of 100 is 29 a window, although the product of the floats is below 29."""
    made = instants([(0.0, 30)], limiter(100.0, kind="fixed-window", effective_rate=0.29), [(0.0, 100.0)])
    assert made == [0.0] * 29 + [1.0]


def test_a_rate_change_by_hand() -> None:
    """At R = B = 2, from second 1 on 1/s, from second 3 on 4/s: tokens come at 0.5, 1, 2, 3, 3.25, ..."""
    steps = [(0.0, 2.0), (1.0, 1.0), (3.0, 4.0)]
    assert instants([(0.0, 8)], limiter(2.0), steps) == [0.0, 0.0, 0.5, 1.0, 2.0, 3.0, 3.25, 3.5]
    expected = [0.0, 0.0, 1.0, 2.0, 3.0, 3.0, 3.0, 3.0]
    assert instants([(0.0, 8)], limiter(2.0, kind="fixed-window"), steps) == expected
    assert instants([(0.0, 8)], limiter(2.0, kind="sliding-window"), steps) == [0.0, 0.0, 1.0, 2.0, 3.0, 3.0, 3.0, 3.0]


@kinds
def test_nothing_to_send_has_no_bound(kind: dict[str, Any]) -> None:
    """Without recipients there is nothing to be fast at."""
    assert bound(arrivals([]), limiter(**kind), [(0.0, 30.0)]) == Bound(None, None, None)


def scenario(*changes: tuple[float, ...], **account: Any) -> Scenario:
    """A scenario whose rate changes are (start_s, duration_s, rate), or a burst besides."""
    keys = ("start_s", "duration_s", "max_send_rate_per_s", "burst")
    faults = tuple({"kind": "rate_change", **dict(zip(keys, change, strict=False))} for change in changes)
    workload = ({"process": "batch", "messages": 90},)
    return Scenario.model_validate({"name": "s", "account": account, "workload": workload, "fault": faults})


def test_rate_changes_become_steps() -> None:
    """A rate change is two steps; where two overlap, the later in the file holds; a start at 0 is the first rate."""
    told = scenario((0.0, 2.0, 5.0), (1.0, 3.0, 7.0), max_send_rate_per_s=30.0)
    assert rate_steps(told) == [(0.0, 5.0), (1.0, 7.0), (2.0, 7.0), (4.0, 30.0)]


def test_a_rate_change_may_change_the_burst() -> None:
    """It holds as long as the change does; a change that names none leaves the account's, whatever it overlaps."""
    told = scenario((1.0, 4.0, 5.0, 3), (2.0, 1.0, 7.0), max_send_rate_per_s=30.0)
    assert limit_steps(told) == [(0.0, 30.0, 30), (1.0, 5.0, 3), (2.0, 7.0, 30), (3.0, 5.0, 3), (5.0, 30.0, 30)]


def test_the_bound_of_a_scenario_follows_its_rate_changes() -> None:
    """90 mails at R = B = 30, and from second 1 on 10/s: 60 are through at second 1, the rest takes 3 s more."""
    told = scenario((1.0, 100.0, 10.0), max_send_rate_per_s=30.0)
    assert bound_of(told, arrivals([(0.0, 1)] * 90)).makespan_s == 4.0


# From here on: against a greedy sender. Dyadic times and rates make every instant a whole tick of the limiter.

dyadic_s = st.integers(0, 4 * 64).map(lambda n: n / 64)
mail_lists = st.lists(st.tuples(dyadic_s, st.integers(1, 8)), min_size=1, max_size=12).map(sorted)
big_mail_lists = st.lists(st.tuples(dyadic_s, st.integers(1, 120)), min_size=1, max_size=4).map(sorted)
dyadic_rates = st.sampled_from([0.5, 1.0, 2.0, 4.0, 8.0])
later_steps = st.dictionaries(dyadic_s.filter(bool), dyadic_rates, max_size=3).map(lambda steps: sorted(steps.items()))
later_limits = st.dictionaries(dyadic_s, st.tuples(dyadic_rates, st.integers(1, 10)), max_size=3).map(
    lambda steps: [LimitStep(at_s, *steps[at_s]) for at_s in sorted(steps)]
)


class Judge:
    """The limiter of the simulator, asked in the order of time and told of rate changes as they come."""

    def __init__(self, hypothesis: LimiterHypothesis, steps: Steps, quota: Quota | None) -> None:
        self._ahead = with_burst(steps, hypothesis)
        self._limiter = build_limiter(hypothesis, self._ahead[0].rate_per_s, 1)
        self._quota = None if quota is None else RollingQuota(*quota)
        self._share = exact(hypothesis.effective_rate)

    def admits(self, at_s: float, recipients: int) -> bool:
        """Whether it admits; what it admits counts."""
        while self._ahead and self._ahead[0][0] <= at_s:
            step_s, rate, burst = self._ahead.pop(0)
            self._limiter.set_rate(step_s, exact(rate) * self._share, burst)
        if self._quota is None:
            return self._limiter.admit(at_s, recipients)
        admitted = self._quota.holds(at_s, recipients) and self._limiter.admit(at_s, recipients)
        if admitted:
            self._quota.use(at_s, recipients)
        return admitted


def requests(mails: Mails, hypothesis: LimiterHypothesis) -> list[tuple[float, int]]:
    """(intended_s, recipients) of each request: single recipients, or in debt parts of up to 50."""
    most = 50 if hypothesis.admission == "debt" else 1
    return [(at_s, min(most, n - first)) for at_s, n in mails for first in range(0, n, most)]


def check_against_the_limiter(
    mails: Mails, hypothesis: LimiterHypothesis, steps: Steps, quota: Quota | None = None
) -> None:
    """SES admits each request at the claimed instant and refuses it a tick earlier."""
    judge, earliest_s = Judge(hypothesis, steps, quota), 0.0
    claimed = iter(instants(mails, hypothesis, steps, quota))
    for intended_s, recipients in requests(mails, hypothesis):
        together = {next(claimed) for _ in range(recipients)}
        at_s = together.pop()
        earliest_s = max(earliest_s, intended_s)
        assert not together
        assert at_s == earliest_s or not deepcopy(judge).admits(at_s - TICK_S, recipients)
        assert at_s >= earliest_s
        assert judge.admits(at_s, recipients)
        earliest_s = at_s
    assert next(claimed, None) is None


@kinds
@settings(max_examples=50)
@given(mails=mail_lists, rate=dyadic_rates, burst=st.integers(1, 10))
def test_no_earlier_admission_is_possible(kind: dict[str, Any], mails: Mails, rate: float, burst: int) -> None:
    """Each claimed instant satisfies the limiter, and one tick earlier it would have refused."""
    burst_key = {"burst": burst} if kind["kind"] == "token-bucket" else {}
    check_against_the_limiter(mails, limiter(rate, **kind, **burst_key), [(0.0, rate)])


@kinds
@settings(max_examples=50)
@given(mails=mail_lists, rate=dyadic_rates, later=later_steps)
def test_no_earlier_admission_while_rates_change(kind: dict[str, Any], mails: Mails, rate: float, later: Any) -> None:
    """The same while the rate changes; the burst stays."""
    check_against_the_limiter(mails, limiter(rate, **kind), [(0.0, rate), *later])


@pytest.mark.parametrize("admission", ["strict", "debt"])
@given(mails=mail_lists, rate=dyadic_rates, burst=st.integers(1, 10), later=later_limits)
def test_no_earlier_admission_while_bursts_change(
    admission: str, mails: Mails, rate: float, burst: int, later: list[LimitStep]
) -> None:
    """The same while the burst changes with it: a smaller bucket overflows at once, a larger one fills up."""
    check_against_the_limiter(mails, limiter(rate, burst=burst, admission=admission), [(0.0, rate), *later])


@kinds
@settings(max_examples=50)
@given(
    mails=mail_lists,
    rate=dyadic_rates,
    per_day=st.integers(1, 20),
    days=st.integers(0, 2),
    later=later_steps,
    sent=st.sampled_from([0, 1, 2, 4, 8, 16]),
)
def test_no_earlier_admission_within_the_quota(
    kind: dict[str, Any], mails: Mails, rate: float, per_day: int, days: int, later: Any, sent: int
) -> None:
    """The same where 24 hours hold only so many, some of them were used the day before, and mail comes days later."""
    traffic = sorted((at_s + 86_400.0 * (k % (days + 1)), size) for k, (at_s, size) in enumerate(mails))
    hypothesis = limiter(rate, **kind)
    quota = Quota(per_day, hypothesis.admission == "strict", min(sent, per_day))  # in debt, mails go as wholes
    check_against_the_limiter(traffic, hypothesis, [(0.0, rate), *later], quota)


def test_a_quota_of_a_quarter_takes_three_more_days() -> None:
    """120 mails at R = B = 30, 30 in 24 hours, take one second's worth a day; the edge counts for larger mails only."""
    for kind, strict in product(KINDS, (True, False)):
        made = bound(arrivals([(0.0, 1)] * 120), limiter(**kind), [(0.0, 30.0)], Quota(30, strict))
        assert made.makespan_s == 3 * 86_400.0
    twenty = arrivals([(0.0, 20)] * 6)
    assert bound(twenty, limiter(), [(0.0, 30.0)], Quota(30, strict=True)).makespan_s == 3 * 86_400.0
    assert bound(twenty, limiter(120.0), [(0.0, 120.0)], Quota(30, strict=False)).makespan_s == 2 * 86_400.0


@pytest.mark.parametrize("kind", ["strict", "debt"])
@pytest.mark.parametrize("strict", [True, False])
def test_a_place_is_free_when_what_was_sent_is_a_day_old(kind: str, strict: bool) -> None:
    """All 100 places were used the day before, one each 864 s; in debt too, as far as mails to one are concerned."""
    made = bound(arrivals([(0.0, 1)] * 3), limiter(10.0, admission=kind), [(0.0, 10.0)], Quota(100, strict, 100))
    assert made.makespan_s == 3 * 864.0


def test_in_debt_a_large_mail_goes_last() -> None:
    """To the quota, which nine single ones leave a place, or to each shard, which has a token of its own."""
    mixed = arrivals([(0.0, 50), *[(0.0, 1)] * 9])
    assert bound(mixed, limiter(100.0), [(0.0, 100.0)], Quota(10, strict=False)).makespan_s == 0
    two = arrivals([(0.0, 50)] * 2)
    assert bound(two, limiter(30.0, admission="debt", shards=4), [(0.0, 30.0)]).makespan_s == 0
    assert bound(two, limiter(30.0, admission="debt"), [(0.0, 30.0)]).makespan_s == pytest.approx(21 / 30)


@given(mails=big_mail_lists, rate=dyadic_rates, later=later_steps)
def test_no_earlier_admission_of_parts_in_debt(mails: Mails, rate: float, later: Any) -> None:
    """In debt, parts of up to 50 recipients go in order, each at the first instant with a token."""
    check_against_the_limiter(mails, limiter(rate, admission="debt"), [(0.0, rate), *later])


class Greedy:
    """An ideal sender in exact fractions that knows nothing of queues: it looks for the next feasible instant."""

    def __init__(self, hypothesis: LimiterHypothesis, steps: Steps) -> None:
        share = exact(hypothesis.effective_rate)
        self._hypothesis = hypothesis
        limits = with_burst(steps, hypothesis)
        self._steps = [(Fraction(at_s), exact(rate) * share) for at_s, rate, _ in limits]
        self._bursts = [(Fraction(at_s), burst) for at_s, _, burst in limits]
        self._now, self._tokens = Fraction(0), Fraction(hypothesis.burst)
        self._log: list[Fraction] = []

    def admit(self, intended_s: float, recipients: int) -> Fraction:
        """The first instant, not before the previous one, at which the request passes."""
        self._advance(max(self._now, Fraction(intended_s)))
        while not self._feasible():
            self._advance(min(at for at in self._candidates() if at > self._now))
        self._tokens -= recipients
        self._log += [self._now] * recipients
        return self._now

    def _rate(self) -> Fraction:
        return [rate for at, rate in self._steps if at <= self._now][-1]

    def _advance(self, to: Fraction) -> None:
        for stop in [at for at, _ in self._steps if self._now < at < to] + [to]:
            self._tokens = min(Fraction(self._burst()), self._tokens + (stop - self._now) * self._rate())
            self._now = stop
            self._tokens = min(Fraction(self._burst()), self._tokens)

    def _burst(self) -> int:
        return [burst for at, burst in self._bursts if at <= self._now][-1]

    def _feasible(self) -> bool:
        if self._hypothesis.kind == "token-bucket":
            return self._tokens >= 1
        begin = math.floor(self._now) if self._hypothesis.kind == "fixed-window" else self._now - 1
        strict = self._hypothesis.kind == "sliding-window"
        counted = sum(at > begin or (at == begin and not strict) for at in self._log)
        return counted < max(1, math.floor(self._rate()))

    def _candidates(self) -> list[Fraction]:
        token = self._now + (1 - self._tokens) / self._rate()
        second = Fraction(math.floor(self._now) + 1)
        return [token, second, *(at + 1 for at in self._log), *(at for at, _ in self._steps)]


def greedy_bound(mails: Mails, hypothesis: LimiterHypothesis, steps: Steps) -> list[float]:
    """Makespan, mean latency and its 99th percentile, from the definitions."""
    sender, waits, last = Greedy(hypothesis, steps), [], Fraction(0)
    for intended_s, recipients in requests(mails, hypothesis):
        last = sender.admit(intended_s, recipients)
        waits += [last - Fraction(intended_s)] * recipients
    p99 = min(x for x in waits if 100 * sum(wait <= x for wait in waits) >= 99 * len(waits))
    return [float(last - Fraction(mails[0][0])), float(sum(waits, Fraction(0)) / len(waits)), float(p99)]


times_s = st.floats(0, 4).map(lambda at_s: round(at_s, 3))
any_mails = st.lists(st.tuples(times_s, st.integers(1, 9)), min_size=1, max_size=14).map(sorted)
any_rates = st.floats(0.5, 9).map(lambda rate: round(rate, 2))
any_steps = st.dictionaries(times_s.filter(bool), any_rates, max_size=3).map(lambda steps: sorted(steps.items()))


@kinds
@settings(max_examples=50)
@given(mails=any_mails, rate=any_rates, later=any_steps, share=st.sampled_from([1.0, 0.85, 0.3]))
def test_the_bound_is_the_greedy_senders(
    kind: dict[str, Any], mails: Mails, rate: float, later: Any, share: float
) -> None:
    """Any times and rates: the figures are those of the greedy sender in exact fractions."""
    hypothesis, steps = limiter(rate, effective_rate=share, **kind), [(0.0, rate), *later]
    made = bound(arrivals(mails), hypothesis, steps)
    makespan_s, mean_s, p99_s = greedy_bound(mails, hypothesis, steps)
    assert [made.latency_mean_s, made.latency_p99_s] == pytest.approx([mean_s, p99_s], abs=1e-9)
    assert made.makespan_s is not None
    if hypothesis.admission == "debt":
        assert made.makespan_s <= makespan_s + 1e-9
    else:
        assert made.makespan_s == pytest.approx(makespan_s, abs=1e-9)


@kinds
@settings(max_examples=50)
@given(mails=mail_lists, rate=dyadic_rates, chunk=st.integers(1, 9))
def test_chunks_do_not_show(kind: dict[str, Any], mails: Mails, rate: float, chunk: int) -> None:
    """The size of the chunks in which recipients are expanded changes nothing."""
    hypothesis, steps = limiter(rate, **kind), [(0.0, rate)]
    whole = bound(arrivals(mails), hypothesis, steps)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ideal, "CHUNK_RECIPIENTS", chunk)
        assert bound(arrivals(mails), hypothesis, steps) == pytest.approx(whole, abs=1e-12)
