"""All figures of a comparison, as SVG and PNG."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reports.compare.looks import kept_in
from reports.documents.comparison import ComparisonDocument, FaultTable
from reports.figures import backlog as backlog_figure
from reports.figures import canvas, palette
from reports.figures import cost as cost_figure
from reports.figures import delivered as delivered_figure
from reports.figures import fates as fates_figure
from reports.figures import latency as latency_figure
from reports.figures import month as month_figure
from reports.figures import offset as offset_figure
from reports.figures import rate as rate_figure
from reports.figures.curves import NO_CURVES, Curves, curves_of
from reports.figures.instants import clock_of
from reports.figures.series import Series, times_of
from reports.figures.worth import DELIVERED, not_drawn
from reports.ranking.answer import ranking_of
from scenarios.formats.quoted import printable
from scenarios.ledger.ledger import Ledger
from scenarios.schema.clock import Clock
from scenarios.schema.model import Scenario
from scenarios.system.whole_files import make_folder

if TYPE_CHECKING:
    from matplotlib.figure import Figure

OVER_TIME = {"rate": rate_figure.draw, "offset": offset_figure.draw, "backlog": backlog_figure.draw}
LATENCY = "latency"
FROM_ENTRIES = {"fates": fates_figure.draw, "cost": cost_figure.draw}
MONTH = "month"  # drawn where one was billed
ALL = frozenset({*OVER_TIME, LATENCY, *FROM_ENTRIES, DELIVERED, MONTH})


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
    comparison: ComparisonDocument,
    read: Callable[[str], Ledger],
    scenario: Scenario | None = None,
    curves: Mapping[str, Curves] = NO_CURVES,
) -> Gathered:
    """`read` gives the ledger of a strategy whose curves are not given, and one at a time is held.

    A scenario tells kinds of mail and the clock.
    """
    limit_per_s = comparison["account"]["max_send_rate_per_s"]

    def known(strategy: str) -> Curves:
        return curves.get(strategy) or curves_of(read(strategy), limit_per_s, scenario)

    return with_curves(comparison, known, scenario)


def with_curves(
    comparison: ComparisonDocument, known: Callable[[str], Curves], scenario: Scenario | None = None
) -> Gathered:
    """The same, where each strategy's curves have been taken from its ledger already."""
    entries = [one.entry for one in ranking_of(comparison)]
    every = [known(entry["strategy"]) for entry in entries]
    all_series, close = [one.whole for one in every], [one.near for one in every if one.near]
    entries = [{**entry, "strategy": printable(entry["strategy"])} for entry in entries]
    faults: list[FaultTable] = [{**fault, "kind": printable(fault["kind"])} for fault in comparison["faults"]]
    named: ComparisonDocument = {**comparison, "scenario": printable(comparison["scenario"]), "faults": faults}
    shown: ComparisonDocument = {**named, "strategies": entries}
    clock = clock_of(scenario) if scenario else None
    return Gathered(shown, all_series, close, clock, not_drawn(shown, all_series) if entries else {})


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
    _remove(ALL - {path.stem for path in paths}, directory)
    return paths


def remove_all(directory: Path) -> None:
    """Removes what was drawn into a folder; what is not ours stays."""
    _remove(ALL, directory)


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
    if DELIVERED not in run.not_drawn and "delivery" in comparison:
        inboxes = delivered_figure.times_of_inboxes(run.series, run.clock)
        made[DELIVERED] = partial(delivered_figure.draw, comparison, run.series, inboxes)
    if "bill" in comparison:
        made[MONTH] = partial(month_figure.draw, comparison, entries)
    return {name: draw for name, draw in made.items() if name not in run.not_drawn}


def _remove(names: Iterable[str], directory: Path) -> None:
    """What an earlier run has drawn speaks of that run."""
    for name in names:
        for kind in ("svg", "png"):
            (directory / f"{name}.{kind}").unlink(missing_ok=True)
