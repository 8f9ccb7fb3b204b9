"""A plan as a calendar that any calendar program imports: an all-day entry for each step, and one for the end."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from reports.documents.warmup import DayFigures, WarmupDocument
from reports.warmup.sentences import whose
from reports.warmup.table import through_each
from strategies.presentation.words import count

if TYPE_CHECKING:
    from icalendar import Event


_OURS = UUID("f5f7bb1c-6f0e-4f43-9f3e-0e5d3c2f9a41")
"""Of no meaning: names of entries are made in it."""


def to_calendar(warmup: WarmupDocument) -> str:
    """The same text for the same plan, so that importing it again changes entries and adds none."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//seslab//warmup//EN")
    calendar.add("version", "2.0")
    *before, done = warmup["days"]
    step = warmup["addresses"]["ramp"]["step_days"]
    for number in range(0, len(before), step):
        event = _all_day(warmup, before[number], min(step, len(before) - number))
        event.add("summary", f"{_named(warmup)}, day {number + 1}: {_most(warmup, before[number])}")
        event.add("description", f"{whose(warmup)}: {_way(warmup, before[number])}")
        calendar.add_component(event)
    last = _all_day(warmup, done, 1)
    last.add("summary", f"{_named(warmup)}: done")
    last.add("description", f"{whose(warmup)}: all mail goes through the addresses from today on")
    calendar.add_component(last)
    return str(calendar.to_ical().decode())


def _all_day(warmup: WarmupDocument, day: DayFigures, days: int) -> Event:
    from icalendar import Event

    begins, made = date.fromisoformat(day["date"]), date.fromisoformat(warmup["from_date"])
    event = Event()
    own = (warmup["scenario"], *([warmup["account"]] if "account" in warmup else []), warmup["from_date"], day["date"])
    event.add("uid", f"{uuid5(_OURS, '/'.join(own))}@seslab.invalid")
    event.add("dtstamp", datetime.combine(made, time(), UTC))
    event.add("dtstart", begins)
    event.add("dtend", begins + timedelta(days=days))
    event.add("transp", "TRANSPARENT")  # it does not take up the day
    return event


def _named(warmup: WarmupDocument) -> str:
    return f"Warm-up of {warmup['account']}" if "account" in warmup else "Warm-up"


def _most(warmup: WarmupDocument, day: DayFigures) -> str:
    per = "an hour" if warmup["addresses"]["ramp"]["per"] == "hour" else "a day"
    most = "any number of" if day["most"] is None else f"at most {count(day['most'])}"
    return f"{most} recipients {per} through each address"


def _way(warmup: WarmupDocument, day: DayFigures) -> str:
    is_shared = warmup["addresses"]["overflow"] == "shared"
    beyond = (
        f"{count(day['shared'])} through shared ones" if is_shared else f"{count(day['held'])} held back at its end"
    )
    through = f"{through_each(day)} through each of {warmup['addresses']['number']}"
    return f"{count(day['due'])} due, {through}, {beyond}"
