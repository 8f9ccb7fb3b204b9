"""Who cannot be reached, for a terminal: a block for each thing to do, and what the reasons mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from reports.bounces.wording import HEADINGS, WORDINGS, Action
from reports.columns import Block, Column, Row, Sheet
from scenarios.events.reasons import Reason
from scenarios.formats.quoted import cut
from strategies.presentation.words import counted

if TYPE_CHECKING:
    from reports.documents.bounces import BouncesDocument, RecipientEntry

MOST_ROWS = 50  # who has more of them wants a page or a CSV
_DO = {
    Action.ASK: "ask {} for a new address",
    Action.CALL: "call {}",
    Action.REMOVE: "remove {}",
    Action.DEVELOPERS: "tell the developers of {}",
    Action.WAIT: "wait for {}",
}

Group = tuple[Action, "list[RecipientEntry]"]


def groups(bounces: BouncesDocument) -> list[Group]:
    """The recipients by what is to be done, in the order of the document."""
    by_action = groupby(bounces["failed"], key=itemgetter("action"))
    return [(Action(action), list(some)) for action, some in by_action]


def answer(bounces: BouncesDocument) -> str:
    """How many cannot be reached, and what to do."""
    counts = bounces["recipients"]
    told = counted(counts["told"], "recipient")
    if not counts["failing"]:
        return f"no failures: {told}{_again(bounces)}"
    jobs = [_DO[action].format(len(some)) for action, some in groups(bounces) if action in _DO]
    return f"mail fails for {counts['failing']:,} of {told}: {', '.join(jobs)}{_again(bounces)}"


def _again(bounces: BouncesDocument) -> str:
    again = bounces["recipients"]["working_again"]
    return f"; {again:,} that had failed can be reached again" if again else ""


def table(bounces: BouncesDocument) -> Sheet:
    """A row for each recipient, up to a limit that its caption names."""
    return Sheet(
        period(bounces),
        [
            Column("recipient"),
            Column("type", falls=1),
            Column("times", falls=3),
            Column("since", falls=2),
            Column("last", falls=4),
            Column("why"),
        ],
        list(_blocks(bounces["failed"][:MOST_ROWS])),
        caption=_more(len(bounces["failed"]) - MOST_ROWS),
        lead=answer(bounces),
    )


def _more(hidden: int) -> str:
    return f"{hidden:,} more are not shown: --out DIR, --csv or --json has all" if hidden > 0 else ""


def period(bounces: BouncesDocument) -> str:
    """Of which events the document speaks."""
    first, last = bounces["first_event"], bounces["last_event"]
    since = bounces["since"]
    asked = f" since {minute(since)}" if since else ""
    return (
        f"events{asked}: none" if not (first and last) else f"events{asked}, from {minute(first)} to {minute(last)} UTC"
    )


def minute(instant: str) -> str:
    """An instant as people read it."""
    return instant[:16].replace("T", " ")


def _blocks(failed: Sequence[RecipientEntry]) -> Iterator[Block]:
    for action, some in groupby(failed, key=itemgetter("action")):
        yield Block([_row(one) for one in some], HEADINGS[Action(action)])


def _row(one: RecipientEntry) -> Row:
    day = slice(0, 10)
    return [
        f"  {cut(one['address'])}", one["type"], f"{one['count']:,}", one["first"][day], one["last"][day], _short(one),
    ]  # fmt: skip


def _short(one: RecipientEntry) -> str:
    return WORDINGS[Reason(one["reason"])].short


def sentences(bounces: BouncesDocument) -> list[str]:
    """What each reason means, and what to do about it."""
    shown = [one for one in bounces["failed"][:MOST_ROWS] if not one["works_again"]]
    return list(dict.fromkeys(f"{one['why']}. {one['to_do']}" for one in shown))
