"""`seslab robust`."""

from __future__ import annotations

from typing import Annotated

import typer

from seslab import exit_codes
from seslab.ctrl_c import ending_on_ctrl_c
from seslab.options import MOST_RUNS, AsJson, Cluster, Limiters, Out, Seed, Source, Store, Strategies


def robust(
    scenario: Source,
    *,
    strategy: Strategies = None,
    limiters: Limiters = None,
    seed: Seed = None,
    replications: Annotated[
        int, typer.Option(metavar="N", min=1, max=MOST_RUNS, help="runs of each under each limiter, seeds counting up")
    ] = 10,
    cluster: Cluster = None,
    store: Store = None,
    out: Out = None,
    json: AsJson = False,
) -> int:
    """Try strategies under many limiters that SES may have.

    Tells what is decided whatever SES's limiter is, and by what the rest turns. Ends with exit code 1 if the scenario
    has thresholds and nobody meets all of them under all limiters.

    $ seslab robust broadcast-900-14 -s heartbeat -s leaky-bucket --replications 6 --out robust
    """
    with ending_on_ctrl_c():
        from reports.compare.folder import alone_in
        from reports.robust import command, folder
        from reports.robust.trials import Simulation, Trial
        from reports.running.opening import opened
        from scenarios.hypotheses import sets
        from scenarios.measures.cost import load_prices
        from scenarios.schema.scenario_file import files_of
        from seslab import worlds
    chosen = worlds.scenario_of(scenario, seed)
    contenders = worlds.chosen(strategy, chosen)
    tried = sets.chosen(limiters, chosen.account)
    simulation = Simulation(worlds.suitable_simulator(chosen, contenders), load_prices(), worlds.standing)
    trial = Trial(chosen, contenders, tried.hypotheses, replications)
    with alone_in(out):
        if out is not None:
            read = [*files_of(scenario, chosen), *([("--limiters", limiters)] if limiters else [])]
            folder.prepare(out, read, chosen.name)
        with opened(store, cluster) as executor:
            answered = command.tried(trial, tried, simulation, executor, out, json)
    return exit_codes.DONE if answered else exit_codes.UNMET
