"""The tracker in the simulated world: its declared parts, and a pod in the place of SES and SNS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from scenarios.schema.faults import DuplicateDelivery
from scenarios.schema.model import Scenario
from scenarios.tracking.request import Kept, Tracked, TrackRequest
from scenarios.traffic.workload import Arrivals
from sim.world import Simulation
from strategies.ports import Item, Mail, Ports, Received
from strategies.resources import Function, Handler, Pods
from strategies.tracking.states import Event
from strategies.tracking.tracker import QUEUE, STATUSES, TRACKER, Told, status_of

ENDLESS_S = 1e9  # the run ends when the queue is empty, however long that takes


def track(request: TrackRequest) -> Tracked:
    """Let the tracker hear all that is told. A message of the queue stands for the publication of its number."""
    simulation = _simulation(request)
    assert request.scenario.tracker is not None
    for killed in request.scenario.tracker.killed:
        kill = partial(simulation.functions[TRACKER].kill, killed.end_s)
        simulation.world.call_at(killed.start_s, kill)
    if request.publications:
        simulation.start()
        simulation.world.run_until(ENDLESS_S)
    dead = simulation.queues[QUEUE].dead.columns()[0]
    return Tracked(
        {key: _kept(item) for key, item in simulation.tables[STATUSES].items.items() if isinstance(key, tuple)},
        [event for number in dead for event in _events(request, number)],
        len(dead),
        simulation.functions[TRACKER].bill().requests,
    )


def _simulation(request: TrackRequest) -> Simulation:
    told_s = np.array([at_s for at_s, _ in request.publications])
    functions = [_reading(request, function) for function in request.plan.functions]
    plan = replace(request.plan, pods=Pods(_publish, uses=(QUEUE,)), functions=tuple(functions))
    return Simulation(_calm(request.scenario), plan, request.seed, Arrivals(told_s, np.ones(len(told_s), np.int32)))


def _calm(scenario: Scenario) -> Scenario:
    """The same without a sender: of what goes wrong only what is SQS's."""
    of_sqs = tuple(fault for fault in scenario.fault if isinstance(fault, DuplicateDelivery))
    changes = {"fault": of_sqs, "neighbour": (), "delivery": None, "tracker": None, "horizon_s": ENDLESS_S}
    return scenario.model_copy(update=changes)


async def _publish(ports: Ports) -> None:
    """Main of the pod: no publication waits for another."""
    async with ports.group() as group:
        async for mail in ports.outbox:
            group.spawn(_put(ports, mail))


async def _put(ports: Ports, mail: Mail) -> None:
    await ports.queues[QUEUE].put([mail])


def _reading(request: TrackRequest, function: Function) -> Function:
    """The function with what parses its messages."""
    return replace(function, handler=partial(_read, request, function)) if function.name == TRACKER else function


def _read(request: TrackRequest, function: Function, ports: Ports) -> Handler:
    keep = function.handler(ports)

    async def handle(batch: Sequence[Received]) -> list[str]:
        return list(await keep([Told(one.message_id, _events(request, one.mail.number)) for one in batch]))

    return handle


def _events(request: TrackRequest, number: int) -> Sequence[Event]:
    return request.publications[number].notice.events


def _kept(item: Item) -> Kept:
    status = status_of(item)
    assert status is not None
    return Kept(status, item.value[2])
