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

    Makespans within 1 % of the best of their class are equal: there duplicates decide, then the p99 latency of the most
    urgent mail, then cost.
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
    figures = (_urgent_p99_s(entry), _or_never(entry["cost_per_million_usd"]))
    return entry["recipients"]["duplicated"], *figures, entry["strategy"]


def _urgent_p99_s(entry: StrategyEntry) -> float:
    """Of the most urgent lane, of equally urgent ones the slowest; of all mail where no lanes are told apart."""
    lanes = entry.get("lanes", [])
    urgent = [lane["latency_s"] for lane in lanes if lane["priority"] == lanes[0]["priority"]]
    return max(_or_never(latency_s["p99"]) for latency_s in urgent or [entry["latency_s"]])


def _or_never(figure: float | None) -> float:
    return math.inf if figure is None else figure


def _classes(by_makespan: Sequence[Entry]) -> list[list[Entry]]:
    """Those alike to the first of them: an order by pairs alone would run in circles."""
    classes: list[list[Entry]] = []
    for entry in by_makespan:
        if classes and (entry["makespan_s"] or 0.0) <= ALIKE * (classes[-1][0]["makespan_s"] or 0.0):
            classes[-1].append(entry)
        else:
            classes.append([entry])
    return classes
