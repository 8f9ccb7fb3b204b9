"""`seslab deploy`, `seslab status` and `seslab teardown`: a strategy's stack without a run."""

from __future__ import annotations

from typing import Annotated

import typer

from scenarios.errors import BadInput
from seslab.ctrl_c import ending_on_ctrl_c
from seslab.options import Region, Sender, Source, of_strategies, one_of

PLACES = ("ministack", "aws")
Place = Annotated[str, one_of("place", PLACES, "--on", help="where; a ministack must run already")]
One = Annotated[str | None, of_strategies("the one to deploy", "none")]


def deploy(
    scenario: Source,
    *,
    strategy: One = None,
    tracker: Annotated[
        bool, typer.Option("--tracker", help="instead of a strategy, the scenario's status tracker")
    ] = False,
    table: Annotated[
        str | None, typer.Option(metavar="NAME", help="a table of yours for its statuses, instead of the stack's own")
    ] = None,
    on: Place = "aws",
    region: Region = None,
    sender: Sender = None,
    dashboard: Annotated[
        bool, typer.Option("--dashboard", help="with a CloudWatch dashboard, and alarms of bounces and complaints")
    ] = False,
    weekly_report: Annotated[
        str | None,
        typer.Option(
            metavar="s3|ADDRESS",
            show_default="none",
            help="with a report of bounces each Monday, into the bucket and to the address",
        ),
    ] = None,
) -> None:
    """Make a strategy's stack, and leave it there.

    It stays until it is torn down; nothing is sent. Prints the run's name and the stack's outputs, a line each.

    $ seslab deploy rehearsal -s heartbeat --from me@example.com
    """
    with ending_on_ctrl_c():
        from loadtests.deploy import commands
        from reports import terminal
        from reports.bounces import weekly as report
        from seslab.worlds import chosen, scenario_of
    if (strategy is None) != tracker:
        raise BadInput("deploy: name either a --strategy or --tracker")
    if table is not None and not tracker:
        raise BadInput(f"--table = {table}: only a --tracker keeps statuses in a table")
    if weekly_report is not None and tracker:
        raise BadInput("--weekly-report: not with --tracker; give it to the stack of the strategy that sends")
    place, wanted = commands.cloud_of(on, region), scenario_of(scenario)
    weekly = None if weekly_report is None else commands.weekly_of(weekly_report, report.MODULE, report.READ)
    beside = commands.Wanted(dashboard, weekly)
    if strategy is None:
        lines = commands.deploy_tracker(place, wanted, table, terminal.tell, beside)
    else:
        (name,) = chosen([strategy], wanted)
        lines = commands.deploy(place, wanted, name, sender, terminal.tell, beside)
    for line in lines:
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
