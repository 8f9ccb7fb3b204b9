"""`seslab gate` and `seslab gate update`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from seslab import exit_codes
from seslab.ctrl_c import ending_on_ctrl_c
from seslab.options import Application, AsJson, Cluster, PageOut, Sources, Summary, of_strategies, one_of

if TYPE_CHECKING:
    from reports.documents.gate import GateDocument
    from reports.gate.simulated import Wanted
    from reports.running.experiment import Result
    from scenarios.schema.model import Scenario

WORLDS = ("sim", "moto")
MOST_SEEDS = 10_000  # a baseline has the figures of each
EXIT_OF = {
    "pass": exit_codes.DONE,
    "improved": exit_codes.DONE,
    "fail": exit_codes.UNMET,
    "inconclusive": exit_codes.INCONCLUSIVE,
}


def gate(
    scenario: Sources,
    *,
    baseline: Annotated[
        Path | None, typer.Option(metavar="FILE", help="what is expected; without it --against is needed")
    ] = None,
    strategy: Annotated[list[str] | None, of_strategies("one to run; may be repeated", "the baseline's")] = None,
    on: Annotated[
        str | None, one_of("world", WORLDS, show_default="sim", help="the world to run in; moto needs --against")
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="BASE", help="a git revision, or a command that is a seslab; of an application also a URL"
        ),
    ] = None,
    seeds: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=2,
            max=MOST_SEEDS,
            show_default="10",
            help="for --against: simulations per strategy, seeds counting up",
        ),
    ] = None,
    rounds: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=2,
            show_default="3",
            help="for --on moto and --target: rounds of real runs, two of each side",
        ),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="end with exit code 4 if it is inconclusive")] = False,
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="a file for JUnit's XML")] = None,
    summary: Summary = None,
    openmetrics: Annotated[Path | None, typer.Option(metavar="FILE", help="a file for OpenMetrics text")] = None,
    cluster: Cluster = None,
    out: PageOut = None,
    json: AsJson = False,
    application: Application,
) -> int:
    """Fail if strategies became slower, leakier or dearer.

    Ends with exit code 1 if they are worse than the baseline, or if one of the scenarios' thresholds is not met. A
    change that is wanted becomes the baseline with `seslab gate update`. With --target it is an application of your own
    that is gated, against another version of it.

    $ seslab gate rehearsal --baseline baseline.json
    """
    with ending_on_ctrl_c():
        from reports import terminal
        from reports.compare.folder import alone_in
        from reports.gate import command, folder, interleaved, simulated, table
        from reports.gate.files import Files
        from scenarios.schema.scenario_file import files_of
        from scenarios.verdicts import FAIL
        from seslab import worlds
    files, world = Files(junit, summary, openmetrics), on or "sim"
    if application.target is None:
        command.refuse_without_target(application.asked)
        command.refuse_vain(world, against is not None, {"seeds": seeds, "rounds": rounds, "cluster": cluster})
    else:
        asked = {"baseline": baseline, "strategy": strategy, "seeds": seeds, "on": on, "cluster": cluster}
        command.refuse_beside_target(asked)
    chosen = simulated.distinct([worlds.scenario_of(source) for source in scenario])
    names = worlds.named(strategy, chosen)
    read = [named for source, one in zip(scenario, chosen, strict=True) for named in files_of(source, one)]
    read += [*application.files, *([] if baseline is None else [("--baseline", baseline)])]
    files.prepare(read)
    with alone_in(out):
        folder.prepare(out, read, [one.name for one in chosen])
        with files.even_without_verdict():
            if application.target is not None:
                document = _gated(application, chosen, against, rounds, out)
            elif against is None:
                document = command.stored(baseline, chosen, names, world, partial(_simulated, cluster=cluster))
            else:
                lasting = interleaved.Lasting(world, seeds or simulated.SEEDS, rounds or interleaved.ROUNDS)
                document = command.in_turn(against, baseline, scenario, chosen, names, lasting)
        files.write(document)
        if out is not None:
            folder.save(out, document)
    terminal.present(document, json, table.table(document), table.sentences(document))
    return EXIT_OF[document["verdict"]] if strict or document["verdict"] == FAIL else exit_codes.DONE


def _gated(
    application: Application, chosen: Sequence[Scenario], against: str | None, rounds: int | None, out: Path | None
) -> GateDocument:
    """The document of two versions of an application."""
    with ending_on_ctrl_c():
        from reports.gate import command
        from seslab import worlds
        from seslab.versions import loads, measured, versions
    worlds.tidy()
    loads_of_all = loads(chosen, application.limiters)
    with versions(application, against, out) as (base, head):
        measures = {f"base, {base.name}": measured(base), head.name: measured(head)}
        return command.of_application(base.name, loads_of_all, measures, rounds)


def update(
    scenario: Sources,
    *,
    baseline: Annotated[Path, typer.Option(metavar="FILE", help="the file to write, or to change")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="why; kept in the file")],
    strategy: Annotated[
        list[str] | None,
        of_strategies("one to run; may be repeated", "the baseline's; for a new one all"),
    ] = None,
    seeds: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=2,
            max=MOST_SEEDS,
            show_default="the baseline's; for a new one 10",
            help="simulations per strategy, seeds counting up",
        ),
    ] = None,
    tolerance: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STRATEGY.FIGURE=AMOUNT",
            help="how much worse is still well, such as '*.makespan_s=2%'; may be repeated",
        ),
    ] = None,
) -> None:
    """Make what strategies do now the gate's baseline.

    $ seslab gate update rehearsal -s heartbeat --baseline baseline.json --reason "as of today"
    """
    with ending_on_ctrl_c():
        from reports.gate import command, simulated
        from seslab import worlds
    chosen = simulated.distinct([worlds.scenario_of(source) for source in scenario])
    command.update(baseline, chosen, worlds.named(strategy, chosen), seeds, reason, tolerance or (), _simulated)


def _simulated(wanted: Sequence[Wanted], cluster: str | None = None) -> list[Result]:
    with ending_on_ctrl_c():
        from reports.gate.simulated import jobs
        from reports.running.opening import unstored
        from reports.running.run_jobs import whole
        from scenarios.measures.cost import load_prices
        from seslab.worlds import simulator, standing
    with unstored(cluster) as executor:
        return whole(jobs(simulator(), wanted, load_prices(), standing), "sim", executor=executor)
