"""The worlds in which a contract is checked: each plays the same pods, and tells which calls SES then decided."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import numpy as np

from loadtests.application.run_request import RunRequest
from loadtests.moto.local_aws import Moto
from loadtests.moto.play import played
from loadtests.moto.world import Serverless, World
from loadtests.ports.kernel import Clock
from loadtests.record.function_log import function_log_of
from loadtests.record.logs import DECISION
from loadtests.record.run_name import new_run
from scenarios.ledger.fates import Custody
from scenarios.ledger.ledger import Columns
from scenarios.schema.model import Scenario
from scenarios.traffic.workload import arrivals
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
    """One world under test that also has queues and functions; a function's handler is found in module `strategy`."""

    def __call__(self, scenario: Scenario, plan: Plan, strategy: str = "") -> tuple[Columns, Custody]: ...


def scenario(**tables: Any) -> Scenario:
    """A scenario of one mail and 30 s, in which short polls find all, unless the tables say otherwise."""
    usual = {"name": "contract", "horizon_s": 30.0, "workload": ({"process": "batch", "messages": 1},)}
    return Scenario.model_validate({**usual, "sqs": {"short_poll_share": 1.0}, **tables})


def sim_plan(scenario: Scenario, plan: Plan, strategy: str = "") -> tuple[Columns, Custody]:
    """Virtual time and the models in sim/."""
    simulation = Simulation(scenario, plan, SEED, arrivals(scenario.workload, SEED))
    simulation.start()
    simulation.world.run_until(scenario.horizon_s)
    simulation.raise_unraised()
    return simulation.services[0].log.columns(), simulation.custody()


def sim(scenario: Scenario, pods: Pods) -> tuple[Columns, Custody]:
    """Virtual time, and pods alone."""
    return sim_plan(scenario, Plan(None, pods))


def asyncio_alone(scenario: Scenario, pods: Pods) -> tuple[Columns, Custody]:
    """Real time without any service, for pods that send nothing."""
    world = without_services(scenario, pods, Clock(time.time()))
    return {}, world.custody({}, np.zeros(0, DECISION), function_log_of((), 0.0))


def without_services(scenario: Scenario, pods: Pods, clock: Clock) -> World:
    """A real world after such a run."""
    of = RunRequest(scenario, "", Plan(None, pods), SEED, arrivals(scenario.workload, SEED))
    world = World(of, _nothing, Serverless(of, _nothing, Path(), {}), clock, Nowhere())
    asyncio.run(world.work())
    return world


class Nowhere:
    """The endpoint of a run without services."""

    def look(self) -> int:
        return 0

    def kill(self) -> None:
        """There is no process."""


def _nothing(service: str, connections: int) -> None:
    """There is no such client."""


@contextmanager
def moto_plan(scenario: Scenario) -> Iterator[PlanArm]:
    """Real time, boto3 and the local AWS, which starts anew for each play."""
    with Moto(scenario, SEED, CONNECTIONS) as server, TemporaryDirectory() as folder:

        def play(scenario: Scenario, plan: Plan, strategy: str = "") -> tuple[Columns, Custody]:
            named = replace(plan, strategy=strategy)
            of = RunRequest(scenario, strategy, named, SEED, arrivals(scenario.workload, SEED))
            with ExitStack() as until_over:
                left = played(of, server, Path(folder) / f"{new_run()}.log", until_over)
            return left.evidence.calls, left.evidence.custody

        yield play


@contextmanager
def moto(scenario: Scenario) -> Iterator[Arm]:
    """The same for pods alone."""
    with moto_plan(scenario) as arm:
        yield lambda scenario, pods: arm(scenario, Plan(None, pods))
