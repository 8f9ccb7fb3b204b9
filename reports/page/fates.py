"""What became of all recipients: a bar for each contender, and its numbers beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.figures import palette
from reports.page.elements import Markup, element, joined
from scenarios.entries.counts import RecipientCounts
from scenarios.entry import StrategyEntry
from scenarios.ledger.ledger import Fate
from strategies.presentation.words import count

_WORDS: dict[Fate, str] = {
    "accepted": "accepted",
    "pending": "pending",
    "dead_lettered": "dead-lettered",
    "lost": "lost",
}


def bars(entries: Sequence[StrategyEntry]) -> Markup:
    """In the order of the entries; a bar is for the eye alone, because its numbers stand beside it."""
    rows = [_row(number, entry) for number, entry in enumerate(entries)]
    return joined((element("ul", *rows, class_="fates"), element("p", *_key(), class_="notes key", aria_hidden="true")))


def _row(number: int, entry: StrategyEntry) -> Markup:
    bar = element("span", *_parts(entry["recipients"]), class_="bar", aria_hidden="true")
    said = element("span", _said(entry["recipients"]), class_="numbers")
    return element("li", element("b", entry["strategy"]), bar, said, style=f"--c:var(--c{number})")


def _parts(recipients: RecipientCounts) -> Iterator[Markup]:
    for fate in palette.FATES:
        if recipients[fate]:
            share = 100 * recipients[fate] / (recipients["submitted"] or 1)
            yield element("i", class_=f"fate {fate}", style=f"width:{share:.4g}%")


def _said(recipients: RecipientCounts) -> str:
    """All that there is of each fate."""
    some = [f"{count(recipients[fate])} {word}" for fate, word in _WORDS.items() if recipients[fate]]
    again = [f"{count(recipients['duplicated'])} duplicated"] if recipients["duplicated"] else []
    return ", ".join((*some, *again)) or "no recipients"


def _key() -> Iterator[Markup]:
    yield from (element("span", element("i", class_=f"fate {fate}"), f" {word}") for fate, word in _WORDS.items())
