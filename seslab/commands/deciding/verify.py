"""`seslab verify`."""

from __future__ import annotations

from typing import Annotated

import typer

from seslab import exit_codes
from seslab.ctrl_c import ending_on_ctrl_c
from seslab.options import LAST_SEED, AsJson

MOST_REPLICATIONS = 10_000  # the results of all are in memory at once
LAST_FIRST_SEED = LAST_SEED - MOST_REPLICATIONS  # those of replications count up from it


def verify(
    *,
    seed: Annotated[int, typer.Option(metavar="N", min=0, max=LAST_FIRST_SEED, help="the first seed")] = 1,
    replications: Annotated[
        int,
        typer.Option(
            metavar="N", min=10, max=MOST_REPLICATIONS, help="runs of what chance has a say in, seeds counting up"
        ),
    ] = 32,
    json: AsJson = False,
) -> int:
    """Set the simulator beside closed forms.

    Waits in queues, Little's law, the best possible, and what a limiter lets pass: each is measured, and theory says
    what it should be. Ends with exit code 1 if one is not as it should be.

    $ seslab verify
    """
    with ending_on_ctrl_c():
        from reports import terminal
        from reports.verify import table
        from reports.verify.bench import Bench
        from reports.verify.document import document
        from reports.verify.laws import LAWS
        from scenarios.measures.cost import load_prices
        from seslab.worlds import simulator
    verification = document(LAWS, Bench(simulator(), seed, replications, load_prices()))
    terminal.present(verification, json, table.table(verification), table.sentences(verification))
    return exit_codes.DONE if verification["holds"] else exit_codes.UNMET
