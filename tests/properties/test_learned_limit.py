"""What a sender learns of a limiter by sending, held against every limiter that there may be.

The sender here is alone and never idle. An answer takes `ROUND_TRIP_S`, and SES decides half-way.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from fractions import Fraction
from heapq import heappop, heappush
from typing import NamedTuple

import hypothesis.strategies as st
import pytest
from hypothesis import given

from scenarios.aws.limiter import Limiter, build_limiter, largest_request
from strategies.policies.learned_limit import LearnedLimit, Sent
from tests.properties.requests import hypothesis_of

ROUND_TRIP_S = 0.02
KINDS = ("token-bucket", "fixed-window", "sliding-window")


class Run(NamedTuple):
    """What came of some mails: when the last was accepted, and how many calls were refused."""

    ended_s: float
    refused: int
    limit: LearnedLimit


def send_all(limiter: Limiter, rate_per_s: float, sizes: list[int], rested: bool = True, idle_s: float = 0.0) -> Run:
    """Send mails of these sizes one after the other, what is refused first; raises if one is never accepted."""
    now_s, refused, waiting = 0.0, 0, deque(sizes)
    limit, answers = LearnedLimit(rate_per_s, 8 * rate_per_s, now_s, rested), list[tuple[float, int, Sent, bool]]()
    patience_s = 60 + 20 * sum(sizes) / rate_per_s
    while waiting or answers:
        assert now_s < patience_s, "a mail was never accepted"
        goes_s = now_s + max(0.0, limit.wait_s(now_s, waiting[0])) if waiting else float("inf")
        if answers and answers[0][0] <= goes_s:
            now_s, _, call, admitted = heappop(answers)
            if admitted:
                limit.accepted(call, now_s)
            else:
                refused += 1
                limit.refused(call, now_s)
                waiting.appendleft(call.recipients)
        elif goes_s <= now_s + 1e-6:
            call = limit.sent(now_s, waiting.popleft())
            admitted = limiter.admit(now_s + ROUND_TRIP_S / 2, call.recipients)
            heappush(answers, (now_s + ROUND_TRIP_S, id(call), call, admitted))
        else:
            now_s = goes_s
    return Run(now_s, refused, limit)


@given(data=st.data(), rate=st.sampled_from([1.0, 7.5, 30.0, 200.0]), kind=st.sampled_from(KINDS), rested=st.booleans())
def test_every_mail_that_fits_is_accepted_in_the_end(data: st.DataObject, rate: float, kind: str, rested: bool) -> None:
    """Whatever the limiter is, holds and takes for a refusal; the rate that is believed in never exceeds the limit."""
    own = {"burst": data.draw(st.integers(4, 90)), "shards": data.draw(st.sampled_from([1, 4]))}
    cost = data.draw(st.sampled_from([0.0, 0.5, 1.0])) if kind == "token-bucket" else 0.0
    more = own if kind == "token-bucket" else {}
    hypothesis = hypothesis_of(rate, kind=kind, refusal_cost=cost, **more)
    most = int(min(50, largest_request(hypothesis, rate)))
    sizes = data.draw(st.lists(st.integers(1, most), min_size=1, max_size=60))
    run = send_all(build_limiter(hypothesis, rate, 1), rate, sizes, rested)
    assert run.limit.rate_per_s <= rate


@given(rate=st.sampled_from([14.0, 30.0, 50.0]), burst=st.integers(12, 90), share=st.sampled_from([1.0, 0.9, 0.7]))
def test_a_token_bucket_is_used_up_with_few_refusals(rate: float, burst: int, share: float) -> None:
    """Of what an ideal sender would take, nothing is left unused for longer than a second; refusals are one in ten."""
    hypothesis = hypothesis_of(rate, burst=burst, effective_rate=share)
    run = send_all(build_limiter(hypothesis, rate, 1), rate, [1] * 600)
    assert run.ended_s <= (600 - burst) / (rate * share) + 1.0
    assert run.refused <= 60


@pytest.mark.parametrize("share", [0.9, 0.75, 0.5])
def test_a_slower_refill_is_learned(share: float) -> None:
    """Refusals come like clockwork, so the rate comes down to what is really there."""
    run = send_all(build_limiter(hypothesis_of(30.0, burst=30, effective_rate=share), 30.0, 1), 30.0, [1] * 900)
    assert run.limit.rate_per_s <= 30.0 * (share + 1) / 2


@given(
    most_burst_s=st.sampled_from([1.0, 2.0, 8.0]),
    spurts=st.lists(st.tuples(st.floats(0.0, 60.0), st.integers(1, 300), st.integers(1, 5)), min_size=1, max_size=12),
)
def test_what_was_left_unused_is_no_credit(most_burst_s: float, spurts: list[tuple[float, int, int]]) -> None:
    """However mails trickle, rest and pour, and SES refusing none: never more than one bucket of the most it may dare.

    A spurt is the seconds that it takes, from the end of the one before, its mails, evenly in time, and their size.
    """
    rate = 10.0
    due = deque(mail for spurt in arrivals(spurts) for mail in spurt)
    limit, now_s, sent = LearnedLimit(rate, most_burst_s * rate, 0.0, True), 0.0, list[tuple[float, int]]()
    while due:
        due_s, size = due[0]
        now_s = max(now_s, due_s)
        while (wait_s := limit.wait_s(now_s, size)) > 1e-9:
            now_s += wait_s
        limit.accepted(limit.sent(now_s, size), now_s)
        sent.append((now_s, due.popleft()[1]))
    assert most_drawn(sent, rate) <= most_burst_s * rate + 2 * 5


def arrivals(spurts: list[tuple[float, int, int]]) -> Iterator[list[tuple[float, int]]]:
    """When each mail of each spurt is due, and its recipients."""
    start_s = 0.0
    for lasts_s, mails, size in spurts:
        yield [(start_s + lasts_s * k / mails, size) for k in range(mails)]
        start_s += lasts_s


def most_drawn(sent: list[tuple[float, int]], rate_per_s: float) -> float:
    """The smallest bucket, refilled at this rate, that would have held all of these."""
    drawn = most = last_s = 0.0
    for at_s, size in sent:
        drawn = max(0.0, drawn - rate_per_s * (at_s - last_s)) + size
        most, last_s = max(most, drawn), at_s
    return most


def test_a_neighbour_is_not_given_way_to() -> None:
    """Refusals come by chance, so the rate stays: what a neighbour leaves is there for the taking."""
    limiter = build_limiter(hypothesis_of(30.0, burst=30), 30.0, 1)
    run = send_all(Shared(limiter, others_per_s=15.0), 30.0, [1] * 900)
    assert run.limit.rate_per_s >= 0.9 * 30.0


class Shared:
    """A limiter at which another sender asks too, at instants that are as good as chance."""

    def __init__(self, limiter: Limiter, others_per_s: float) -> None:
        self._limiter, self._every_s, self._asked, self._at_s = limiter, 1 / others_per_s, 0, 0.0

    def admit(self, now_s: float, recipients: int) -> bool:
        while self._at_s <= now_s:
            self._limiter.admit(self._at_s, 1)
            self._asked += 1
            self._at_s += 2 * self._every_s * (self._asked * 0.6180339887498949 % 1)
        return self._limiter.admit(now_s, recipients)

    def set_rate(self, now_s: float, rate_per_s: Fraction, burst: int | None = None) -> None:
        self._limiter.set_rate(now_s, rate_per_s, burst)
