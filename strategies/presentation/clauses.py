"""Clauses that several strategies have need of."""

from __future__ import annotations

from collections.abc import Sequence

from strategies.policies.backoff import RetryMode
from strategies.presentation.seen import LaneSeen, Seen
from strategies.presentation.words import count, counted, share

PROMPT_S = 2.0  # a tick and a retry take as long: mail that waits no longer has not waited for others


def never_fits(seen: Seen) -> str:
    """For a strategy that sends every mail whole."""
    largest = seen.largest_mail
    if not seen.lost_to_throttling or largest < max(2, seen.largest_call):
        return ""
    if largest == seen.largest_call:
        rested = "full" if seen.limiter == "bucket" else "empty"
        return f"a mail to {count(largest)} recipients fits the {seen.limiter} only when it is {rested}"
    sizes = f"more than {seen.largest_call:g} recipients (here up to {count(largest)})"
    return f"a mail to {sizes} never fits the {seen.limiter}: refused for ever"


def retried(retry: RetryMode) -> str:
    """What becomes of a refused call."""
    return "" if retry == "none" else f"retried in botocore's {retry} mode"


def without_lanes(seen: Seen) -> str:
    """For a strategy that sends mail as it comes: what that cost the most urgent lane, if it cost it anything.

    It did if the lane waited and a less urgent one waited at least half as long, or if both lost mail. What is late
    alone is late by itself.
    """
    if not seen.lanes:
        return ""
    urgent = seen.lanes[0]
    others = [lane for lane in seen.lanes if lane.priority < urgent.priority]
    slow, losing = _slow_beside(urgent, others), [lane for lane in others if urgent.gone and lane.gone]
    costs = [f"waits (p99 {count(urgent.p99_s or 0.0)} s)"] if slow else []
    costs += [f"loses {counted(urgent.gone, 'recipient')}"] if losing else []
    among = {lane.name for lane in (*slow, *losing)}
    whose = among.pop() if len(among) == 1 else "less urgent"
    return f"it knows no lanes: among {whose} mail, {urgent.name} mail {' and '.join(costs)}" if costs else ""


def use_of_lanes(lanes: str, lane_shares: Sequence[float], seen: Seen) -> str:
    """For a strategy that can use lanes: how several kinds of mail share the limit, or what it cost to ignore them."""
    if lanes == "ignore" or not seen.lanes:
        return without_lanes(seen)
    if lanes == "strict":
        return f"{seen.lanes[0].name} mail goes first, whatever else waits"
    shares = " and ".join(f"{lane.name} {share(one, 1)}" for lane, one in zip(seen.lanes, lane_shares, strict=False))
    if lanes == "weighted":
        return f"each lane gets at least its share ({shares}), and what the others leave"
    return f"each lane has its share for itself ({shares}), and what it leaves is not used"


def _slow_beside(urgent: LaneSeen, others: list[LaneSeen]) -> list[LaneSeen]:
    p99_s = urgent.p99_s or 0.0
    return [lane for lane in others if p99_s > PROMPT_S and (lane.p99_s or 0.0) >= p99_s / 2]
