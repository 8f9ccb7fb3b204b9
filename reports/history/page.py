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

MOST_TICKS, MOST_LETTERS = 5, 9  # commits' names that a phone has room for
LEAST = 2  # commits that make a trend
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
    failed, verdict = failures(history), history["commits"][-1]["verdict"]
    return Page(
        title="History",
        about=[_about(history), *notes(history)],
        answer=answer(history),
        is_good=None if verdict is None else verdict != FAIL,
        sections=[
            *([Section("failed", "What failed", lines(failed, class_="thresholds"))] if failed else []),
            Section("trends", "Trends", _drawn(charts, _not_drawn(history))),
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
    """One for each figure in each scenario that has something to show."""
    number_of = {sign.name: number for number, sign in enumerate(signs)}
    most = most_points(len(history["series"]))
    for which, some in _together(history):
        if not _why_not(some):
            yield _chart(history, which, [_line(one, number_of[one["sender"]], most) for one in some])


def _together(history: HistoryDocument) -> Iterator[tuple[Which, list[HistorySeries]]]:
    """What senders have of the same figure."""
    turn = figures_in(history).index
    in_turn = sorted(followed(history), key=lambda one: (one["scenario"], one["world"], turn(one["figure"])))
    yield from ((which, list(some)) for which, some in groupby(in_turn, key=_which))


def _why_not(some: Sequence[HistorySeries]) -> str:
    """Why a chart of it would say nothing; empty where it says something."""
    values = [[point["value"] for point in one["points"] if point["value"] is not None] for one in some]
    if all(len(of_one) < LEAST for of_one in values):
        return "no sender has it in two commits"
    return "" if any(map(any, values)) else "0 throughout"


def _not_drawn(history: HistoryDocument) -> list[str]:
    """The figures without a chart, by the reason."""
    if len(history["commits"]) < LEAST:
        return ["One commit has no trend: name the folders of more."]
    found: dict[str, list[str]] = {}
    for which, some in _together(history):
        found.setdefault(_why_not(some), []).append(_shows(which))
    if len(found) == 1 and "" not in found:
        return [f"No figure is drawn: {why}" for why in found]
    return [f"Not drawn, {why}: {', '.join(names)}" for why, names in found.items() if why]


def _shows(which: Which) -> str:
    scenario, world, figure = which
    return f"{scenario} in {world}: {figure}"


def _which(one: HistorySeries) -> Which:
    return one["scenario"], one["world"], one["figure"]


def _line(one: HistorySeries, number: int, most: int) -> Line:
    known = [(point["commit"], point["value"]) for point in one["points"] if point["value"] is not None]
    points = thinned(np.array(known, dtype=np.float64).reshape(-1, 2), most)
    return {
        "of": number,
        "name": one["sender"],
        "kind": "measured",
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
    shows = _shows(which)
    commits, unit = [one["name"] for one in history["commits"]], unit_of(which[-1]).strip()
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
            "fixed": [(float(at), _short(commits[at])) for at in range(0, len(commits), every)],
        },
        "y": {"label": "", "unit": "$" if unit == "USD" else unit, "scale": "linear", "ends": [0, ROOM * top or 1.0]},
        "bands": _failed(history, which),
        "panels": one_panel(drawn),
    }


def _short(name: str) -> str:
    return name if len(name) <= MOST_LETTERS else f"{name[: MOST_LETTERS - 1]}…"


def _drawn(charts: Sequence[Chart], not_drawn: Sequence[str]) -> Markup:
    """Without a script the tables have the same figures; what would show nothing is said instead."""
    still = element("p", "The table below has the same figures.")
    said = "A line for each sender; grey where a gate or a threshold failed."
    drawn = [figure(one["name"], one["shows"], said, chart(one["name"], still)) for one in charts]
    return joined((*drawn, *(element("p", why, class_="notes") for why in not_drawn)))
