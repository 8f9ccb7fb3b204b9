"""Little's law: the number of mails in the system is what arrives a second times how long each stays."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
from numpy.typing import NDArray

from scenarios.ledger.ledger import ACCEPTED, Ledger
from scenarios.measures.cost import load_prices
from scenarios.measures.metrics import measure
from scenarios.schema.model import load
from scenarios.traffic.workload import arrivals
from sim.run import run
from strategies.registry import STRATEGIES
from tests.theory.confidence import student
from tests.theory.scenes import scene
from tests.unit.entries import number

Floats = NDArray[np.float64]
strategies = pytest.mark.parametrize("strategy", list(STRATEGIES))


def departures_s(ledger: Ledger) -> dict[int, list[float]]:
    """Mail → the instants at which its accepted recipients were accepted for the first time, from the calls alone."""
    left: dict[tuple[int, int], float] = {}
    columns = (
        ledger.calls[name].tolist() for name in ("mail", "first_recipient", "recipients", "decided_s", "outcome")
    )
    for mail, first, recipients, decided_s, outcome in zip(*columns, strict=True):
        for to in range(first, first + recipients) if outcome == ACCEPTED else ():
            left.setdefault((mail, to), decided_s)
    by_mail: dict[int, list[float]] = {}
    for (mail, _), decided_s in left.items():
        by_mail.setdefault(mail, []).append(decided_s)
    return by_mail


def integrated(arrived_s: Iterable[float], left_s: Iterable[float]) -> float:
    """The number in the system, integrated over time: steps up at arrivals, down at departures."""
    steps = sorted([(at_s, 1) for at_s in arrived_s] + [(at_s, -1) for at_s in left_s])
    area = number = previous_s = 0.0
    for at_s, change in steps:
        area, previous_s, number = area + number * (at_s - previous_s), at_s, number + change
        assert number >= 0
    assert number == 0
    return area


@strategies
@pytest.mark.parametrize(
    "name", ["broadcast-900", "press-release", "noisy-neighbour", "lost-responses", "autoscaling", "outage"]
)
def test_number_integrated_is_sojourns_summed(name: str, strategy: str) -> None:
    """∫ L dt = Σ W over accepted recipients: L from the workload and the calls, W from the comparison's figures."""
    scenario = load(name)
    ledger = run(scenario, strategy, scenario.seed)
    intended_s = arrivals(scenario.workload, scenario.seed).intended_s.tolist()
    left = departures_s(ledger)
    arrived = [intended_s[mail] for mail, times in left.items() for _ in times]
    figures = measure(ledger, scenario.account.max_send_rate_per_s, 1, None, load_prices())
    assert figures["recipients"]["accepted"] == len(arrived) > 0
    area = integrated(arrived, [at_s for times in left.values() for at_s in times])
    assert area == pytest.approx(number(figures["latency_s"]["mean"]) * len(arrived), rel=1e-9)


LOAD_PER_S, BATCHES, BATCH_S, WARM_UP_S = 10.0, 20, 50.0, 50.0


def number_at(at_s: Floats, arrived_s: Floats, left_s: Floats) -> Floats:
    """Mails in the system at each instant."""
    came = np.searchsorted(np.sort(arrived_s), at_s, side="right")
    went = np.searchsorted(np.sort(left_s), at_s, side="right")
    return (came - went).astype(np.float64)


@strategies
def test_little_of_a_steady_stream(strategy: str) -> None:
    """In the steady state L, looked at on a grid of instants, is the given λ times the mean W: by means of batches.

    At two thirds of the limit, where every strategy is stable and, since nothing is refused for long, loses little.
    """
    stream = {"process": "poisson", "messages_per_s": LOAD_PER_S, "duration_s": WARM_UP_S + (BATCHES + 1) * BATCH_S}
    scenario = scene(stream, account={"max_send_rate_per_s": 15.0, "max_24h_send": -1, "limiter": {"burst": 30}})
    ledger = run(scenario, strategy, seed=7)
    accepted = ledger.mails["accepted"] > 0
    arrived_s, left_s = ledger.mails["intended_s"][accepted], ledger.mails["last_accepted_s"][accepted]
    assert accepted.mean() > 0.99
    gaps = [batch_gap(arrived_s, left_s, WARM_UP_S + batch * BATCH_S) for batch in range(BATCHES)]
    interval = student(gaps)
    assert 0.0 in interval
    assert interval.half_width < 0.25 * LOAD_PER_S * (left_s - arrived_s).mean()


def batch_gap(arrived_s: Floats, left_s: Floats, start_s: float) -> float:
    """L - λ W of one batch: L over its instants, W over its arrivals."""
    here = (arrived_s >= start_s) & (arrived_s < start_s + BATCH_S)
    seen = number_at(start_s + np.arange(0.005, BATCH_S, 0.01), arrived_s, left_s).mean()
    return float(seen - LOAD_PER_S * (left_s[here] - arrived_s[here]).mean())
