"""A comparison as the page shows it: the parts of a report, each where the page has a place for it."""

from __future__ import annotations

from typing_extensions import TypedDict

from reports.compare import sections
from reports.compare.drawings import Gathered
from reports.documents.comparison import ComparisonDocument
from reports.page.charts import Chart
from reports.page.elements import Markup, joined
from reports.page.looks import signs_of
from reports.page.signs import colours


class Contender(TypedDict):
    """How the script draws one: its colour is known by its number, in the order of the ranking."""

    name: str
    marker: str
    dashes: str


class View(TypedDict):
    """HTML by its place, the colours of the contenders as a style sheet, and the charts as data for the script."""

    answer: str
    is_good: bool
    about: str
    html: dict[str, str]
    colours: str
    contenders: list[Contender]
    charts: list[Chart]


def view(document: ComparisonDocument, run: Gathered) -> View:
    """What there is to show of a comparison."""
    signs, charts = signs_of(one["strategy"] for one in run.comparison["strategies"]), sections.charts(run)
    figures = [sections.drawn(run.comparison, one["name"], Markup()) for one in charts]
    return {
        "answer": sections.said_first(document),
        "is_good": sections.is_good(document),
        "about": sections.about(document),
        "html": {
            "ranking": sections.ranking(document, signs).inside,
            "thresholds": joined(one.inside for one in sections.thresholds(document)),
            "accounts": joined(one.inside for one in sections.accounts(document)),
            "inboxes": joined(one.inside for one in sections.providers(document)),
            "figures": joined((*sections.of_first_seed(run), sections.fates(run), *figures)),
        },
        "colours": colours(signs),
        "contenders": [{"name": one.name, "marker": one.marker, "dashes": one.dashes} for one in signs],
        "charts": charts,
    }
