"""A column for each lane, where there are several: how long the slowest hundredth of its recipients waits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reports.columns import Column
from scenarios.entry import StrategyEntry

SHORT = 8  # letters that tell most lanes apart and leave room for others


def lanes_in(entries: Iterable[StrategyEntry]) -> list[str]:
    """The lanes that any of the entries tells apart, the most urgent first."""
    return list(dict.fromkeys(lane["lane"] for entry in entries for lane in entry.get("lanes", ())))


def of_lanes(lanes: Sequence[str], falls: int, note: str) -> list[Column]:
    """The columns' headings; on a narrow terminal the least urgent lane's falls away first, in the turn `falls`."""
    last = falls + len(lanes) - 1
    return [
        Column(f"p99 of\n{name}", "s", falls=last - place, note=note) for place, name in enumerate(shortened(lanes))
    ]


def p99_s_of(entry: StrategyEntry, lanes: Sequence[str]) -> list[float | None]:
    """Of each of these lanes, in seconds; None for a lane of which nothing was accepted."""
    known = {lane["lane"]: lane["latency_s"]["p99"] for lane in entry.get("lanes", ())}
    return [known.get(lane) for lane in lanes]


def shortened(names: Sequence[str]) -> list[str]:
    """Names cut to `SHORT` letters or to as few as tell them apart: the first ones, and the last ones where needed."""
    for letters in range(SHORT, max(map(len, names), default=0)):
        for first in range(letters, 0, -1):
            short = [_cut(name, first, letters - first) for name in names]
            if len(set(short)) == len(names):
                return short
    return list(names)


def _cut(name: str, first: int, last: int) -> str:
    """The mark of a cut takes the room of a letter, so that none replaces a single one."""
    whole = len(name) <= first + last + 1
    return name if whole else f"{name[:first]}…{name[len(name) - last :]}"
