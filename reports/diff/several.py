"""Sets two stored runs side by side, or one beside each of several others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from string import ascii_uppercase
from typing import NamedTuple

from reports.diff import document as of_two
from reports.diff.changed_keys import Keys
from reports.documents.comparison import ComparisonDocument
from reports.documents.diff import DiffDocument, FurtherDiff
from scenarios.errors import BadInput
from scenarios.formats.quoted import printable
from scenarios.ledger.ledger import Ledger


class Kept(NamedTuple):
    """A stored run: its folder's name, its document, what reads a strategy's ledger, and the keys of its scenario."""

    folder: str
    document: ComparisonDocument
    ledger: Callable[[str], Ledger | None]
    keys: Keys


def document(runs: Sequence[Kept], wished: Sequence[str]) -> DiffDocument:
    """The first beside the second; the further ones, each beside the first as well, stand in `others`.

    A wish is a strategy of all, or one of each with `=` between. Raises BadInput.
    """
    if len(runs) > len(ascii_uppercase):
        raise BadInput(f"{len(runs)} runs: at most {len(ascii_uppercase)} can be told apart by letters")
    first, *others = (_beside(runs, number, wished) for number in range(1, len(runs)))
    if not others:
        return first
    further: list[FurtherDiff] = [
        {"b": one["b"], "changed": one["changed"], "strategies": one["strategies"], "notes": one["notes"]}
        for one in others
    ]
    first["others"] = further
    return first


def _beside(runs: Sequence[Kept], number: int, wished: Sequence[str]) -> DiffDocument:
    a, b = runs[0], runs[number]
    ledgers = {"a": a.ledger, "b": b.ledger}
    return of_two.document(
        a.document,
        b.document,
        [_wish(text, number, len(runs)) for text in wished],
        lambda side, strategy: ledgers[side](strategy),
        (a.keys, b.keys),
        (a.folder, b.folder),
        ascii_uppercase[number],
    )


def _wish(text: str, number: int, runs: int) -> str:
    """What it says of the first run and of that one."""
    names = text.split("=")
    if len(names) not in (1, runs):
        raise BadInput(printable(f"-s {text}: must be one name, or one for each of the {runs} runs with = between"))
    return names[0] if len(names) == 1 else f"{names[0]}={names[number]}"
