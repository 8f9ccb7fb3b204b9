"""Little's law: the number of mails in the system is what arrives a second times how long each stays."""

from __future__ import annotations

import pytest

from reports.verify.little import departures_s, mean_number
from scenarios.measures.cost import load_prices
from scenarios.measures.metrics import measure
from scenarios.schema.scenario_file import load
from scenarios.traffic.workload import arrivals
from sim.run import run
from strategies.registry import STRATEGIES
from tests.unit.entries import number


@pytest.mark.parametrize("strategy", list(STRATEGIES))
@pytest.mark.parametrize(
    "name", ["broadcast-900", "press-release", "noisy-neighbour", "lost-responses", "autoscaling", "outage"]
)
def test_number_integrated_is_sojourns_summed(name: str, strategy: str) -> None:
    """∫ L dt = Σ W over accepted recipients: L from the workload and the calls, W from the comparison's figures."""
    scenario = load(name)
    ledger = run(scenario, strategy, scenario.seed)
    intended_s, left = arrivals(scenario.workload, scenario.seed).intended_s.tolist(), departures_s(ledger)
    assert all(min(times) >= intended_s[mail] for mail, times in left.items())
    figures = measure(ledger, scenario.account.max_send_rate_per_s, 1, None, load_prices())
    accepted = figures["recipients"]["accepted"]
    assert accepted == sum(map(len, left.values())) > 0
    area = mean_number(scenario, ledger) * ledger.ended_s
    assert area == pytest.approx(number(figures["latency_s"]["mean"]) * accepted, rel=1e-9)
