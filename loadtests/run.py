"""A scenario, a strategy and a seed in; a ledger out, after as many real seconds as the scenario takes."""

from __future__ import annotations

import asyncio
import math
import time
from contextlib import closing
from dataclasses import asdict
from typing import Any

import numpy as np

from loadtests.kernel import Clock
from loadtests.pods import Deployment
from loadtests.ses import connect, verify
from loadtests.targets import REGION, Moto
from loadtests.witness import joined
from scenarios import runs
from scenarios.errors import BadInput
from scenarios.ledger import Columns, Ledger, admitted, assert_conserved
from scenarios.model import Scenario
from scenarios.runs import Watch
from scenarios.settle import settle
from scenarios.workload import Arrivals, arrivals
from strategies.resources import Plan

MOST_CALLS_AT_ONCE = 256  # threads of the local server: more would only compete for its one interpreter
HEAD_START_S = 0.1  # for the pods to be built before time zero


def run(scenario: Scenario, strategy: str, seed: int, watch: Watch | None = None) -> Ledger:
    """Run one strategy through boto3 against moto behind the scenario's limiter; Ctrl-C keeps what was done.

    Raises BadInput for what this world does not do, RunFailed when the local endpoint does not start or answer.
    """
    started_s = time.perf_counter()
    plan = plan_of(scenario, strategy)
    mails = arrivals(scenario.workload, seed)
    deployment, calls = _work(scenario, plan, mails, seed, watch)
    wall_s = time.perf_counter() - started_s
    ledger = _ledger(scenario, strategy, seed, plan, mails, deployment, calls, wall_s)
    assert_conserved(ledger)
    return ledger


def plan_of(scenario: Scenario, strategy: str) -> Plan:
    """The strategy's plan; raises BadInput for what this world does not do."""
    plan = runs.plan_of(scenario, strategy)
    if plan.queues or plan.functions:
        raise BadInput(
            f"'{strategy}' needs queues and functions, which the moto world does not run yet; "
            "name others with -s, or use --on sim"
        )
    if scenario.fault:
        raise BadInput(f"{scenario.name}: fault: the moto world does not inject faults yet; use --on sim")
    if _calls_at_once(plan) > MOST_CALLS_AT_ONCE:
        raise BadInput(f"{scenario.name}: strategies.{strategy}.{_too_many(plan)}")
    return plan


def _calls_at_once(plan: Plan) -> int:
    return plan.pods.connections * plan.pods.replicas


def _too_many(plan: Plan) -> str:
    """The setting that asks for too many calls at once, and what would be right."""
    key, value = next((key, value) for key, value in asdict(plan.settings).items() if key in ("workers", "pods"))
    most = value * MOST_CALLS_AT_ONCE // _calls_at_once(plan)
    return (
        f"{key} = {value}: must be at most {most} in the moto world, where more than {MOST_CALLS_AT_ONCE} calls "
        "at once would wait for its one server; use --on sim"
    )


def _work(
    scenario: Scenario, plan: Plan, mails: Arrivals, seed: int, watch: Watch | None
) -> tuple[Deployment, Columns]:
    """Let the pods work from time zero on; returns them, and the calls as SES's side tells them."""
    connections = _calls_at_once(plan)
    with (
        Moto(scenario, seed, connections) as moto,
        closing(connect(moto.url, REGION, connections, scenario.client.read_timeout_s)) as client,
    ):
        verify(moto.url, REGION)
        clock = _begin(moto)
        deployment = Deployment(plan.pods, mails, client, clock, seed)
        if watch is not None:
            watch(lambda: min(1.0, max(0.0, clock.now() / scenario.horizon_s)))
        asyncio.run(deployment.work(scenario.horizon_s))
        return deployment, joined(moto.calls(), deployment.log, deployment.ended_s)


def _begin(moto: Moto) -> Clock:
    """Agree with the server on time zero: a whole second of Unix time, so that all logs of a run align."""
    zero_unix_s = math.ceil(time.time() + HEAD_START_S)
    moto.start(zero_unix_s)
    return Clock(zero_unix_s)


def _ledger(
    scenario: Scenario,
    strategy: str,
    seed: int,
    plan: Plan,
    mails: Arrivals,
    deployment: Deployment,
    calls: Columns,
    wall_s: float,
) -> Ledger:
    count = len(mails.recipients)
    settings: dict[str, Any] = asdict(plan.settings)
    return Ledger(
        strategy=strategy,
        scenario=scenario.name,
        seed=seed,
        world="moto",
        ended_s=deployment.ended_s,
        mails=settle(mails, calls, deployment.custody(), np.full(count, np.nan), np.zeros(count, np.int32)),
        calls=calls,
        settings=settings,
        usage={"ses_recipients": float(admitted(calls))},
        interrupted=deployment.interrupted,
        wall_s=wall_s,
    )
