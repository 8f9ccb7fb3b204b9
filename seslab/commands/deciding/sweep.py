"""`seslab sweep`."""

from __future__ import annotations

from typing import Annotated

import typer

from seslab import exit_codes
from seslab.ctrl_c import ending_on_ctrl_c
from seslab.options import MOST_RUNS, AsJson, Cluster, Limiters, Out, Seed, Source, Store, Strategies

MOST_POINTS = 1_000_000


def sweep(
    scenario: Source,
    *,
    vary: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUES", help="what varies: KEY=a,b,c or KEY=lo..hi/steps; may be repeated"),
    ] = None,
    sensitivity: Annotated[
        bool, typer.Option("--sensitivity", help="vary what the models assume, and tell which unknown matters")
    ] = False,
    sample: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=2,
            max=MOST_POINTS,
            show_default="all combinations; with --sensitivity 64",
            help="a Latin hypercube of so many",
        ),
    ] = None,
    show: Annotated[
        str | None,
        typer.Option(metavar="FIGURE", show_default="what the scenario ranks by", help="the figure to show"),
    ] = None,
    strategy: Strategies = None,
    limiters: Limiters = None,
    seed: Seed = None,
    replications: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            max=MOST_RUNS,
            show_default="3; with --sensitivity 1",
            help="runs of each at each point, seeds counting up",
        ),
    ] = None,
    cluster: Cluster = None,
    store: Store = None,
    out: Out = None,
    json: AsJson = False,
) -> int:
    """Vary a scenario, and see what becomes of a figure.

    KEY is a key of the scenario with dots, a setting such as strategies.heartbeat.fill, or limiter, whose values are
    names of hypotheses. What was run before is not run again: a sweep that was killed goes on.

    $ seslab sweep broadcast-900 -s heartbeat --vary account.max_send_rate_per_s=10..50/5
    """
    with ending_on_ctrl_c():
        from reports.compare.folder import alone_in
        from reports.robust.trials import Simulation
        from reports.running.opening import opened
        from reports.sweep import asked, command, folder
        from scenarios.hypotheses import sets
        from scenarios.measures.cost import load_prices
        from seslab import worlds
    chosen = worlds.scenario_of(scenario, seed)
    contenders = worlds.chosen(strategy, chosen)
    named = None if limiters is None else str(limiters)
    words = asked.Words(scenario, vary or (), sample, show, named, replications, sensitivity)
    simulation = Simulation(worlds.simulator(), load_prices(), worlds.standing)
    with alone_in(out):
        if out is not None:
            folder.prepare(out, chosen.name)
        what = asked.sweep_of(words, chosen, contenders, sets.of_accounts(limiters), simulation, MOST_POINTS)
        if out is not None:
            folder.refuse_another(out, what)
        with opened(store, cluster) as executor:
            command.run(what, executor, out, json)
    return exit_codes.DONE
