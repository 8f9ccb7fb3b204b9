"""A column for each lane, else account or workload, where there are several: what its slowest hundredth waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from reports.columns import Column
from scenarios.entries.counts import LatencyFigures
from scenarios.entry import StrategyEntry
from scenarios.figures import in_two
from scenarios.schema.model import MOST_LANES

SHORT = 8  # letters that tell most parts apart and leave room for others


def parts_in(entries: Iterable[StrategyEntry]) -> list[str]:
    """What any of the entries tells apart: lanes, the most urgent first, else accounts or workloads.

    Workloads that are more than lanes may be are none: nobody compares that many columns.
    """
    parts = list(dict.fromkeys(part for entry in entries for part in _parts_of(entry)))
    return parts if len(parts) <= MOST_LANES else []


def of_parts(parts: Sequence[str], falls: int, note: str) -> dict[str, Column]:
    """The columns by the parts' keys; on a narrow terminal the last one's falls away first, in the turn `falls`."""
    last = falls + len(parts) - 1
    names = enumerate(zip(parts, shortened(parts), strict=True))
    return {_key(part): Column(f"p99 of\n{name}", "s", falls=last - place, note=note) for place, (part, name) in names}


def key_of(figure: str) -> str:
    """Of the column that shows a figure of a part; any other figure is its own key."""
    whose, name = in_two(figure)
    if not whose or name != "latency_s.p99":
        return figure
    word = whose.split(".")[1]
    return _key(f"[{word}]" if word.isdigit() else word)


def _key(part: str) -> str:
    return f"p99 of {part}"


def p99_s_of(entry: StrategyEntry, parts: Sequence[str]) -> list[float | None]:
    """Of each of these parts, in seconds; None for one of which nothing was accepted."""
    known = _parts_of(entry)
    return [known[part]["p99"] if part in known else None for part in parts]


def _parts_of(entry: StrategyEntry) -> Mapping[str, LatencyFigures]:
    """By the lane's word, the account's or the workload's name; a workload without one is called by its number."""
    if lanes := entry.get("lanes"):
        return {lane["lane"]: lane["latency_s"] for lane in lanes}
    if len(accounts := entry.get("accounts", ())) > 1:
        return {one["account"]: one["latency_s"] for one in accounts}
    return {one.get("name", f"[{one['index']}]"): one["latency_s"] for one in entry.get("workloads", ())}


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
