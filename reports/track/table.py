"""A tracker's figures for people: a row for each account and tenant, and sentences that say what is amiss."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.columns import Block, Column, Row, Sheet
from reports.documents.tracking import TenantTracker, TrackingDocument
from reports.units import MARKS
from reports.words import names
from scenarios.tracking.figures import HeardFigures, TrackerFigures
from scenarios.verdicts import FAIL, PASS
from strategies.presentation.words import count, counted, share

_HEARD = (
    Column("recipients"),
    Column("right"),
    Column("stale\np50", "s"),
    Column("stale\np99", "s"),
    Column("events"),
    Column("told\ntwice", falls=1),
    Column("over-\ntaken", falls=2),
)
_LOST = Column("lost")
COLUMNS = (*_HEARD, Column("dead\nletters"), _LOST)
CAPTION = "stale: from what happened until the table says so"
ALL = "all"


def tables(tracking: TrackingDocument) -> tuple[Sheet, ...]:
    """Of the recipients whose status is kept, and of the events that told it; then of those of each tenant."""
    return (_of_accounts(tracking), _of_tenants(tracking)) if "tenants" in tracking else (_of_accounts(tracking),)


def _of_accounts(tracking: TrackingDocument) -> Sheet:
    if "accounts" not in tracking:
        return Sheet(_title(tracking), COLUMNS, [Block([_row(tracking["tracker"])])], CAPTION)
    rows = [[one["account"], *_row(one)] for one in tracking["accounts"]]
    together = [Block([[ALL, *_row(tracking["tracker"])]])] if len(rows) > 1 else []
    return Sheet(_title(tracking), [Column("account"), *COLUMNS], [Block(rows), *together], CAPTION)


def _of_tenants(tracking: TrackingDocument) -> Sheet:
    account = [Column("account")] if "accounts" in tracking else []
    columns = [Column("tenant"), *account, *_HEARD, _LOST]
    rows = [_tenant(one) for one in tracking.get("tenants", [])]
    return Sheet(f"tenants of {tracking['strategy']}", columns, [Block(rows)], CAPTION)


def _tenant(one: TenantTracker) -> Row:
    account = [one["account"]] if "account" in one else []
    return [one["tenant"], *account, *_heard(one), count(one["lost"])]


def _title(tracking: TrackingDocument) -> str:
    sent = f"{tracking['scenario']}, sent by {tracking['strategy']}, seed {tracking['seed']}"
    return f"{sent}, tracked in {tracking['world']}"


def _row(told: TrackerFigures) -> Row:
    return [*_heard(told), count(told["dead_letters"]), count(told["lost"])]


def _heard(told: HeardFigures) -> Sequence[str]:
    right = "-" if told["right"] is None else share(told["right"], 1.0)
    stale_s = (told["staleness_s"]["p50"], told["staleness_s"]["p99"])
    shown_s = ("-" if one is None else f"{one:.2f}" for one in stale_s)
    events = map(count, (told["events"], told["duplicates"], told["overtaken"]))
    return [count(told["recipients"]), right, *shown_s, *events]


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
    if silent := [one["account"] for one in tracking.get("accounts", []) if not one["recipients"]]:
        yield f"of {names(silent)} SES accepted no mail, so that its tracker heard nothing"
    if told["dead_letters"]:
        receives = counted(tracking["settings"]["max_receives"], "time")
        messages = f"{counted(told['dead_letters'], 'message')} in the dead-letter queue"
        yield f"{messages}, received {receives} in vain: redrive them once the tracker works"
