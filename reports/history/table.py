"""A history for the terminal and for Markdown: a row for each commit, and what failed in a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from reports import markdown as md
from reports.columns import Block, Column, Row, Sheet
from reports.documents.history import HistoryDocument, HistoryPoint, HistorySeries
from reports.running.keeping import ORIGIN
from reports.units import MARKS, alike, shown, unit_of
from scenarios.verdicts import FAIL, INCONCLUSIVE
from strategies.presentation.words import counted

MOST_NAMES = 3  # of commits or folders in a note
MOST_ROWS, MOST_SENTENCES = 50, 30  # of each sender; of all failures


def table(history: HistoryDocument) -> Sheet:
    """A block for each sender; the newest commit is its last row."""
    figures = figures_in(history)
    return Sheet(
        f"figures over {counted(len(history['commits']), 'commit')}, {_order(history)}",
        [
            Column("commit"),
            *(
                Column(figure.replace(".", "\n"), unit_of(figure).strip(), falls=len(figures) - at)
                for at, figure in enumerate(figures)
            ),
        ],
        [Block(rows, heading) for heading, rows in _blocks(history, figures)],
        _caption(history),
        lead=answer(history),
    )


def _caption(history: HistoryDocument) -> str:
    """Whether there is more than a reader would go through."""
    most = max((len(one["points"]) for one in followed(history)), default=0)
    return "" if most <= MOST_ROWS else f"the newest {MOST_ROWS} of {most:,} commits; the document has all"


def figures_in(history: HistoryDocument) -> list[str]:
    """Those that are followed and that there are."""
    there = {one["figure"] for one in history["series"]}
    return [figure for figure in history["figures"] if figure in there]


def followed(history: HistoryDocument) -> list[HistorySeries]:
    """Without those that only failed, which have their sentences."""
    return [one for one in history["series"] if one["figure"] in history["figures"]]


def _heading_of(one: HistorySeries) -> str:
    """What was run, where, and who sent."""
    return f"{one['scenario']} in {one['world']}: {one['sender']}"


def _blocks(history: HistoryDocument, figures: Sequence[str]) -> Iterator[tuple[str, list[Row]]]:
    for heading, some in groupby(followed(history), key=_heading_of):
        series = list(some)
        columns = {one["figure"]: _column(one) for one in series}
        told = sorted({point["commit"] for one in series for point in one["points"]})
        yield (
            heading,
            [
                [f"  {history['commits'][at]['name']}", *(columns.get(figure, {}).get(at, "-") for figure in figures)]
                for at in told[-MOST_ROWS:]
            ],
        )


def _column(one: HistorySeries) -> dict[int, str]:
    """Values as exact as each other, each with its mark where it is not well."""
    values = alike([point["value"] for point in one["points"]])
    return {point["commit"]: f"{_mark(point)}{value}" for point, value in zip(one["points"], values, strict=True)}


def _mark(point: HistoryPoint) -> str:
    verdict = point["verdict"]
    return f"{MARKS[verdict]} " if verdict in (FAIL, INCONCLUSIVE) and verdict is not None else ""


def answer(history: HistoryDocument) -> str:
    """How the newest commit does, and how many before it failed."""
    commits = history["commits"]
    newest, failed = commits[-1], [one["name"] for one in commits if one["verdict"] == FAIL]
    how = f"{newest['name']}: {newest['verdict'] or 'nothing judges it'}"
    of_all = f"{len(failed):,} of {counted(len(commits), 'commit')} failed"
    return f"{how}; {of_all}{', last ' + failed[-1] if failed else ''}"


def _order(history: HistoryDocument) -> str:
    known = any(one["made_unix_s"] is not None for one in history["commits"])
    return "oldest first" if known else "as their folders are named"


def notes(history: HistoryDocument) -> list[str]:
    """What must be known of the order, and what was left out."""
    timeless = [one["name"] for one in history["commits"] if one["made_unix_s"] is None]
    is_mixed = 0 < len(timeless) < len(history["commits"])
    first = [f"note: {_few(timeless)} first: no {ORIGIN} says when they were made"] if is_mixed else []
    return [*first, *([f"note: left out: {_few(history['skipped'], '; ')}"] if history["skipped"] else [])]


def _few(names: Sequence[str], between: str = ", ") -> str:
    more = f" and {len(names) - MOST_NAMES:,} more" if len(names) > MOST_NAMES else ""
    return between.join(names[:MOST_NAMES]) + more


def sentences(history: HistoryDocument) -> list[str]:
    """One for each stretch of commits in which a figure failed, the newest first; and notes."""
    return [*failures(history), *notes(history)]


def failures(history: HistoryDocument) -> list[str]:
    """One for each stretch of commits in which a figure failed, the newest first."""
    stretches = [one for series in history["series"] for one in _failures(history, series)]
    said = [said for _, said in sorted(stretches, key=lambda one: -one[0])]
    left = len(said) - MOST_SENTENCES
    more = [f"and {counted(left, 'failure')} before, which the document has"] if left > 0 else []
    return [*said[:MOST_SENTENCES], *more]


def _failures(history: HistoryDocument, series: HistorySeries) -> Iterator[tuple[int, str]]:
    """Where each ends, and what is said of it."""
    points, before = series["points"], None
    for is_bad, some in groupby(points, key=lambda point: point["verdict"] == FAIL):
        stretch = list(some)
        if is_bad:
            yield stretch[-1]["commit"], _said(history, series, stretch, before)
        before = stretch[-1]


def _said(
    history: HistoryDocument, series: HistorySeries, stretch: Sequence[HistoryPoint], before: HistoryPoint | None
) -> str:
    figure, (first, last) = series["figure"], (stretch[0], stretch[-1])
    names = [history["commits"][one["commit"]]["name"] for one in (first, last)]
    when = (
        f"fails since {names[0]}" if last is series["points"][-1] else f"failed in {' to '.join(dict.fromkeys(names))}"
    )
    was = "" if before is None else f", before {_value(figure, before)}"
    return f"{MARKS[FAIL]} {_heading_of(series)}: {figure} {when}: {_value(figure, last)}{was}"


def _value(figure: str, point: HistoryPoint) -> str:
    return "no value" if point["value"] is None else shown(figure, point["value"])


def markdown(history: HistoryDocument) -> str:
    """The answer, a table for each sender, and what failed."""
    whole = table(history)
    columns = [column.full_name for column in whole.columns]
    blocks = [md.headed(block.heading, columns, block.rows) for block in whole.blocks]
    return md.document(f"### {md.text(whole.lead)}", *blocks, md.items(sentences(history)))
