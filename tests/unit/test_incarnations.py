"""Which pod gets which mail in a real run: the same as in the simulator, whatever crashes and scales."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from loadtests.application.incarnations import incarnations
from scenarios.aws.pod_lives import stretches
from scenarios.schema.model import Scenario
from scenarios.traffic.workload import arrivals
from sim.world import Simulation
from strategies.ports import Ports
from strategies.resources import Plan, Pods

SEED = 1
EIGHTHS = st.integers(0, 40).map(lambda eighths: eighths / 8)


@st.composite
def faults(draw: st.DrawFn) -> dict[str, Any]:
    """A crash or a scaling; many begin and end at instants at which mail is due."""
    window = {"start_s": draw(EIGHTHS), "duration_s": draw(EIGHTHS.filter(bool))}
    if draw(st.booleans()):
        return {"kind": "pod_crash", "pod": draw(st.integers(0, 3)), **window}
    return {"kind": "scale_pods", "pods": draw(st.integers(1, 4)), **window}


async def taker(ports: Ports) -> None:
    """Take every mail, and do nothing with it."""
    async for _ in ports.outbox:
        pass


@given(st.integers(1, 3), st.sampled_from([(), (1.0, 2.0)]), st.lists(faults(), max_size=4))
def test_mails_are_dealt_as_in_the_simulator(replicas: int, weights: tuple[float, ...], fault: list[Any]) -> None:
    """Each life of each pod has the same mails in both worlds; changes at one instant are one."""
    tables = {"name": "dealing", "horizon_s": 20.0, "fault": tuple(fault)}
    workload = ({"process": "constant", "messages_per_s": 8.0, "duration_s": 6.0},)
    scenario = Scenario.model_validate({**tables, "workload": workload})
    pods, mails = Pods(taker, replicas, weights), arrivals(scenario.workload, SEED)
    simulation = Simulation(scenario, Plan(None, pods), SEED, mails)
    simulation.start()
    simulation.world.run_until(scenario.horizon_s)
    holders = [(pod.index, pod.outbox.holder) for pod in simulation.deployment.incarnations]
    simulated = [(pod, np.flatnonzero(simulation.dealer.holder_of == holder).tolist()) for pod, holder in holders]
    lives = incarnations(stretches(replicas, scenario.fault), weights, mails.intended_s)
    real = [(life.pod, life.mails.tolist()) for life in lives]
    assert [life for life in real if life[1]] == [life for life in simulated if life[1]]
