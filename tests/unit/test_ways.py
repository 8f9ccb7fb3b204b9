"""Laws of workloads that go a way of their own, beside whichever contender."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import sim.run
from loadtests.function.entry import plan_of as plan_in_a_function
from loadtests.function.entry import variables_of
from loadtests.function.package import sources, told_ways
from loadtests.ports.ses import Envelope
from scenarios.errors import BadInput
from scenarios.ledger.ledger import assert_conserved
from scenarios.runs import account_of, plan_of
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import load
from scenarios.traffic.workload import arrivals
from strategies.registry import STRATEGIES, module_of
from tests.unit.virtual import batch, evenly

RESETS = {**evenly(5.0, 10.0), "lane": "resets", "priority": 1}
LETTERS = {**batch(100), "lane": "letters"}


def beside(way: str, **tables: Any) -> Scenario:
    """Password resets for the contenders, and letters that go one way."""
    usual = {"name": "ways", "account": {"max_send_rate_per_s": 50.0}}
    return Scenario.model_validate({**usual, "workload": (RESETS, {**LETTERS, "strategy": way}), **tables})


@pytest.mark.parametrize("way", STRATEGIES)
@pytest.mark.parametrize("contender", ["direct", "heartbeat", "pacemaker"])
def test_each_mail_goes_its_way(contender: str, way: str) -> None:
    """The ledger adds up, and what no queue of either way may have is in none."""
    scenario = beside(way)
    ledger = sim.run.run(scenario, contender, 1)
    assert_conserved(ledger)
    letters = arrivals(scenario.workload, 1).ways == 1
    queued = ~np.isnan(ledger.mails["enqueued_s"])
    assert queued[letters].all() == bool(plan_of(scenario, contender).ways[0].plan.queues)
    assert queued[~letters].all() == (contender != "direct")
    assert ledger.ended_s < scenario.horizon_s


def test_a_way_of_its_own_is_as_if_it_were_alone() -> None:
    """Where the limit is wide enough for both, neither sees the other."""
    wide = {"account": {"max_send_rate_per_s": 500.0}, "strategies": {"leaky-bucket": {"rate_per_pod": 10.0}}}
    both = sim.run.run(beside("leaky-bucket", **wide), "heartbeat", 1)
    alone = sim.run.run(Scenario.model_validate({"name": "alone", **wide, "workload": (RESETS,)}), "heartbeat", 1)
    resets = arrivals(beside("leaky-bucket").workload, 1).ways == 0
    assert both.mails["enqueued_s"][resets].tolist() == alone.mails["enqueued_s"].tolist()
    assert both.mails["accepted"].sum() == 150


@pytest.mark.parametrize("way", STRATEGIES)
def test_parts_of_two_ways_never_share_a_name(way: str) -> None:
    """Not even where both are of one strategy; and a function finds itself in the plan that it is told of."""
    scenario = beside(way)
    plan = plan_of(scenario, way)
    for parts in (plan.queues, plan.functions, plan.tables):
        names = [part.name for part in parts]
        assert len(names) == len(set(names))
    told = variables_of(
        module_of(way), plan.settings, account_of(scenario), 1, Envelope(), ways=told_ways(plan)
    )  # fmt: skip
    assert [function.name for function in plan_in_a_function(told).functions] == [f.name for f in plan.functions]


def test_the_package_of_a_function_holds_all_ways() -> None:
    """Each function of a stack is made from it."""
    assert {"strategies/heartbeat.py", "strategies/sqs_dlq.py"} <= sources("heartbeat", "sqs-dlq").keys()


@pytest.mark.parametrize(
    ("workload", "says"),
    [
        ('strategy = "leaky-bukket"', "workload[0].strategy = \"leaky-bukket\": unknown strategy 'leaky-bukket'"),
        ('strategy = "direct"', "must leave one to the contenders: each names a strategy of its own"),
    ],
)
def test_a_wrong_way_is_one_line(tmp_path: Any, workload: str, says: str) -> None:
    """It names the key, its value and what would be right."""
    file = tmp_path / "wrong.toml"
    file.write_text(f'[[workload]]\nprocess = "batch"\nmessages = 1\n{workload}\n')
    with pytest.raises(BadInput) as caught:
        load(str(file))
    assert says in str(caught.value)
