"""The worlds in which a contract is checked: each plays the same pods, and tells which calls SES then decided."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing, contextmanager
from typing import Any, Protocol

from loadtests.kernel import Clock
from loadtests.pods import Deployment
from loadtests.ses import connect, verify
from loadtests.targets import REGION, Moto
from loadtests.witness import joined
from scenarios.ledger import Columns
from scenarios.model import Scenario
from scenarios.settle import Custody
from scenarios.workload import arrivals
from sim.world import Simulation
from strategies.ports import Ports
from strategies.resources import Plan, Pods

SEED = 1
CONNECTIONS = 16

Main = Callable[[Ports], Coroutine[Any, Any, None]]


class Arm(Protocol):
    """One world under test."""

    def __call__(self, scenario: Scenario, pods: Pods) -> tuple[Columns, Custody]: ...


class PlanArm(Protocol):
    """One world under test that also has queues and functions."""

    def __call__(self, scenario: Scenario, plan: Plan) -> tuple[Columns, Custody]: ...


def scenario(**tables: Any) -> Scenario:
    """A scenario of one mail and 30 s, unless the tables say otherwise."""
    usual = {"name": "contract", "horizon_s": 30.0, "workload": ({"process": "batch", "messages": 1},)}
    return Scenario.model_validate({**usual, **tables})


def sim_plan(scenario: Scenario, plan: Plan) -> tuple[Columns, Custody]:
    """Virtual time and the models in sim/."""
    simulation = Simulation(scenario, plan, SEED, arrivals(scenario.workload, SEED))
    simulation.start()
    simulation.world.run_until(scenario.horizon_s)
    return simulation.ses.log.columns(), simulation.custody()


def sim(scenario: Scenario, pods: Pods) -> tuple[Columns, Custody]:
    """Virtual time, and pods alone."""
    return sim_plan(scenario, Plan(None, pods))


def asyncio_alone(scenario: Scenario, pods: Pods) -> tuple[Columns, Custody]:
    """Real time without SES, for pods that send nothing."""
    deployment = Deployment(pods, arrivals(scenario.workload, SEED), None, Clock(time.time()), SEED)
    asyncio.run(deployment.work(scenario.horizon_s))
    return {}, deployment.custody()


@contextmanager
def moto(scenario: Scenario) -> Iterator[Arm]:
    """Real time, boto3 and the local AWS, which starts anew for each play."""
    patience_s = scenario.client.read_timeout_s
    with (
        Moto(scenario, SEED, CONNECTIONS) as server,
        closing(connect(server.url, REGION, CONNECTIONS, patience_s)) as client,
    ):
        verify(server.url, REGION)

        def play(scenario: Scenario, pods: Pods) -> tuple[Columns, Custody]:
            zero_unix_s = int(time.time())
            server.start(zero_unix_s)
            deployment = Deployment(pods, arrivals(scenario.workload, SEED), client, Clock(zero_unix_s), SEED)
            asyncio.run(deployment.work(scenario.horizon_s))
            return joined(server.calls(), deployment.log, deployment.ended_s), deployment.custody()

        yield play
