"""`seslab fit`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from seslab import completion
from seslab.ctrl_c import ending_on_ctrl_c
from seslab.options import AsJson, Out
from strategies.registry import STRATEGIES


def fit(
    calls: Annotated[
        Path,
        typer.Argument(
            metavar="RUN_OR_CALLS", help="the --out folder of a run, a call log of `seslab serve`, or a CSV file"
        ),
    ],
    *,
    strategy: Annotated[
        str | None,
        typer.Option(
            "--strategy",
            "-s",
            metavar="NAME",
            autocompletion=completion.words(STRATEGIES),
            show_default="the only one",
            help="whose calls of a run",
        ),
    ] = None,
    account: Annotated[
        str | None, typer.Option(metavar="NAME", show_default="the only one", help="whose limiter, of several accounts")
    ] = None,
    rate: Annotated[
        float | None, typer.Option(metavar="R", show_default="the run's", help="recipients a second that SES names")
    ] = None,
    within_ms: Annotated[
        float,
        typer.Option(
            metavar="MS",
            min=0,
            max=60_000,
            help="how far a call may be from its decision, of a log or CSV; 0 without it",
        ),
    ] = 0.0,
    out: Out = None,
    json: AsJson = False,
) -> None:
    """Find the limiter behind accepted and refused calls.

    Tells the probability of each kind of limiter, its parameters with intervals, and what the calls cannot tell. The
    folder has a file of hypotheses, which `seslab robust` takes.

    $ seslab fit calls.csv --rate 14
    """
    with ending_on_ctrl_c():
        from reports.fit import command, folder
        from scenarios.inference.reading import read_calls
    with folder.claimed(out):
        trace = read_calls(calls, strategy, account, within_ms / 1000)
        document, found = command.explained(trace, str(calls), rate)
        command.show(document, found, json, out)
