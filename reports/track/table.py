"""A tracker's figures for people: one row, and sentences that say what is amiss."""

from __future__ import annotations

from collections.abc import Iterator

from reports.columns import Block, Column, Row, Sheet
from reports.documents.tracking import TrackingDocument
from reports.units import MARKS
from scenarios.tracking.figures import TrackerFigures
from scenarios.verdicts import FAIL, PASS
from strategies.presentation.words import count, counted, share

COLUMNS = (
    Column("recipients"),
    Column("right"),
    Column("stale\np50", "s"),
    Column("stale\np99", "s"),
    Column("events"),
    Column("told\ntwice", falls=1),
    Column("over-\ntaken", falls=2),
    Column("dead\nletters"),
    Column("lost"),
)
CAPTION = "stale: from what happened until the table says so"


def table(tracking: TrackingDocument) -> Sheet:
    """Of the recipients whose status is kept, and of the events that told it."""
    return Sheet(_title(tracking), COLUMNS, [Block([_row(tracking["tracker"])])], CAPTION)


def _title(tracking: TrackingDocument) -> str:
    sent = f"{tracking['scenario']}, sent by {tracking['strategy']}, seed {tracking['seed']}"
    return f"{sent}, tracked in {tracking['world']}"


def _row(told: TrackerFigures) -> Row:
    right = "-" if told["right"] is None else share(told["right"], 1.0)
    stale_s = (told["staleness_s"]["p50"], told["staleness_s"]["p99"])
    events = (told["events"], told["duplicates"], told["overtaken"], told["dead_letters"], told["lost"])
    shown_s = ("-" if one is None else f"{one:.2f}" for one in stale_s)
    return [count(told["recipients"]), right, *shown_s, *map(count, events)]


def sentences(tracking: TrackingDocument) -> Iterator[str]:
    """Whether the table is right, and what is in the dead-letter queue."""
    told = tracking["tracker"]
    states = ", ".join(f"{count(many)} {state}" for state, many in told["states"].items())
    if tracking["holds"]:
        yield f"{MARKS[PASS]} every status is right, and nothing is lost: {states}"
    elif not told["recipients"]:
        yield f"{MARKS[FAIL]} nothing was sent, so that nothing is known"
    else:
        wrong = round((1 - (told["right"] or 0.0)) * told["recipients"])
        statuses = f"{count(wrong)} of {count(told['recipients'])} statuses are wrong"
        yield f"{MARKS[FAIL]} {statuses}, {counted(told['lost'], 'event')} lost; right would be: {states}"
    if told["dead_letters"]:
        receives = counted(tracking["settings"]["max_receives"], "time")
        messages = f"{counted(told['dead_letters'], 'message')} in the dead-letter queue"
        yield f"{messages}, received {receives} in vain: redrive them once the tracker works"
