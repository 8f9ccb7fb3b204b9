"""All figures of a comparison, as SVG and PNG."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reports.compare.looks import kept_in
from reports.documents.comparison import ComparisonDocument, FaultTable
from reports.figures import backlog as backlog_figure
from reports.figures import canvas, palette
from reports.figures import cost as cost_figure
from reports.figures import fates as fates_figure
from reports.figures import latency as latency_figure
from reports.figures import month as month_figure
from reports.figures import offset as offset_figure
from reports.figures import rate as rate_figure
from reports.figures.instants import clock_of
from reports.figures.kinds import apart, kinds_of
from reports.figures.series import Series, series, times_of
from reports.figures.stretch import busiest
from reports.figures.worth import not_drawn
from reports.ranking.answer import ranking_of
from scenarios.ledger.ledger import Ledger
from scenarios.schema.clock import Clock
from scenarios.schema.files import printable
from scenarios.schema.model import Scenario
from scenarios.system.whole_files import make_folder

if TYPE_CHECKING:
    from matplotlib.figure import Figure

OVER_TIME = {"rate": rate_figure.draw, "offset": offset_figure.draw, "backlog": backlog_figure.draw}
LATENCY = "latency"
FROM_ENTRIES = {"fates": fates_figure.draw, "cost": cost_figure.draw}
MONTH = "month"  # drawn where one was billed


class Gathered(NamedTuple):
    """A comparison as figures show it: its contenders best first, each with its curves, and all names printable.

    `close` has the curves of the stretch in which something happens, and nothing where that is most of the run.
    """

    comparison: ComparisonDocument
    series: list[Series]
    close: list[Series]
    clock: Clock | None
    not_drawn: Mapping[str, str]


def gathered(
    comparison: ComparisonDocument, read: Callable[[str], Ledger], scenario: Scenario | None = None
) -> Gathered:
    """`read` gives one strategy's ledger, and one at a time is held. A scenario tells kinds of mail and the clock."""
    entries = [one.entry for one in ranking_of(comparison)]
    every = [_curves(comparison, read(entry["strategy"]), scenario) for entry in entries]
    all_series, close = [whole for whole, _ in every], [near for _, near in every if near]
    entries = [{**entry, "strategy": printable(entry["strategy"])} for entry in entries]
    faults: list[FaultTable] = [{**fault, "kind": printable(fault["kind"])} for fault in comparison["faults"]]
    named: ComparisonDocument = {**comparison, "scenario": printable(comparison["scenario"]), "faults": faults}
    shown: ComparisonDocument = {**named, "strategies": entries}
    clock = clock_of(scenario) if scenario else None
    return Gathered(shown, all_series, close, clock, not_drawn(shown, all_series) if entries else {})


def _curves(comparison: ComparisonDocument, ledger: Ledger, scenario: Scenario | None) -> tuple[Series, Series | None]:
    """Those of the whole run, and of the stretch in which something happens, the same for every contender."""
    kinds = apart(ledger, kinds_of(scenario, ledger.seed) if scenario else None)
    limit_per_s = comparison["account"]["max_send_rate_per_s"]
    stretch = busiest(ledger.mails["intended_s"], ledger.mails["recipients"], limit_per_s)
    near = _spelt_out(series(ledger, kinds, stretch)) if stretch else None
    return _spelt_out(series(ledger, kinds)), near


def draw_all(directory: Path, run: Gathered) -> list[Path]:
    """Draws into a folder; returns the files."""
    comparison = run.comparison
    entries = comparison["strategies"]
    if not entries:
        return []
    make_folder(directory, advice=canvas.ADVICE)
    paths: list[Path] = []
    with canvas.style(), palette.also(kept_in(entries)):
        for name, draw in _drawings(run).items():
            paths += canvas.save(draw(), directory, name)
    _remove({*OVER_TIME, LATENCY, *FROM_ENTRIES, MONTH} - {path.stem for path in paths}, directory)
    return paths


def _drawings(run: Gathered) -> dict[str, Callable[[], Figure]]:
    """Those that say something."""
    comparison, entries = run.comparison, run.comparison["strategies"]
    shown, whole = run.close or run.series, times_of(run.series, run.clock)
    times = times_of(shown, run.clock)._replace(of_s=whole.end_s) if run.close else whole
    made: dict[str, Callable[[], Figure]] = {
        name: partial(draw, comparison, shown, times) for name, draw in OVER_TIME.items()
    }
    made[LATENCY] = partial(latency_figure.draw, comparison, run.series)
    made |= {name: partial(draw, comparison, entries) for name, draw in FROM_ENTRIES.items()}
    if "bill" in comparison:
        made[MONTH] = partial(month_figure.draw, comparison, entries)
    return {name: draw for name, draw in made.items() if name not in run.not_drawn}


def _remove(names: Iterable[str], directory: Path) -> None:
    """What an earlier run has drawn speaks of that run."""
    for name in names:
        for kind in ("svg", "png"):
            (directory / f"{name}.{kind}").unlink(missing_ok=True)


def _spelt_out(one: Series) -> Series:
    """What would break the SVG, or turn its line around, is not drawn as it is."""
    return replace(one, strategy=printable(one.strategy))
