"""Simulations whose every latency is constant and, SES's millisecond of processor apart, a binary fraction of a second.

So instants can be worked out by hand, and most of them hold to the last bit.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, NamedTuple

import pytest

from scenarios.ledger.fates import settle
from scenarios.ledger.ledger import FATES, OUTCOMES
from scenarios.schema.model import Scenario
from scenarios.traffic.workload import arrivals
from sim.kernel import serve
from sim.world import Simulation
from strategies.ports import Ports
from strategies.resources import Plan, Pods

SEED = 1
ACCEPT_S, REFUSE_S = 0.25, 0.125
SQS_S = 0.125
COLD_S, DISPATCH_S, ASYNC_S = 0.5, 0.03125, 0.25
JITTER_S, TRANSITION_S = 0.0625, 0.03125
COLD_BEGIN_S = DISPATCH_S + COLD_S  # from the invocation until a cold handler runs
CPU_S = 0.001  # of a full core, for each call to SES; calls to other services take none unless a test says so


def exactly(seconds: float) -> Any:
    """Where SES's millisecond is involved, a sum is known to a billionth of a second only."""
    return pytest.approx(seconds, rel=0.0, abs=1e-9)


def constant(seconds: float) -> dict[str, float]:
    """That latency, always."""
    return {"constant_ms": seconds * 1000}


LATENCIES = {
    "ses_send": constant(ACCEPT_S),
    "ses_throttle": constant(REFUSE_S),
    "sqs": constant(SQS_S),
    "lambda_cold_start": constant(COLD_S),
}
LAMBDA = {"dispatch": constant(DISPATCH_S), "async_delay": constant(ASYNC_S)}
TICKER = {"jitter": constant(JITTER_S), "transition": constant(TRANSITION_S)}


def batch(messages: int, at_s: float = 0.0, recipients: int = 1) -> dict[str, Any]:
    """So many mails at one instant."""
    return {"process": "batch", "messages": messages, "at_s": at_s, "recipients": recipients}


def evenly(per_s: float, for_s: float, start_s: float = 0.0) -> dict[str, Any]:
    """Mails at even distances."""
    return {"process": "constant", "messages_per_s": per_s, "duration_s": for_s, "start_s": start_s}


def fault(kind: str, start_s: float, duration_s: float, **more: Any) -> dict[str, Any]:
    """Something that goes wrong for a while."""
    return {"kind": kind, "start_s": start_s, "duration_s": duration_s, **more}


def scenario(*workload: dict[str, Any], rate_per_s: float = 1000.0, **tables: Any) -> Scenario:
    """These mails, or a single one, on constant latencies, polls whole; `tables` add to the usual or replace them."""
    usual = {
        "name": "virtual",
        "workload": workload or (batch(1),),
        "account": {"max_send_rate_per_s": rate_per_s},
        "lambda": LAMBDA,
        "ticker": TICKER,
    }
    latency = {**LATENCIES, **tables.pop("latency", {})}
    client = {"call_cpu_ms": 0.0, **tables.pop("client", {})}
    sqs = {"short_poll_share": 1.0, **tables.pop("sqs", {})}
    return Scenario.model_validate({**usual, "latency": latency, "client": client, "sqs": sqs, **tables})


async def idle(ports: Ports) -> None:
    """Main of a pod that does nothing and never ends, so that the run lasts until its horizon."""
    await ports.clock.sleep(1e9)


def simulation(of: Scenario, **parts: Any) -> Simulation:
    """A simulation of these parts of a `Plan`, with one idle pod unless they name others."""
    return Simulation(of, Plan(None, **{"pods": Pods(idle), **parts}), SEED, arrivals(of.workload, SEED))


def play(simulation: Simulation, *scripts: Coroutine[Any, Any, None]) -> Simulation:
    """Run it to its end, next to coroutines that use the models themselves."""
    simulation.start()
    for script in scripts:
        serve(script)
    simulation.world.run_until(simulation.scenario.horizon_s)
    return simulation


class Call(NamedTuple):
    """One row of SES's log."""

    mail: int
    first_recipient: int
    recipients: int
    start_s: float
    decided_s: float
    end_s: float
    outcome: str


def calls(simulation: Simulation) -> list[Call]:
    """SES's log, in the order of decision."""
    columns = simulation.services[0].log.columns()
    rows = zip(*(columns[name].tolist() for name in Call._fields), strict=True)
    return [Call._make((*row[:-1], OUTCOMES[row[-1]])) for row in rows]


def fates(simulation: Simulation) -> dict[str, list[int]]:
    """For each mail, how many of its recipients met each fate."""
    log, custody = simulation.services[0].log.columns(), simulation.custody()
    mails = settle(simulation.arrivals, log, custody, simulation.enqueued_s, simulation.receives)
    return {fate: mails[fate].tolist() for fate in (*FATES, "duplicated")}


def everyone(recipients: int) -> range:
    """All of a mail's recipients."""
    return range(recipients)
