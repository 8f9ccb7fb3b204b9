"""When AWS paused a contender's account, or might have: in one run, or in some of several."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean

from reports.words import duration, names
from scenarios.entry import StrategyEntry

FIGURE = "reputation.paused_s"


def paused_s_of(entry: StrategyEntry) -> float | None:
    """The mean over the runs in which it did; None if it never did, or nothing is known of it."""
    known = [at_s for at_s in _each_s(entry) if at_s is not None]
    return mean(known) if known else None


def said_of_pause(entry: StrategyEntry, whom: str) -> str:
    """Whether it did, when, and in how many of several runs; empty if never."""
    each_s, paused_s = _each_s(entry), paused_s_of(entry)
    if paused_s is None:
        return ""
    many = sum(at_s is not None for at_s in each_s)
    runs = f" in {many} of {len(each_s)} runs" if many < len(each_s) else ""
    pauses = "pauses" if entry["calls"].get("paused") else "may pause"
    return f"AWS {pauses} {whom} after {duration(paused_s)}{runs}"


def paused_of(entry: StrategyEntry) -> str:
    """Who was paused, of several accounts those that refused calls for it; where none did, it is not known who."""
    several = entry.get("accounts", ())
    if len(several) < 2:
        return "the account"
    paused = [one["account"] for one in several if one["calls"].get("paused")]
    return f"account{'s' if len(paused) > 1 else ''} {names(paused)}" if paused else "one of the accounts"


def _each_s(entry: StrategyEntry) -> Sequence[float | None]:
    if "reputation" not in entry:
        return ()
    return entry.get("samples", {}).get(FIGURE) or (entry["reputation"]["paused_s"],)
