"""A plan as a CSV for spreadsheets: a row for each date, a column for each address."""

from __future__ import annotations

import csv
from io import StringIO

from reports.documents.warmup import DayFigures, WarmupDocument
from reports.warmup.shares import is_received

_RECEIVED = ("turned away", "expired", "bounced")


def to_csv(warmup: WarmupDocument) -> str:
    """With a header; an address that is warm has no most."""
    out = StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(_header(warmup))
    rows.writerows(_row(number, day) for number, day in enumerate(warmup["days"], 1))
    return out.getvalue()


def _header(warmup: WarmupDocument) -> list[str]:
    per, number = warmup["addresses"]["ramp"]["per"], warmup["addresses"]["number"]
    addresses = [f"address {one}" for one in range(1, number + 1)]
    received = _RECEIVED if is_received(warmup) else ()
    return ["date", "day", f"most per {per} each", "due", *addresses, "shared", "held", *received]


def _row(number: int, day: DayFigures) -> list[object]:
    most = "" if day["most"] is None else day["most"]
    return [day["date"], number, most, day["due"], *day["addresses"], day["shared"], day["held"], *_received(day)]


def _received(day: DayFigures) -> list[int]:
    met = day.get("reception")
    return [] if met is None else [met["deferred"], met["expired"], met["bounced"]]
