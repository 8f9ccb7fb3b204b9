"""The same as a CSV for spreadsheets: a row for each recipient, and no cell that is a formula or has two lines."""

from __future__ import annotations

import csv
from collections.abc import Callable
from io import StringIO
from typing import TYPE_CHECKING

from reports.bounces.wording import HEADINGS, Action
from scenarios.formats.quoted import printable

if TYPE_CHECKING:
    from reports.documents.bounces import BouncesDocument, RecipientEntry

_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four as East Asian keyboards write them."""
_COLUMNS: dict[str, Callable[[RecipientEntry], object]] = {
    "address": lambda one: one["address"],
    "what to do": lambda one: HEADINGS[Action(one["action"])],
    "why": lambda one: one["why"],
    "advice": lambda one: one["to_do"],
    "type": lambda one: one["type"],
    "times": lambda one: one["count"],
    "first failure (UTC)": lambda one: one["first"],
    "last failure (UTC)": lambda one: one["last"],
    "last delivered (UTC)": lambda one: one["last_delivered"] or "",
    "works again": lambda one: "yes" if one["works_again"] else "no",
    "tried until (UTC)": lambda one: one["tried_until"] or "",
    "subject": lambda one: one["subject"],
    "status": lambda one: one["status"],
    "the server's words": lambda one: one["diagnostic"],
    "message id": lambda one: one["message_id"],
    "tags": lambda one: "; ".join(f"{name}={', '.join(values)}" for name, values in one["tags"].items()),
}
HEADER = tuple(_COLUMNS)


def to_csv(bounces: BouncesDocument) -> str:
    """With a header, and with a mark at its beginning without which Excel takes ü for Ã¼."""
    out = StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(HEADER)
    rows.writerows([_cell(of(one)) for of in _COLUMNS.values()] for one in bounces["failed"])
    return f"\ufeff{out.getvalue()}"


def _cell(value: object) -> str:
    """What a spreadsheet would compute begins with an apostrophe; what would steer it is spelt out."""
    said = printable(value)
    return f"'{said}" if said.lstrip().startswith(_FORMULA) else said
