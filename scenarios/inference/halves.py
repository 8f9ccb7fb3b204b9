"""Whether shards are more than a way to explain what no limiter does: other senders, a new limit, inexact instants.

With shards nearly any call may get through or not. So they have a rival: each half of the calls has a limiter of its
own, of one shard, whose outcomes may be off as often as need be. True shards leave it far behind.
"""

from __future__ import annotations

from collections.abc import Callable

from scenarios.inference.calls import Calls
from scenarios.inference.fit import BEHIND, UNEXPLAINED, Explanation, Fit, fitted
from scenarios.inference.suppositions import suppositions

FEWEST_CALLS = 20
"""Fewer do not tell shards from anything."""
SINGLE = tuple(one for one in suppositions() if one.shards == 1 and not one.costly)


def rivals(
    fit: Fit, rate_per_s: float | None, show: Callable[[str], None] = lambda _: None
) -> tuple[Explanation, Explanation] | None:
    """The best of each half, where they rival shards without which nothing explains the calls."""
    number = len(fit.calls.at_s)
    if number < FEWEST_CALLS or any(one.supposition.shards == 1 for one in fit.alive):
        return None
    show("each half of the calls by itself")
    first, second = (fitted(half, rate_per_s, among=SINGLE).explanations[0] for half in _halves(fit.calls))
    behind = fit.explanations[0].log_evidence - first.log_evidence - second.log_evidence
    return (first, second) if behind < BEHIND else None


def explain(halves: tuple[Explanation, Explanation], calls: Calls) -> bool:
    """Whether each half has come out nearly as its limiter would have it."""
    most = max(1, UNEXPLAINED * len(calls.at_s) / 2)
    return all(one.unexplained <= most for one in halves)


def _halves(calls: Calls) -> tuple[Calls, Calls]:
    middle = len(calls.at_s) // 2
    return calls.first(middle), calls.after(middle)
