"""Who cannot be reached, as a page for colleagues: what to do first, whom to do it for, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from reports.bounces.table import answer, groups, minute, period
from reports.bounces.wording import HEADINGS, TYPES, Action
from reports.columns import Block, Column, Row, Sheet
from reports.page.elements import Markup, element, joined
from reports.page.tables import sheet
from reports.page.whole import Page, Section, html
from strategies.presentation.words import counted

if TYPE_CHECKING:
    from reports.documents.bounces import BouncesDocument, RecipientEntry

MOST_ROWS = 500  # under each heading: more are no page that a phone shows
_ADVICE = {
    Action.ASK: "These addresses do not work. Ask the recipients for others, when they call or sign in.",
    Action.CALL: "Waiting does not help here; only the recipient can.",
    Action.REMOVE: "These recipients want no such mail. More of it harms all other mail.",
    Action.DEVELOPERS: "The recipients can do nothing about these.",
    Action.WAIT: "These pass by themselves more often than not.",
    Action.NOTHING: "Mail failed, and later mail arrived.",
}
_OF_SES = "ses:"  # begins the names of tags that no sender has set


def page_of(bounces: BouncesDocument) -> str:
    """The page beside the document."""
    return html(
        Page(
            title="Who cannot be reached",
            about=[f"{_sentence(period(bounces))}, as are all times here."],
            answer=_sentence(answer(bounces)),
            is_good=not bounces["recipients"]["failing"],
            sections=[_section(action, some) for action, some in groups(bounces)],
            words={failure.value.capitalize(): said for failure, said in TYPES.items()},
        )
    )


def _section(action: Action, some: Sequence[RecipientEntry]) -> Section:
    shown = some[:MOST_ROWS]
    whole = sheet(_sheet(counted(len(some), "recipient"), shown), [_said(one) for one in shown])
    hidden = len(some) - len(shown)
    more = element("p", f"{hidden:,} more are in bounces.csv.", class_="notes") if hidden else Markup()
    return Section(action.value, HEADINGS[action], joined((element("p", _ADVICE[action]), whole, more)))


def _sentence(said: str) -> str:
    return f"{said[0].upper()}{said[1:]}"


def _sheet(title: str, some: Sequence[RecipientEntry]) -> Sheet:
    columns = ["recipient", "type", "times", "first failure", "last failure", "last delivered"]
    return Sheet(title, [*map(Column, columns)], [Block([*map(_row, some)])])


def _row(one: RecipientEntry) -> Row:
    arrived = one["last_delivered"]
    return [
        one["address"],
        one["type"],
        f"{one['count']:,}",
        minute(one["first"]),
        minute(one["last"]),
        minute(arrived) if arrived else "–",
    ]


def _said(one: RecipientEntry) -> Markup:
    """Why and what to do, and below it of which mail, and what the server said."""
    return joined(
        (
            element("strong", f"{_sentence(one['why'])}."),
            f" {_again(one) if one['works_again'] else one['to_do']}",
            *(element("div", line) for line in _details(one)),
        )
    )


def _again(one: RecipientEntry) -> str:
    return f"Has worked again: the last mail arrived on {minute(one['last_delivered'] or '')}."


def _details(one: RecipientEntry) -> Iterator[str]:
    if one["tried_until"] and one["type"] == "delayed":
        yield f"Amazon SES tries until {minute(one['tried_until'])}."
    if one["subject"]:
        yield f"Mail: “{one['subject']}”"
    own = [f"{name} = {', '.join(values)}" for name, values in one["tags"].items() if not name.startswith(_OF_SES)]
    if own:
        yield f"Tags: {'; '.join(own)}"
    if server := " ".join(filter(None, (one["status"], one["diagnostic"]))):
        yield f"The server: “{server}”"
