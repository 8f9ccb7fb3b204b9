"""`seslab compare`."""

from __future__ import annotations

from typing import Annotated

import typer

from seslab import exit_codes
from seslab.ctrl_c import ending_on_ctrl_c
from seslab.options import MOST_RUNS, AsJson, Aws, Cluster, Out, Seed, Source, Strategies, Summary, one_of, share

WORLDS = ("sim", "moto", "ministack", "aws")


def compare(
    scenario: Source,
    *,
    strategy: Strategies = None,
    on: Annotated[str, one_of("world", WORLDS, help="the world to run in")] = "sim",
    seed: Seed = None,
    replications: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            max=MOST_RUNS,
            show_default="1; with --precision at most 100",
            help="runs per strategy, seeds counting up",
        ),
    ] = None,
    precision: Annotated[
        str | None,
        typer.Option(
            metavar="SHARE", help="add replications until paired differences are known to so much, such as 2%"
        ),
    ] = None,
    cluster: Cluster = None,
    out: Out = None,
    summary: Summary = None,
    json: AsJson = False,
    aws: Aws,
) -> int:
    """Run strategies on one scenario and compare them.

    Ends with exit code 1 if one of the scenario's thresholds is not met.

    $ seslab compare broadcast-900 -s heartbeat -s leaky-bucket --out run
    """
    with ending_on_ctrl_c():
        from reports import files
        from reports.compare import command, folder
        from reports.figures.curves import taking
        from reports.ranking.precision import MOST
        from reports.running import experiment
        from reports.running.opening import unstored
        from reports.statistics.medians import LEAST
        from scenarios.errors import BadInput
        from scenarios.measures.cost import load_prices
        from scenarios.schema.scenario_file import files_of
        from seslab import worlds
    worlds.tidy()
    chosen = worlds.scenario_of(scenario, seed)
    strategies = worlds.chosen(strategy, chosen)
    read = [*files_of(scenario, chosen), *aws.files]
    files.refuse_taken({"--summary": summary}, [*read, *folder.written_to(out)])
    asked, many = share("--precision", precision), replications or (MOST if precision else 1)
    if asked is not None and many < LEAST:
        raise BadInput(
            f"--replications {many}: with --precision must be at least {LEAST}; fewer cannot tell what is luck"
        )
    if cluster is not None and on != "sim":
        raise BadInput(f"--cluster: workers of a cluster only simulate; leave it out with --on {on}")
    prices, standing, presented = load_prices(), worlds.standing, command.Presented(out, json, summary)
    with folder.alone_in(out):
        if out is not None:
            folder.prepare(out, read=read, scenarios=[chosen.name])
        run = worlds.runner(on, chosen, strategies, many, out, aws)
        jobs = experiment.jobs(run, chosen, strategies, many, prices, out, standing=standing, curves=taking(chosen))
        with unstored(cluster) as executor:
            if asked is None:
                met = command.compared(jobs, on, chosen, presented, executor)
            else:
                met = command.compared_precisely(jobs, on, chosen, asked, presented, executor)
    return exit_codes.DONE if met else exit_codes.UNMET
