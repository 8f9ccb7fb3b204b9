"""A plan for a terminal: a row for each date."""

from __future__ import annotations

from datetime import date

from reports.columns import Block, Column, Row, Sheet
from reports.documents.warmup import DayFigures, WarmupDocument
from reports.warmup.sentences import answer, percent, title
from reports.warmup.shares import is_received, turned_away
from strategies.presentation.words import count

_SHARED = Column("shared", note="through addresses that SES's customers share")
_HELD = Column("held", note="back at the end of the date")
_AWAY = Column("turned\naway", note="by providers at the first attempt")


def table(warmup: WarmupDocument) -> Sheet:
    """Each date; what is beyond the ramp as what becomes of it."""
    addresses = warmup["addresses"]
    per = "an hour" if addresses["ramp"]["per"] == "hour" else "a day"
    return Sheet(
        title=title(warmup),
        columns=[
            Column("date"),
            Column("day", falls=3),
            Column(f"most\n{per}", falls=2, note="through each address"),
            Column("due"),
            Column("through\neach", note="recipients of the date through one address"),
            Column("through\nall", falls=1),
            _SHARED if addresses["overflow"] == "shared" else _HELD,
            *([_AWAY] if is_received(warmup) else []),
        ],
        blocks=[Block([_row(warmup, number, day) for number, day in enumerate(warmup["days"], 1)])],
        lead=answer(warmup),
    )


def through_each(day: DayFigures) -> str:
    """How many go through one address: all the same, or one more through some."""
    least, most = min(day["addresses"]), max(day["addresses"])
    return count(most) if least == most else f"{count(least)}-{count(most)}"


def _row(warmup: WarmupDocument, number: int, day: DayFigures) -> Row:
    beyond = day["shared"] if warmup["addresses"]["overflow"] == "shared" else day["held"]
    return [
        f"{date.fromisoformat(day['date']):%a} {day['date']}",
        str(number),
        "any" if day["most"] is None else count(day["most"]),
        count(day["due"]),
        through_each(day),
        count(sum(day["addresses"])),
        count(beyond),
        *([percent(turned_away(day))] if is_received(warmup) else []),
    ]
