"""Corners that random scenarios seldom reach: deaths in mid-call, the horizon, and neighbours when the rate changes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from scenarios.aws.admission import Admission
from scenarios.aws.limiter import build_limiter, exact
from scenarios.ledger.ledger import ACCEPTED, Ledger
from scenarios.schema.accounts.account import Account
from scenarios.schema.model import Scenario
from scenarios.traffic.workload import Arrivals
from sim.run import run

SLOW_SES = {"ses_send": {"constant_ms": 10_000}, "ses_throttle": {"constant_ms": 10_000}}
SLOW_SQS = {"sqs": {"constant_ms": 10_000}}
FOR_EVER_S = 1e6


def crashing(at_s: float, messages: int, **tables: Any) -> Scenario:
    """Mails at once, a pod that dies for good, and a last mail at second 90 that keeps the run going."""
    fault = ({"kind": "pod_crash", "pod": 0, "start_s": at_s, "duration_s": FOR_EVER_S},)
    last = {"process": "batch", "at_s": 90.0, "messages": 1}
    usual = {"name": "crash", "account": {"max_send_rate_per_s": 1000.0}, "strategies": {"leaky-bucket": {"pods": 1}}}
    workload = ({"process": "batch", "messages": messages}, last)
    return Scenario.model_validate({**usual, "horizon_s": 100.0, "workload": workload, "fault": fault, **tables})


@pytest.mark.parametrize("strategy", ["direct", "leaky-bucket"])
def test_a_call_on_the_wire_survives_its_pod(strategy: str) -> None:
    """SES decides 5 s after the start, whatever became of the pod at 0.5 s: what was sent is accepted."""
    ledger = run(crashing(0.5, 40, latency=SLOW_SES), strategy, seed=1)
    assert ledger.mails["accepted"].sum() == 40
    assert ledger.calls["decided_s"].min() > 5.0


def test_a_dead_pod_starts_no_call() -> None:
    """Of 200 calls 64 have a connection when the pod dies; the others wait for one in its memory, and die with it."""
    ledger = run(crashing(0.5, 200, latency=SLOW_SES), "leaky-bucket", seed=1)
    assert (ledger.calls["start_s"] < 0.5).all()
    assert ledger.mails["accepted"].sum() == 64
    assert ledger.mails["lost"].sum() == 136


@pytest.mark.parametrize("strategy", ["direct", "leaky-bucket"])
def test_what_is_undecided_at_the_horizon_is_pending(strategy: str) -> None:
    """SES would decide at 5 s, the horizon is at 3 s: whether the pod died at 1 s or not, the mail is pending."""
    ledger = run(crashing(1.0, 1, latency=SLOW_SES, horizon_s=3.0), strategy, seed=1)
    assert ledger.mails["pending"].tolist() == [1, 1]


@pytest.mark.parametrize("strategy", ["sqs-dlq", "lambda-concurrency", "heartbeat"])
def test_what_is_on_its_way_to_the_queue_at_the_horizon_is_pending(strategy: str) -> None:
    """The queue would have it at 5 s, the horizon is at 3 s: the mail is pending although its pod died at 1 s."""
    ledger = run(crashing(1.0, 1, latency=SLOW_SQS, horizon_s=3.0), strategy, seed=1)
    assert ledger.mails["pending"].tolist() == [1, 1]


def shared(*neighbours_s: float) -> Admission:
    """An account of R = B = 10 with another sender's single mails."""
    others = Arrivals(np.array(neighbours_s), np.ones(len(neighbours_s), np.int32))
    return Admission(build_limiter(Account(max_send_rate_per_s=10.0).limiter, 10.0, 1), None, others)


def accepts(admission: Admission, now_s: float) -> int:
    """How many single recipients pass at once."""
    return sum(admission.decide(now_s, 1) == ACCEPTED for _ in range(20))


def test_neighbours_take_their_share() -> None:
    """Ten of them at 0.5 s empty the bucket; at 1 s five tokens are back, and a neighbour yet to come takes none."""
    assert accepts(shared(*[0.5] * 10, 1.25), 1.0) == 5


def test_neighbours_before_a_change_of_rate_meet_the_old_rate() -> None:
    """Emptied at 0.5 s, at 10/s until second 1 and at 1/s from there, the bucket holds 5 + 1 at second 2."""
    admission = shared(*[0.5] * 10)
    admission.set_rate(1.0, exact(1.0))
    assert accepts(admission, 2.0) == 6


def impatient() -> Ledger:
    """Ten mails, each of which SES decides upon 5 s after its start, from a caller who gives up after 2 s."""
    mails = ({"process": "constant", "messages_per_s": 1.0, "duration_s": 10.0},)
    client = {"read_timeout_s": 2.0}
    scenario = Scenario.model_validate({"name": "s", "workload": mails, "client": client, "latency": SLOW_SES})
    return run(scenario, "direct", seed=1)


def test_who_gives_up_first_turns_no_clock_back() -> None:
    """The call ends at the read timeout and is decided upon later: calls stand in the order of decision."""
    ledger = impatient()
    assert ledger.calls["decided_s"].tolist() == sorted(ledger.calls["decided_s"].tolist())
    assert ledger.ended_s >= ledger.calls["decided_s"].max()
    assert ledger.calls["end_s"] - ledger.calls["start_s"] == pytest.approx(2.001)
    assert ledger.calls["decided_s"] - ledger.calls["start_s"] == pytest.approx(5.001)


def test_a_run_waits_for_what_is_in_flight_although_nobody_listens() -> None:
    """A run ends when nothing is in flight: all ten are decided upon and accepted, none is pending."""
    assert impatient().mails["accepted"].sum() == 10
