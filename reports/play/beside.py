"""What a change did: the pinned result beside the one of now."""

from __future__ import annotations

from collections.abc import Iterator

from reports.columns import Block, Column, Sheet
from reports.diff import document as diffing
from reports.diff.changed_keys import Keys, changed, keys
from reports.diff.table import name_of
from reports.diff.table import table as diff_table
from reports.documents.comparison import ComparisonDocument
from reports.documents.diff import DiffDocument, DiffStrategy
from reports.page.elements import Markup, element, joined, lines
from reports.page.looks import signs_of
from reports.page.signs import named_by
from reports.page.tables import sheet
from reports.page.whole import folded
from reports.play.question import Question
from reports.units import side_by_side
from scenarios.errors import BadInput

FIRST = {
    "recipients.lost": "lost",
    "recipients.dead_lettered": "dead-lettered",
    "makespan_s": "makespan",
    "latency_s.p99": "p99",
    "delivery.within_deadline": "share in inbox in time",
    "cost_per_million_usd": "$ per million",
    "month.total_usd": "$ a month",
}
"""The figures that a decision is about; all others are folded away."""

DIGITS = 4
UNTOLD = ("name", "description")
"""Keys that change nothing."""

Side = tuple[ComparisonDocument, Question]


def beside(pinned: Side, now: Side) -> Markup:
    """Which keys differ, and what became of the figures of each contender that both have, best first."""
    best_first = [one["strategy"] for one in now[0]["ranking"]]
    try:
        diff = diffing.document(pinned[0], now[0], (), lambda _side, _strategy: None)
    except BadInput as error:
        return element("p", str(error))
    diff["strategies"].sort(key=lambda pair: best_first.index(pair["b"]))
    asked = lines(_changes(pinned[1], now[1])) or element("p", "The scenario is the pinned one.")
    whole = diff_table({**diff, "changed": []})._replace(title="A is the pinned result, B the one of now")
    return joined(
        (
            asked,
            sheet(_first(diff), (), named_by(signs_of(best_first))),
            folded("All figures that differ", sheet(whole)),
        )
    )


def _changes(pinned: Question, now: Question) -> Iterator[str]:
    """A line for each key that has been set otherwise."""
    for one in changed(_keys(pinned), _keys(now)):
        yield f"{one['key']}: {one['a'] or '-'} → {one['b'] or '-'}"


def _keys(question: Question) -> Keys:
    return keys({key: value for key, value in question.scenario.items() if key not in UNTOLD})


def _first(diff: DiffDocument) -> Sheet:
    """A row for each contender, a column for each figure that any of them has."""
    known = {one["figure"] for strategy in diff["strategies"] for one in strategy["figures"]}
    shown = [figure for figure in FIRST if figure in known]
    rows = [list(_cells(strategy, shown)) for strategy in diff["strategies"]]
    columns = [Column("strategy"), *(Column(FIRST[figure]) for figure in shown)]
    return Sheet("pinned → now", columns, [Block(rows)])


def _cells(strategy: DiffStrategy, shown: list[str]) -> Iterator[str]:
    figures = {one["figure"]: one for one in strategy["figures"]}
    yield name_of(strategy)
    for figure in shown:
        one = figures.get(figure)
        yield "-" if one is None else _change(figure, _rounded(one["a"]), _rounded(one["b"]))


def _rounded(value: float | None) -> float | None:
    """Counts are whole, and stay as they are."""
    return value if value is None or value == int(value) else float(f"{value:.{DIGITS}g}")


def _change(figure: str, was: float | None, now: float | None) -> str:
    """Both and by which share it changed, where that says something."""
    difference = None if was is None or now is None else now - was
    both = side_by_side(figure, was, now, difference, None)
    if was == now:
        return f"{both.now}, the same"
    share = both.by.partition(" (")[2]
    return f"{both.base} → {both.now}{f' ({share}' if share else ''}"
