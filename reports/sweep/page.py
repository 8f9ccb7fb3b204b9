"""A sweep as a page: the best, the tables and the picture, and how to make it again."""

from __future__ import annotations

from pathlib import Path

from reports.compare.ownership import FIGURES
from reports.documents.sweep import SweepDocument, SweptDimension
from reports.page.elements import joined, lines, pairs
from reports.page.pictures import Picture, images
from reports.page.rests_on import rests_on, scenario_text, seeds
from reports.page.tables import sheet
from reports.page.whole import MOST_BYTES, Page, Section, figure, html
from reports.running.keeping import REPORT, SCENARIO
from reports.sweep.again import whole_command
from reports.sweep.campaign import Sweep
from reports.sweep.points import text
from reports.sweep.table import sentences, tables
from scenarios.system.whole_files import write_text
from strategies.presentation.words import counted

PICTURE = Picture("sweep", "All at a glance", "The figure of the tables, by what was varied")


def write(directory: Path, sweep: Sweep, document: SweepDocument) -> None:
    """The page beside the picture, which is drawn already."""
    write_text(directory / REPORT, html(_page(directory, sweep, document)))


def _page(directory: Path, sweep: Sweep, document: SweepDocument) -> Page:
    said = sentences(document)
    [image] = images(directory / FIGURES, [PICTURE], MOST_BYTES // 2)
    varied = ((one["key"], _values(one)) for one in document["dimensions"])
    rows = [("runs", f"{document['runs_made']:,}, each a row of runs.parquet"), ("seeds", _seeds(document))]
    return Page(
        title=document["scenario"],
        about=[f"{document['figure']} in {counted(document['runs_made'], 'simulation')}, {_seeds(document)}"],
        answer=said[0],
        is_good=None,
        sections=[
            Section("picture", PICTURE.title, figure(PICTURE.name, document["figure"], f"{PICTURE.shows}.", image)),
            Section("tables", "The figures", joined(map(sheet, tables(document)))),
            Section("said", "In words", lines(said)),
            Section("varied", "What was varied", pairs(varied)),
            Section(
                "rests-on",
                "What this rests on",
                rests_on(rows, whole_command(sweep), scenario_text(directory / SCENARIO)),
            ),
        ],
    )


def _values(one: SweptDimension) -> str:
    return ", ".join(map(text, one["values"])) or f"{one['low']:g} to {one['high']:g}"


def _seeds(document: SweepDocument) -> str:
    return seeds(document["seed"], document["replications"])
