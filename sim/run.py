"""A scenario, a strategy and a seed in; a ledger out."""

from __future__ import annotations

import time
from dataclasses import asdict, replace

import numpy as np

from scenarios.ledger.build_ledger import Evidence, Subject, build_ledger
from scenarios.ledger.join import by_account, delivered_together
from scenarios.ledger.ledger import Columns, Ledger
from scenarios.measures.warnings import warnings_of
from scenarios.runs import Watch, plan_of
from scenarios.schema.model import Scenario
from scenarios.system.interrupts import interrupts_call
from scenarios.traffic.workload import arrivals
from sim.world import Simulation

STUCK_S = 5.0  # after Ctrl-C: an event takes so long only where a strategy's loop awaits nothing


def run(scenario: Scenario, strategy: str, seed: int, watch: Watch | None = None) -> Ledger:
    """Simulate one strategy; Ctrl-C ends the run early and keeps what was done.

    Raises `Unbalanced` when a recipient's fate is not accounted for, which would be a defect of the simulator.
    """
    started_s = time.perf_counter()
    simulation = Simulation(scenario, plan_of(scenario, strategy), seed, arrivals(scenario.workload, seed))
    if watch is not None:
        watch(simulation.progress)
    interrupted = not _simulate(simulation)
    if not interrupted:
        simulation.raise_unraised()
    ledger = _ledger(simulation, strategy, interrupted)
    return replace(ledger, wall_s=time.perf_counter() - started_s)


def _simulate(simulation: Simulation) -> bool:
    """Run to the end; False when the user broke in."""
    interrupted = False

    def interrupt() -> None:  # between two events, where it breaks nothing
        nonlocal interrupted
        interrupted = True
        simulation.world.stop()

    with interrupts_call(interrupt, STUCK_S):
        simulation.start()
        simulation.world.run_until(simulation.scenario.horizon_s)
    return not interrupted


def _ledger(simulation: Simulation, strategy: str, interrupted: bool) -> Ledger:
    calls, scenario, plan = _calls(simulation), simulation.scenario, simulation.plan
    calls["end_s"][calls["end_s"] > simulation.world.now_s] = np.nan  # after the end of observation
    observed_s = simulation.world.now_s if interrupted else scenario.horizon_s
    deliveries = [ses.deliveries.until(observed_s) for ses in simulation.services if ses.deliveries is not None]
    if len(deliveries) > 1:
        deliveries = [one.of_account(name) for one, name in zip(deliveries, scenario.accounts, strict=True)]
    evidence = Evidence(
        ended_s=simulation.world.now_s,
        calls=calls,
        custody=simulation.custody(),
        enqueued_s=simulation.enqueued_s,
        receives=simulation.receives,
        usage=simulation.usage(),
        warnings=(*warnings_of(scenario, plan, simulation.arrivals), *simulation.complaints()),
        interrupted=interrupted,
        delivered=delivered_together(deliveries) if deliveries else None,
    )
    subject = Subject(strategy, scenario.name, simulation.seed, "sim", asdict(plan.settings))
    ledger = build_ledger(subject, simulation.arrivals, evidence)
    return replace(ledger, accounts=tuple(scenario.accounts))


def _calls(simulation: Simulation) -> Columns:
    """In the order in which SES decided; of several accounts with the one that did."""
    tables = [ses.log.columns() for ses in simulation.services]
    return tables[0] if len(tables) == 1 else by_account(tables)
