"""All figures of a comparison, as SVG and PNG."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

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
from reports.figures.series import Series, series
from reports.ranking.answer import ranking_of
from scenarios.ledger.ledger import Ledger
from scenarios.schema.files import printable
from scenarios.system.whole_files import make_folder

FROM_SERIES = {
    "rate": rate_figure.draw,
    "offset": offset_figure.draw,
    "backlog": backlog_figure.draw,
    "latency": latency_figure.draw,
}
FROM_ENTRIES = {"fates": fates_figure.draw, "cost": cost_figure.draw}
MONTH = "month"  # drawn where one was billed


class Gathered(NamedTuple):
    """A comparison as figures show it: its contenders best first, each with its curves, and all names printable."""

    comparison: ComparisonDocument
    series: list[Series]


def gathered(comparison: ComparisonDocument, read: Callable[[str], Ledger]) -> Gathered:
    """`read` gives one strategy's ledger, and one at a time is held."""
    entries = [one.entry for one in ranking_of(comparison)]
    all_series = [_spelt_out(series(read(entry["strategy"]))) for entry in entries]
    entries = [{**entry, "strategy": printable(entry["strategy"])} for entry in entries]
    faults: list[FaultTable] = [{**fault, "kind": printable(fault["kind"])} for fault in comparison["faults"]]
    named: ComparisonDocument = {**comparison, "scenario": printable(comparison["scenario"]), "faults": faults}
    return Gathered({**named, "strategies": entries}, all_series)


def draw_all(directory: Path, run: Gathered) -> list[Path]:
    """Draws into a folder; returns the files."""
    comparison, all_series = run
    entries = comparison["strategies"]
    if not entries:
        return []
    make_folder(directory, advice=canvas.ADVICE)
    paths: list[Path] = []
    with canvas.style(), palette.also(kept_in(entries)):
        for name, draw in FROM_SERIES.items():
            paths += canvas.save(draw(comparison, all_series), directory, name)
        for name, draw_entries in FROM_ENTRIES.items():
            paths += canvas.save(draw_entries(comparison, entries), directory, name)
        if "bill" in comparison:
            paths += canvas.save(month_figure.draw(comparison, entries), directory, MONTH)
        else:
            _remove_month(directory)
    return paths


def _remove_month(directory: Path) -> None:
    """What an earlier run has drawn speaks of that run."""
    for kind in ("svg", "png"):
        (directory / f"{MONTH}.{kind}").unlink(missing_ok=True)


def _spelt_out(one: Series) -> Series:
    """What would break the SVG, or turn its line around, is not drawn as it is."""
    return replace(one, strategy=printable(one.strategy))
