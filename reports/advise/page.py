"""Advice as a page: the choice and how sure it is, the candidates, the front, and what it rests on."""

from __future__ import annotations

from pathlib import Path

from reports.advise.commands import commands
from reports.advise.sentences import sentences, tried
from reports.advise.table import table
from reports.compare.ownership import FIGURES
from reports.documents.advice import AdviceDocument
from reports.page.elements import Markup, lines
from reports.page.pictures import Picture, pictured
from reports.page.rests_on import description, rests_on, scenario_text
from reports.page.tables import sheet
from reports.page.whole import Page, Section, html
from reports.running.keeping import REPORT, SCENARIO
from scenarios.system.whole_files import write_text
from strategies.presentation.words import counted

PICTURE = Picture(
    "front",
    "What is left to choose",
    "Candidates by the figure that was to be small and by what it is weighed against: finalists above, by campaigns "
    "that all of them met, everyone below, by the one before; a line joins those that nobody beats in both, a ring "
    "marks the choice",
)


def write(directory: Path, advice: AdviceDocument) -> None:
    """The page beside the picture, which is drawn already."""
    write_text(directory / REPORT, html(_page(directory, advice)))


def _page(directory: Path, advice: AdviceDocument) -> Page:
    said, scenario_toml = sentences(advice), scenario_text(directory / SCENARIO)
    return Page(
        title=advice["scenario"],
        about=[_about(advice), description(scenario_toml)],
        answer=said[0],
        is_good=advice["choice"] is not None,
        sections=[
            Section("said", "How sure it is, and why not the others", lines(said[1:])),
            Section("candidates", "The candidates", sheet(table(advice))),
            Section("front", "The front", pictured(directory / FIGURES, PICTURE, "Towards the lower left is better.")),
            Section("rests-on", "What this rests on", _rests_on(advice, scenario_toml)),
        ],
    )


def _about(advice: AdviceDocument) -> str:
    runs = counted(advice["runs"], "simulation")
    limiters = counted(len(advice["hypotheses"]), "limiter")
    return f"The least {advice['figure']} of {tried(advice)} under {limiters} that SES may have, in {runs}"


def _rests_on(advice: AdviceDocument, scenario_toml: str) -> Markup:
    rows = [("demanded of every run", f"{one['name']}: {one['expression']}") for one in advice["demands"]]
    return rests_on(rows, commands(advice["candidates"], advice["assurance"], advice["seed"]), scenario_toml)
