"""A history as a page: the newest commit's verdict, a chart for each figure, and the tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np

from reports.columns import Sheet
from reports.documents.history import HistoryDocument, HistorySeries
from reports.history.table import answer, failures, figures_in, followed, notes, table
from reports.page.charts import Band, Chart, Line, most_points, numbers, one_panel, thinned
from reports.page.elements import Markup, element, joined, lines
from reports.page.looks import signs_of
from reports.page.signs import Sign
from reports.page.tables import sheet
from reports.page.whole import Page, Section, chart, figure, html
from reports.units import unit_of
from scenarios.verdicts import FAIL
from strategies.presentation.words import counted

MOST_TICKS = 8  # of commits' names, on a phone's width
STROKE = 0.003  # of the axis, half as wide as a stroke
ROOM = 1.08  # above the highest value

Which = tuple[str, str, str]
"""A scenario, a world and a figure."""


def page_of(history: HistoryDocument) -> str:
    """The page beside the document."""
    return html(_page(history))


def _page(history: HistoryDocument) -> Page:
    signs = signs_of(dict.fromkeys(one["sender"] for one in history["series"]))
    charts = list(_charts(history, signs))
    failed = failures(history)
    return Page(
        title="History",
        about=[_about(history), *notes(history)],
        answer=answer(history),
        is_good=history["commits"][-1]["verdict"] != FAIL,
        sections=[
            *([Section("failed", "What failed", lines(failed, class_="thresholds"))] if failed else []),
            Section("trends", "Trends", _drawn(charts)),
            Section("figures", "Figures", sheet(_headed(table(history)))),
        ],
        signs=signs,
        charts=charts,
    )


def _about(history: HistoryDocument) -> str:
    commits = history["commits"]
    return f"{counted(len(commits), 'commit')} from {commits[0]['name']} to {commits[-1]['name']}"


def _headed(whole: Sheet) -> Sheet:
    """The answer stands at the top of the page already."""
    return whole._replace(lead="")


def _charts(history: HistoryDocument, signs: Sequence[Sign]) -> Iterator[Chart]:
    """One for each figure in each scenario that more than one commit has, and that is not 0 in all of them."""
    number_of = {sign.name: number for number, sign in enumerate(signs)}
    turn = figures_in(history).index
    in_turn = sorted(followed(history), key=lambda one: (one["scenario"], one["world"], turn(one["figure"])))
    most = most_points(len(in_turn))
    for which, some in groupby(in_turn, key=_which):
        drawn = [_line(one, number_of[one["sender"]], most) for one in some]
        if any(len(line["x"]) > 1 for line in drawn) and any(any(line["y"]) for line in drawn):
            yield _chart(history, which, drawn)


def _which(one: HistorySeries) -> Which:
    return one["scenario"], one["world"], one["figure"]


def _line(one: HistorySeries, number: int, most: int) -> Line:
    known = [(point["commit"], point["value"]) for point in one["points"] if point["value"] is not None]
    points = thinned(np.array(known, dtype=np.float64).reshape(-1, 2), most)
    return {
        "of": number,
        "name": one["sender"],
        "kind": "line",
        "x": numbers([at for at, _ in points]),
        "y": numbers([value for _, value in points]),
    }


def _failed(history: HistoryDocument, which: Which) -> list[Band]:
    """From the first to the last of commits in a row in which a gate or a threshold failed on that figure."""
    bad = {
        point["commit"]
        for one in history["series"]
        if _which(one) == which
        for point in one["points"]
        if point["verdict"] == FAIL
    }
    half, stretches = STROKE * max(1, len(history["commits"]) - 1), list[list[int]]()
    for at in sorted(bad):
        if stretches and at == stretches[-1][-1] + 1:
            stretches[-1].append(at)
        else:
            stretches.append([at])
    return [{"name": "failed", "ends": numbers([some[0] - half, some[-1] + half])} for some in stretches]


def _chart(history: HistoryDocument, which: Which, drawn: list[Line]) -> Chart:
    scenario, world, name = which
    shows = f"{scenario} in {world}: {name}"
    commits, unit = [one["name"] for one in history["commits"]], unit_of(name).strip()
    top = max((value for line in drawn for value in line["y"]), default=0.0)
    every = -(-len(commits) // MOST_TICKS)
    return {
        "name": "".join(letter if letter.isalnum() else "-" for letter in shows),
        "shows": shows,
        "is_time": False,
        "height": 200,
        "x": {
            "label": "commit",
            "unit": "",
            "scale": "linear",
            "ends": [0, max(1, len(commits) - 1)],
            "fixed": [(float(at), commits[at]) for at in range(0, len(commits), every)],
        },
        "y": {"label": "", "unit": "$" if unit == "USD" else unit, "scale": "linear", "ends": [0, ROOM * top or 1.0]},
        "bands": _failed(history, which),
        "panels": one_panel(drawn),
    }


def _drawn(charts: Sequence[Chart]) -> Markup:
    """Without a script the tables have the same figures."""
    if not charts:
        return element("p", "One commit has no trend: name the folders of more.")
    still = element("p", "The table below has the same figures.")
    said = "A line for each sender; grey where a gate or a threshold failed."
    return joined(figure(one["name"], one["shows"], said, chart(one["name"], still)) for one in charts)
