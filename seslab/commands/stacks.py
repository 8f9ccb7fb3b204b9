"""`seslab deploy`, `seslab status` and `seslab teardown`: a strategy's stack without a run."""

from __future__ import annotations

from typing import Annotated

import typer

from seslab.ctrl_c import ending_on_ctrl_c
from seslab.options import Region, Sender, Source, of_strategies, one_of

PLACES = ("ministack", "aws")
Place = Annotated[str, one_of("place", PLACES, "--on", help="where; a ministack must run already")]
One = Annotated[str, of_strategies("the one to deploy")]


def deploy(
    scenario: Source,
    *,
    strategy: One,
    on: Place = "aws",
    region: Region = None,
    sender: Sender = None,
    dashboard: Annotated[
        bool, typer.Option("--dashboard", help="with a CloudWatch dashboard, and alarms of bounces and complaints")
    ] = False,
) -> None:
    """Make a strategy's stack, and leave it there.

    It stays until it is torn down; nothing is sent. Prints the run's name and the stack's outputs, a line each.

    $ seslab deploy rehearsal -s heartbeat --from me@example.com
    """
    with ending_on_ctrl_c():
        from loadtests.deploy import commands
        from reports import terminal
        from seslab.worlds import chosen, scenario_of
    place = commands.cloud_of(on, region)
    wanted = scenario_of(scenario)
    (name,) = chosen([strategy], wanted)
    beside = commands.Wanted(dashboard)
    for line in commands.deploy(place, wanted, name, sender, terminal.tell, beside):
        print(line)


def status(on: Place = "aws", region: Region = None) -> None:
    """List the stacks of runs.

    Shows run, strategy, state and age, a line each.

    $ seslab status --region eu-west-1
    """
    with ending_on_ctrl_c():
        from loadtests.deploy import commands
        from reports import terminal
    terminal.listing(commands.status(commands.cloud_of(on, region)))


def teardown(
    run: Annotated[str | None, typer.Argument(metavar="RUN", help="as `seslab status` lists it")] = None,
    everything: Annotated[bool, typer.Option("--all", help="every run's")] = False,
    on: Place = "aws",
    region: Region = None,
) -> None:
    """Remove a run's stack and bucket.

    They may be in whatever state.

    $ seslab teardown --all
    """
    with ending_on_ctrl_c():
        from loadtests.deploy import commands
        from reports import terminal
    commands.teardown(commands.cloud_of(on, region), run, everything, terminal.tell)
