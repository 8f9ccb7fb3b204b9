"""`seslab gate`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from seslab import exit_codes
from seslab.ctrl_c import importing
from seslab.options import AsJson, Sources, Strategies, Summary, known

if TYPE_CHECKING:
    from reports.gate.simulated import Wanted
    from reports.running.experiment import Result

EXIT_OF = {
    "pass": exit_codes.DONE,
    "improved": exit_codes.DONE,
    "fail": exit_codes.UNMET,
    "inconclusive": exit_codes.INCONCLUSIVE,
}


def gate(
    scenario: Sources,
    *,
    baseline: Annotated[Path | None, typer.Option(help="the file that says what is expected")] = None,
    strategy: Strategies = None,
    on: Annotated[
        str,
        typer.Option(callback=known("world", ("sim", "moto")), help="the world to run in: sim, or with --against moto"),
    ] = "sim",
    against: Annotated[str | None, typer.Option(help="a git revision, or a command, to run in turn with this")] = None,
    rounds: Annotated[int | None, typer.Option(min=2, help="of real runs: two of each side")] = None,
    update: Annotated[bool, typer.Option("--update", help="make what is now the baseline")] = False,
    reason: Annotated[str | None, typer.Option(help="of an update; kept in the file")] = None,
    seeds: Annotated[int | None, typer.Option(min=2, help="simulations per strategy, seeds counting up")] = None,
    tolerance: Annotated[list[str] | None, typer.Option(help="of an update: '*.makespan_s=2%' and the like")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="what is inconclusive ends with code 4")] = False,
    junit: Annotated[Path | None, typer.Option(help="a file for JUnit's XML")] = None,
    summary: Summary = None,
    openmetrics: Annotated[Path | None, typer.Option(help="a file for OpenMetrics text")] = None,
    json: AsJson = False,
) -> int:
    """Fail if strategies have become slower, leakier or dearer than they were."""
    with importing():
        from reports import terminal
        from reports.gate import command, interleaved, simulated, table
        from reports.gate.files import Files
        from scenarios.schema.model import load
        from scenarios.verdicts import FAIL
    files, names = Files(junit, summary, openmetrics), strategy or []
    only_a_verdict = {**files._asdict(), "on": on != "sim", "json": json, "strict": strict}
    asked = {"seeds": seeds, "rounds": rounds, "reason": reason, "tolerance": tolerance, **only_a_verdict}
    command.refuse_vain(update, against, on, asked)
    files.prepare(baseline)
    chosen = simulated.distinct([load(source) for source in scenario])
    if update:
        command.update(baseline, chosen, names, seeds, reason, tolerance or (), _simulated)
        return exit_codes.DONE
    if against is None:
        document = command.stored(baseline, chosen, names, on, _simulated)
    else:
        lasting = interleaved.Lasting(on, seeds or simulated.SEEDS, rounds or interleaved.ROUNDS)
        document = command.in_turn(against, baseline, scenario, chosen, names, lasting)
    files.write(document)
    terminal.present(document, json, table.table(document), table.sentences(document))
    return EXIT_OF[document["verdict"]] if strict or document["verdict"] == FAIL else exit_codes.DONE


def _simulated(wanted: Sequence[Wanted]) -> list[Result]:
    from reports.gate.simulated import jobs
    from reports.running.run_jobs import whole
    from scenarios.measures.cost import load_prices
    from seslab.worlds import simulator

    return whole(jobs(simulator(), wanted, load_prices()), "sim")
