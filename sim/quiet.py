"""What a strategy uses while nothing is to be sent: measured, because idle polls, ticks and leases add up."""

from __future__ import annotations

import numpy as np

from scenarios.measures.month import standing
from scenarios.runs import plan_of
from scenarios.schema.model import Scenario
from scenarios.traffic.workload import Arrivals
from sim.world import Simulation
from strategies.resources import Plan

SETTLED_S = 300.0  # cold starts are over then, and mappings have as few pollers as they keep
STRETCH_S = 3600.0


def standing_usage(scenario: Scenario, strategy: str) -> dict[str, float]:
    """By the keys of a ledger's usage: each kind in an hour in which nothing is sent, and how many pods there are.

    Raises BadInput and RunFailed as `plan_of` does.
    """
    plan = plan_of(scenario, strategy)
    return standing(_used_per_hour(scenario, plan), sum(pods.replicas for pods in plan.all_pods()))


def _used_per_hour(scenario: Scenario, plan: Plan) -> dict[str, float]:
    """The difference of usage between two instants, so that starting up does not count."""
    calm = scenario.model_copy(update={"fault": (), "neighbour": ()})
    simulation = Simulation(calm, plan, scenario.seed, _beyond(SETTLED_S + 2 * STRETCH_S))
    simulation.start()
    simulation.world.run_until(SETTLED_S)
    before = simulation.usage()
    simulation.world.run_until(SETTLED_S + STRETCH_S)
    after = simulation.usage()
    return {kind: (after[kind] - before[kind]) * 3600.0 / STRETCH_S for kind in after}


def _beyond(at_s: float) -> Arrivals:
    """A single mail, which is due later than anybody looks: without one the run would be over at once."""
    return Arrivals(np.array([at_s]), np.array([1], np.int32))
