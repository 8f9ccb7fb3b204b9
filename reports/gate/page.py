"""A gate as a page: the verdict, what moved, and why it may be."""

from __future__ import annotations

from reports.documents.gate import GateDocument
from reports.gate.table import scenario_lines, table, verdict_line
from reports.page.elements import lines
from reports.page.tables import sheet
from reports.page.whole import Page, Section, html
from scenarios.verdicts import FAIL
from strategies.presentation.words import counted


def page_of(gate: GateDocument) -> str:
    """The page beside the document."""
    shown = table(gate)
    moved = [Section("moved", "What moved", sheet(shown))] if shown.rows else []
    every = [
        Section(f"scenario-{number}", scenario["scenario"], lines(scenario_lines(scenario), class_="thresholds"))
        for number, scenario in enumerate(gate["scenarios"])
    ]
    page = Page(
        title=", ".join(scenario["scenario"] for scenario in gate["scenarios"]),
        about=[_about(gate)],
        answer=verdict_line(gate),
        is_good=gate["verdict"] != FAIL,
        sections=[*moved, *every],
    )
    return html(page)


def _about(gate: GateDocument) -> str:
    """What was compared, and how sure each interval is."""
    figures = sum(len(one["metrics"]) for scenario in gate["scenarios"] for one in scenario["strategies"])
    sure = f"{100 * gate['confidence']:.6g} %"
    return f"A gate in {gate['world']} of {counted(figures, 'figure')}; each interval of a difference holds with {sure}"
