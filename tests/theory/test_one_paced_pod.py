"""One paced pod is a queue with one server and constant service: each call's instants, and each start by Lindley."""

from __future__ import annotations

import numpy as np
import pytest

from reports.verify.bench import TICK_S
from reports.verify.closed_forms import Floats, d_d_1_last_start_s, lindley
from reports.verify.scenes import CONSTANT, one_pod
from scenarios.measures.cost import load_prices
from scenarios.measures.metrics import measure
from scenarios.schema.model import Scenario
from sim.run import run

CPU_S = 0.001  # of a send, at the host, before the call leaves


def starts_s(scenario: Scenario, seed: int = 1) -> tuple[Floats, Floats]:
    """Intended instants and starts of single-part mails, in the order of mails."""
    ledger = run(scenario, "leaky-bucket", seed)
    assert ledger.mails["accepted"].sum() == ledger.mails["recipients"].sum()
    return ledger.mails["intended_s"], ledger.mails["first_attempt_s"]


@pytest.mark.parametrize(
    ("send_ms", "throttle_ms", "decides_after_s"), [(50, 20, 0.010), (50, 80, 0.025)], ids=["throttle", "send"]
)
@pytest.mark.parametrize("per_s", [2.5, 4.0, 8.0], ids=["slower", "as fast", "faster"])
def test_d_d_1(per_s: float, send_ms: int, throttle_ms: int, decides_after_s: float) -> None:
    """Start k is at k ÷ min(λ, μ); SES decides 1 ms and half the smaller latency later, and answers at its latency."""
    latency = CONSTANT | {"ses_send": {"constant_ms": send_ms}, "ses_throttle": {"constant_ms": throttle_ms}}
    constant = {"process": "constant", "messages_per_s": per_s, "duration_s": 100.0}
    ledger = run(one_pod(4.0, constant, latency=latency), "leaky-bucket", seed=1)
    mails = round(per_s * 100)
    expected_s = np.arange(mails) / min(per_s, 4.0)
    assert ledger.calls["mail"].tolist() == list(range(mails))
    for name, after_s in (("start_s", 0.0), ("decided_s", CPU_S + decides_after_s), ("end_s", CPU_S + send_ms / 1000)):
        np.testing.assert_allclose(ledger.calls[name], expected_s + after_s, rtol=0, atol=TICK_S)


def test_d_d_1_makespan() -> None:
    """The makespan of n mails at once on a pod of μ is (n - 1) ÷ μ and one way to SES."""
    ledger = run(one_pod(4.0, {"process": "batch", "at_s": 3.0, "messages": 200}), "leaky-bucket", seed=1)
    measured = measure(ledger, 1000.0, 1000, None, load_prices())
    assert measured["makespan_s"] == pytest.approx(d_d_1_last_start_s(200, 4.0) + CPU_S + 0.010, abs=TICK_S)
    assert measured["latency_s"]["mean"] == pytest.approx(199 / 4 / 2 + CPU_S + 0.010, abs=TICK_S)


def test_d_d_1_of_mails_in_parts() -> None:
    """A part of n recipients occupies the pod n ÷ μ: mails of 25 at μ = 10 go as 10, 10 and 5, at 0, 1, 2, 2.5 s."""
    ledger = run(one_pod(10.0, {"process": "batch", "messages": 3, "recipients": 25}), "leaky-bucket", seed=1)
    assert ledger.calls["recipients"].tolist() == [10, 10, 5] * 3
    expected_s = [mail * 2.5 + offset_s for mail in range(3) for offset_s in (0.0, 1.0, 2.0)]
    np.testing.assert_allclose(np.sort(ledger.calls["start_s"]), expected_s, rtol=0, atol=TICK_S)


@pytest.mark.parametrize("rate_per_s", [14.0, 10.0, 1.0, 0.7, 33.3])
def test_starts_obey_lindley(rate_per_s: float) -> None:
    """Whatever arrives, mail by mail: W' = max(0, W + S - A), and the clock's ticks never add up."""
    load = {"process": "poisson", "messages_per_s": 0.95 * rate_per_s, "duration_s": 5000 / rate_per_s}
    bunch = {"process": "batch", "at_s": 1000 / rate_per_s, "messages": 300}
    intended_s, start_s = starts_s(one_pod(rate_per_s, load, bunch))
    np.testing.assert_allclose(start_s, lindley(intended_s, 1 / rate_per_s), rtol=0, atol=2 * TICK_S)
