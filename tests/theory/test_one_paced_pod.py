"""One paced pod is a queue with one server and constant service: D/D/1, M/D/1, and Lindley's recursion for both."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from scenarios.aws.limiter import TICKS_PER_S
from scenarios.measures.cost import load_prices
from scenarios.measures.metrics import measure
from scenarios.schema.model import Scenario
from sim.run import run
from tests.theory.confidence import student
from tests.theory.scenes import CONSTANT, one_pod

TICK_S = 1 / TICKS_PER_S
CPU_S = 0.001  # of a send, at the host, before the call leaves
Floats = NDArray[np.float64]


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
    assert measured["makespan_s"] == pytest.approx(199 / 4 + CPU_S + 0.010, abs=TICK_S)
    assert measured["latency_s"]["mean"] == pytest.approx(199 / 4 / 2 + CPU_S + 0.010, abs=TICK_S)


def test_d_d_1_of_mails_in_parts() -> None:
    """A part of n recipients occupies the pod n ÷ μ: mails of 25 at μ = 10 go as 10, 10 and 5, at 0, 1, 2, 2.5 s."""
    ledger = run(one_pod(10.0, {"process": "batch", "messages": 3, "recipients": 25}), "leaky-bucket", seed=1)
    assert ledger.calls["recipients"].tolist() == [10, 10, 5] * 3
    expected_s = [mail * 2.5 + offset_s for mail in range(3) for offset_s in (0.0, 1.0, 2.0)]
    np.testing.assert_allclose(np.sort(ledger.calls["start_s"]), expected_s, rtol=0, atol=TICK_S)


def lindley(arrivals_s: Floats, service_s: float) -> Floats:
    """Starts of service in a queue with one server: the later of the arrival and the predecessor's end."""
    start_s, free_s = np.empty_like(arrivals_s), 0.0
    for mail, at_s in enumerate(arrivals_s.tolist()):
        start_s[mail] = free_s = max(at_s, free_s)
        free_s += service_s
    return start_s


@pytest.mark.parametrize("rate_per_s", [14.0, 10.0, 1.0, 0.7, 33.3])
def test_starts_obey_lindley(rate_per_s: float) -> None:
    """Whatever arrives, mail by mail: W' = max(0, W + S - A), and the clock's ticks never add up."""
    load = {"process": "poisson", "messages_per_s": 0.95 * rate_per_s, "duration_s": 5000 / rate_per_s}
    bunch = {"process": "batch", "at_s": 1000 / rate_per_s, "messages": 300}
    intended_s, start_s = starts_s(one_pod(rate_per_s, load, bunch))
    np.testing.assert_allclose(start_s, lindley(intended_s, 1 / rate_per_s), rtol=0, atol=2 * TICK_S)


REPLICATIONS = 16


def mean_wait_s(rho: float, rate_per_s: float, mails: int, seed: int) -> float:
    """Mean wait of a replication's mails after its first fifth, which is 30 and more times 1 ÷ (1 - rho)² services."""
    load = {"process": "poisson", "messages_per_s": rho * rate_per_s, "duration_s": mails / (rho * rate_per_s)}
    intended_s, start_s = starts_s(one_pod(rate_per_s, load), seed)
    return float((start_s - intended_s)[mails // 5 :].mean())


@pytest.mark.parametrize(("rho", "mails", "sharpness"), [(0.5, 5_000, 0.10), (0.8, 10_000, 0.15), (0.9, 16_000, 0.20)])
def test_m_d_1(rho: float, mails: int, sharpness: float) -> None:
    """Pollaczek and Khinchine: the mean wait is rho ÷ (2 μ (1 - rho)): inside the interval of independent runs.

    Seeds are fixed, so the verdict never changes; had the theory been wrong by twice the asserted sharpness, the
    interval would almost surely have missed it. Exponential service would wait twice as long.
    """
    rate_per_s = 10.0
    interval = student([mean_wait_s(rho, rate_per_s, mails, seed) for seed in range(REPLICATIONS)])
    assert interval.relative < sharpness
    assert rho / (2 * rate_per_s * (1 - rho)) in interval
