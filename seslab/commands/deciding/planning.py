"""`seslab plan` and `seslab warmup`: what is to be asked of AWS, and when."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from scenarios.errors import BadInput
from scenarios.formats.quoted import printable
from seslab.ctrl_c import ending_on_ctrl_c
from seslab.options import AsJson, Seed, Source

LATEST_YEAR = 9000
REPLICATIONS = 5
MOST_SEEDS = 10_000  # of each volume under each limiter


def plan(
    growth: Annotated[Path, typer.Argument(metavar="GROWTH", help="a TOML file that says how mail grows")],
    *,
    limiters: Annotated[
        Path | None,
        typer.Option(metavar="FILE", show_default="the scenario's", help="hypotheses about SES's limiter, a TOML file"),
    ] = None,
    seed: Seed = None,
    replications: Annotated[
        int, typer.Option(metavar="N", min=1, max=MOST_SEEDS, help="runs of each volume under each limiter")
    ] = REPLICATIONS,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="a folder for document, request, CSV and picture")
    ] = None,
    json: AsJson = False,
) -> None:
    """Tell how long a limit is enough, and what to ask for.

    Month by month the scenario's mail grows as the file says, until a threshold or the quota is not met any more. Then
    the least rate and quota that are enough to the end are sought, and the text of the request is written: of several
    accounts for each of them.

    $ seslab plan growth.toml
    """
    with ending_on_ctrl_c():
        from reports.compare.folder import alone_in
        from reports.growth import command, folder
        from reports.growth.months import Volume
        from reports.headroom.attempts import Search
        from reports.headroom.command import refuse_undemanding
        from reports.robust.trials import Simulation
        from scenarios.growth.demands import refuse_sums
        from scenarios.growth.growth import read_growth, refuse_needless_region
        from scenarios.hypotheses import sets
        from scenarios.measures.cost import load_prices
        from scenarios.schema.scenario_file import load
        from seslab import worlds
        from seslab.trial import try_new
    asked = read_growth(growth)
    scenario = load(asked.scenario, growth.parent)
    try_new()
    chosen = scenario if seed is None else scenario.model_copy(update={"seed": seed})
    [contender] = worlds.chosen([asked.strategy], chosen)
    refuse_undemanding(asked.scenario, chosen, contender)
    refuse_sums(asked.scenario, chosen)
    refuse_needless_region(growth, asked, chosen)
    with alone_in(out):
        if out is not None:
            folder.prepare(out, chosen)
        simulation = Simulation(worlds.suitable_simulator(chosen, [contender]), load_prices(), worlds.standing)
        of = command.own_limiter if limiters is None else sets.of_accounts(limiters)
        made = command.run(Search(chosen, contender, Volume(), of, replications, simulation), asked)
        command.show(made, chosen, asked.request, json, out)


def warmup(
    scenario: Source,
    *,
    first: Annotated[
        str, typer.Option("--from", metavar="DATE", help="the first day of the warm-up, such as 2026-12-01")
    ],
    repeats: Annotated[
        int | None,
        typer.Option(
            metavar="DAYS",
            min=1,
            max=366,
            help="the scenario's mail begins anew after so many",
            show_default="as many as it takes",
        ),
    ] = None,
    seed: Seed = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="a folder for document, picture, CSV and calendar")
    ] = None,
    json: AsJson = False,
) -> None:
    """Plan how new IP addresses are warmed up, date by date.

    Says through which address how many go on each date, what is beyond that, when it is done, what it costs, and
    whether it is worth it, of several accounts for each that has some. Sends nothing.

    $ seslab warmup warm-up --from 2026-12-01
    """
    with ending_on_ctrl_c():
        from reports.compare.folder import alone_in
        from reports.warmup import command, several
        from scenarios.measures.cost import load_prices
        from seslab import worlds
    on = _date(first)
    chosen = worlds.scenario_of(scenario, seed)
    plan_it = several.show_planned if chosen.accounts else command.show_planned
    with alone_in(out):
        plan_it(chosen, scenario, on, repeats, load_prices(), json, out)


def _date(text: str) -> date:
    try:
        on = date.fromisoformat(text)
    except ValueError:
        on = date.max
    if on.year >= LATEST_YEAR:
        raise BadInput(f"--from {printable(text)}: must be a date such as 2026-12-01, before the year {LATEST_YEAR}")
    return on
