"""Which strategy did best: the order of a comparison's table and sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeVar

from scenarios.entry import StrategyEntry

ALIKE = 1.01  # times the shortest makespan of a class
Entry = TypeVar("Entry", bound=StrategyEntry)


def ranked(entries: Sequence[Entry]) -> list[Entry]:
    """Best first: what lost nothing and finished, by makespan; then what did not finish; then what lost mail.

    Makespans within 1 % of the best of their class are equal: there duplicates decide, then p99 latency, then cost.
    """
    by_kind = sorted(entries, key=_rank)
    finished = [entry for entry in by_kind if tier(entry) == 0]
    return [entry for peers in _classes(finished) for entry in sorted(peers, key=_merits)] + by_kind[len(finished) :]


def tier(entry: StrategyEntry) -> int:
    """0: nothing lost and nothing left; 1: nothing lost, some left; 2: lost or dead-lettered."""
    recipients = entry["recipients"]
    if recipients["lost"] or recipients["dead_lettered"]:
        return 2
    return 1 if recipients["pending"] else 0


def _rank(entry: StrategyEntry) -> tuple[float | str, ...]:
    place = tier(entry)
    return place, (entry["makespan_s"] or 0.0) if place == 0 else -entry["recipients"]["accepted"], *_merits(entry)


def _merits(entry: StrategyEntry) -> tuple[float | str, ...]:
    """What decides between equals; what was never accepted has neither a latency nor a price."""
    figures = (entry["latency_s"]["p99"], entry["cost_per_million_usd"])
    return entry["recipients"]["duplicated"], *(math.inf if one is None else one for one in figures), entry["strategy"]


def _classes(by_makespan: Sequence[Entry]) -> list[list[Entry]]:
    """Those alike to the first of them: an order by pairs alone would run in circles."""
    classes: list[list[Entry]] = []
    for entry in by_makespan:
        if classes and (entry["makespan_s"] or 0.0) <= ALIKE * (classes[-1][0]["makespan_s"] or 0.0):
            classes[-1].append(entry)
        else:
            classes.append([entry])
    return classes
