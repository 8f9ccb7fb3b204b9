"""A plan for a terminal: a row for each month."""

from __future__ import annotations

from reports.columns import Block, Column, Row, Sheet
from reports.documents.plan import MonthTable, PlanDocument
from reports.growth.sentences import answer
from reports.words import money
from strategies.presentation.words import count

_MARKS = {True: "✓", False: "✗"}


def table(plan: PlanDocument) -> Sheet:
    """Under the present limit."""
    may = "each account may send what it is dealt" if "accounts" in plan else "the account may send as many"
    has_dollars = plan["months"][0]["usd"] is not None
    columns = [
        Column("month"),
        Column("volume", note="as a multiple of the scenario's"),
        Column("most in\n24 h", "recipients", note="with those that were sent before"),
        Column("quota", note=f"whether {may}"),
        Column("met", note="whether the quota is enough, and all thresholds hold"),
        *([Column("$ a\nmonth", falls=1)] if has_dollars else []),
    ]
    return Sheet(
        title=title(plan),
        columns=columns,
        blocks=[Block([_row(one, has_dollars) for one in plan["months"]])],
        lead=answer(plan),
    )


def title(plan: PlanDocument) -> str:
    """Whose mail, and who sends it."""
    whose = f", {plan['account']}" if "account" in plan else ""
    return f"{plan['scenario']}{whose}: {plan['contender']} under the present limit"


def _row(one: MonthTable, has_dollars: bool) -> Row:
    row = [
        one["month"],
        f"{one['volume']:.2f}",
        count(one["most_24h"]),
        _MARKS[one["fits_quota"]],
        _MARKS[one["meets"]],
    ]
    return [*row, money(one["usd"]).removeprefix("$")] if has_dollars else row
