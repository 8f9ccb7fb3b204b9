"""`seslab headroom`."""

from __future__ import annotations

from typing import Annotated

import typer

from seslab import exit_codes
from seslab.ctrl_c import ending_on_ctrl_c
from seslab.options import AsJson, Limiters, Seed, Source, of_strategies

REPLICATIONS = 59  # so many that hold mean that 95 % of campaigns do, with 95 % confidence
MOST_SEEDS = 10_000  # of each value under each limiter


def headroom(
    scenario: Source,
    *,
    strategy: Annotated[list[str], of_strategies("whose setting")],
    setting: Annotated[
        str,
        typer.Option(
            metavar="KEY", help="what to move: a setting, or a key of the scenario such as workload.0.messages"
        ),
    ],
    low: Annotated[
        float | None, typer.Option("--from", metavar="LO", show_default="a quarter of its value", help="least value")
    ] = None,
    high: Annotated[
        float | None, typer.Option("--to", metavar="HI", show_default="four times its value", help="greatest value")
    ] = None,
    limiters: Limiters = None,
    seed: Seed = None,
    replications: Annotated[
        int, typer.Option(metavar="N", min=1, max=MOST_SEEDS, help="runs of each value under each limiter")
    ] = REPLICATIONS,
    json: AsJson = False,
) -> int:
    """Find how far a setting can go until a threshold fails.

    All of the scenario's thresholds must hold in every run under every limiter that SES may have. Ends with exit code 1
    if no value is found at which they do.

    $ seslab headroom mine.toml -s leaky-bucket --setting rate_per_pod
    """
    with ending_on_ctrl_c():
        from reports.headroom import command
        from reports.headroom.attempts import Search
        from reports.headroom.quantity import quantity_of
        from reports.headroom.span import span_of
        from reports.robust.trials import Simulation
        from scenarios.errors import BadInput
        from scenarios.hypotheses import sets
        from scenarios.measures.cost import load_prices
        from seslab import worlds
    chosen = worlds.scenario_of(scenario, seed)
    contender, *others = worlds.chosen(strategy, chosen)
    if others:
        raise BadInput("-s: a setting is moved of one contender; name only one")
    command.refuse_undemanding(scenario, chosen, contender)
    simulation = Simulation(worlds.suitable_simulator(chosen, [contender]), load_prices(), worlds.standing)
    quantity = quantity_of(chosen, contender, setting)
    search = Search(chosen, contender, quantity, sets.of_accounts(limiters), replications, simulation)
    span = span_of(search, low, high)
    return exit_codes.DONE if command.found(search, span, json) else exit_codes.UNMET
