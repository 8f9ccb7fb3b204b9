"""Whom slices protected from a pause: AWS paused one account, and the others went on."""

from __future__ import annotations

from collections.abc import Iterator

from reports.documents.comparison import ComparisonDocument
from reports.inboxes.pauses import called, paused_s_by_name
from reports.words import names
from scenarios.entry import StrategyEntry


def protected(comparison: ComparisonDocument) -> Iterator[str]:
    """A sentence for each set of accounts that were paused, with the contenders of which that is true.

    Only slices protect: what an account of a pool sends is everybody's mail.
    """
    sliced = {one["account"] for one in comparison.get("accounts", ()) if not one["pooled"]}
    found = dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]]()
    for entry in comparison["strategies"]:
        found.setdefault(_paused_and_not(entry, sliced), []).append(entry["strategy"])
    for (paused, spared), contenders in found.items():
        if paused and spared:
            yield (
                f"slicing protects {names(spared)} from the pause of {names(paused)}: "
                f"with {names(contenders)} AWS pauses no other account"
            )


def _paused_and_not(entry: StrategyEntry, sliced: set[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The slices that sent mail, apart; none where SES refuses nothing for a pause. A paused tenant stops no other."""
    if not entry["calls"].get("paused"):
        return (), ()
    sending = [one for one in entry.get("accounts", ()) if one["account"] in sliced and one["recipients"]["submitted"]]
    stopped = paused_s_by_name(entry)
    paused, spared = list[str](), list[str]()
    for one in sending:
        (paused if called(entry, one["account"]) in stopped else spared).append(one["account"])
    return tuple(paused), tuple(spared)
