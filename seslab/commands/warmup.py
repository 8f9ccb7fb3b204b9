"""`seslab warmup`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from scenarios.errors import BadInput
from scenarios.schema.files import printable
from seslab.ctrl_c import ending_on_ctrl_c
from seslab.options import AsJson, Seed, Source

LATEST_YEAR = 9000


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
    whether it is worth it. Sends nothing.

    $ seslab warmup warm-up --from 2026-12-01
    """
    with ending_on_ctrl_c():
        from reports.warmup import command, folder
        from scenarios.measures.cost import load_prices
        from seslab import worlds
    on = _date(first)
    if out is not None:
        folder.prepare(out)
    chosen = worlds.scenario_of(scenario, seed)
    planned = command.planned(chosen, scenario, on, repeats, load_prices())
    command.show(planned, chosen, json, out)


def _date(text: str) -> date:
    try:
        on = date.fromisoformat(text)
    except ValueError:
        on = date.max
    if on.year > LATEST_YEAR:
        raise BadInput(f"--from {printable(text)}: must be a date such as 2026-12-01")
    return on
