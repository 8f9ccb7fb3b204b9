"""`seslab probe`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from seslab.ctrl_c import ending_on_ctrl_c
from seslab.options import BUDGET, AsJson, Out, Region, Sender

if TYPE_CHECKING:
    from scenarios.inference.probing.probe import Notes


def probe(
    *,
    endpoint: Annotated[
        str | None, typer.Option(metavar="URL", help="a `seslab serve` on this machine; without it --region is needed")
    ] = None,
    region: Region = None,
    sender: Sender = None,
    budget_recipients: Annotated[
        int,
        typer.Option(
            metavar="N", min=1, help="most accepted recipients; never more than 20 seconds' worth of the rate"
        ),
    ] = BUDGET.recipients,
    budget_usd: Annotated[
        float, typer.Option(metavar="X", min=0, help="most dollars", rich_help_panel="On AWS")
    ] = BUDGET.usd,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask", rich_help_panel="On AWS")] = False,
    out: Out = None,
    json: AsJson = False,
) -> None:
    """Find out about your limiter with few recipients.

    Sends to SES's mailbox simulator, burst by burst, until one limiter is left or the recipients are used up. Shows
    what it will send and asks first. Nobody else may send through the account meanwhile.

    A seslab serve must let the sender through: start it with --verify example.com, or name --from.

    $ seslab probe --endpoint http://127.0.0.1:5555
    """
    with ending_on_ctrl_c():
        from loadtests.probe import plan
        from loadtests.probe.asking import SesLimiter
        from reports import terminal
        from reports.fit import command, folder
        from scenarios.budget import Budget
        from scenarios.errors import RunFailed
        from scenarios.inference.probing import probe as probing
        from scenarios.measures.cost import load_prices
    with folder.claimed(out):
        budget = Budget(budget_recipients, budget_usd)
        allowed, lines = plan.planned(endpoint, region, sender, budget, load_prices())
        plan.ask(allowed, yes, terminal.tell, lines)
        limiter = SesLimiter(allowed.client, allowed.envelope, allowed.place.world)
        at, pace, notes = allowed.place.at, allowed.allowance.pace, probing.Notes(allowed.allowance.recipients)
        try:
            with terminal.following("probing") as show:
                probed = probing.probe(limiter, pace, notes, show)
        except KeyboardInterrupt:
            if notes:
                _keep(notes, out)
                command.so_far(notes, at, pace.rate_per_s, json, out)
            raise
        except RunFailed:
            _keep(notes, out)
            raise
        try:
            _keep(notes, out)
        finally:
            command.show(command.of_probe(probed, notes, at, pace.rate_per_s), probed.fit, json, out)


def _keep(notes: Notes, out: Path | None) -> None:
    from reports.fit import folder

    if notes and out is not None:
        folder.keep(out, notes.calls())
