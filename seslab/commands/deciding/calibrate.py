"""`seslab calibrate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from seslab.ctrl_c import ending_on_ctrl_c
from seslab.options import MOST_RUNS, AsJson, Aws, Out, Source, Strategies, one_of

REAL_WORLDS = ("moto", "ministack", "aws")


def calibrate(
    scenario: Source,
    *,
    strategy: Strategies = None,
    on: Annotated[str, one_of("real world", REAL_WORLDS, help="the real world")] = "moto",
    seeds: Annotated[
        int, typer.Option(metavar="N", min=1, max=MOST_RUNS, help="simulations per strategy, seeds counting up")
    ] = 30,
    out: Out = None,
    write: Annotated[
        Path | None, typer.Option(metavar="FILE", help="a file for the scenario with the fitted latencies")
    ] = None,
    json: AsJson = False,
    aws: Aws,
) -> None:
    """Set real runs of strategies beside simulated ones.

    $ seslab calibrate rehearsal -s heartbeat
    """
    with ending_on_ctrl_c():
        from reports import terminal
        from reports.calibrate import document as calibrating
        from reports.calibrate import folder, table
        from reports.compare.folder import alone_in
        from reports.running.run_jobs import whole
        from scenarios.measures.cost import load_prices
        from scenarios.schema.scenario_file import as_toml_in, files_of
        from scenarios.system.whole_files import write_text
        from seslab import worlds
    worlds.tidy()
    chosen, prices = worlds.scenario_of(scenario, None), load_prices()
    strategies = worlds.chosen(strategy, chosen)
    as_run = calibrating.judged(chosen)
    with alone_in(out):
        folder.prepare(out, write, chosen.name, [*files_of(scenario, chosen), *aws.files])
        run, simulate = worlds.runner(on, as_run, strategies, 1, out, aws), worlds.simulator()
        real = whole(calibrating.real_jobs(run, chosen, strategies, prices, out), on, out)
        simulated = whole(calibrating.simulated_jobs(simulate, chosen, strategies, seeds, prices), "sim", out)
        pairs = calibrating.pairs(real, simulated)
        document = calibrating.document(chosen, on, pairs)
        if out is not None:
            folder.save(out, document, as_run, pairs)
    if write is not None:
        write_text(write, as_toml_in(write.parent, calibrating.refitted(chosen, document)))
    terminal.present(document, json, table.table(document), table.sentences(document))
