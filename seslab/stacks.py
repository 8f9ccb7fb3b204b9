"""`seslab deploy`, `seslab status` and `seslab teardown`: a strategy's stack without a run."""

from __future__ import annotations

from typing import Annotated

import typer

from seslab.ctrl_c import importing
from seslab.options import Region, Sender, Source, Strategy, known

Place = Annotated[
    str,
    typer.Option(
        "--on", callback=known("place", ("ministack", "aws")), help="where: ministack, one that runs already, or aws"
    ),
]


def deploy(
    scenario: Source, *, strategy: Strategy, on: Place = "aws", region: Region = None, sender: Sender = None
) -> None:
    """Make a strategy's stack, which stays until it is torn down; nothing is sent."""
    with importing():
        from loadtests.deploy import commands
        from reports import terminal
        from scenarios.schema.model import load
    place = commands.cloud_of(on, region)
    for line in commands.deploy(place, load(scenario), strategy, sender, terminal.tell):
        print(line)


def status(on: Place = "aws", region: Region = None) -> None:
    """List the stacks of runs: run, strategy, state, age."""
    with importing():
        from loadtests.deploy import commands
        from reports import terminal
    terminal.listing(commands.status(commands.cloud_of(on, region)))


def teardown(
    run: Annotated[str | None, typer.Argument(help="as status lists it")] = None,
    everything: Annotated[bool, typer.Option("--all", help="every run's")] = False,
    on: Place = "aws",
    region: Region = None,
) -> None:
    """Remove a run's stack and bucket, in whatever state they are."""
    with importing():
        from loadtests.deploy import commands
        from reports import terminal
    commands.teardown(commands.cloud_of(on, region), run, everything, terminal.tell)
