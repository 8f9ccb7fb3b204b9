"""Between which values the edge is sought: what the user names, or a quarter to four times what the scenario has."""

from __future__ import annotations

from contextlib import suppress
from math import isfinite

from reports.headroom.attempts import Movable, Search
from reports.headroom.bisection import middle_of
from scenarios.errors import BadInput, RunFailed
from scenarios.runs import plan_of

AROUND = 4


def span_of(search: Search, low: float | None, high: float | None) -> tuple[float, float]:
    """Raises BadInput for an end that is none, or where no range can be told."""
    for option, end in (("--from", low), ("--to", high)):
        if end is not None:
            _refuse_impossible(search, option, end)
    ends = _low(search) if low is None else low, _high(search) if high is None else high
    if ends[0] >= ends[1]:
        raise BadInput(f"--from {ends[0]:g} --to {ends[1]:g}: the first must be less than the second")
    return ends


def _refuse_impossible(search: Search, option: str, end: float) -> None:
    if not isfinite(end):
        raise BadInput(f"{option} {end:g}: must be a finite number")
    if search.quantity.is_whole and end != int(end):
        raise BadInput(f"{option} {end:g}: {search.quantity.name} is a whole number")
    try:
        _check(search, end)
    except BadInput as error:
        raise BadInput(f"{option} {end:g}: {error}") from error


def _check(search: Search, value: float) -> None:
    """Raises BadInput where a run would; what else fails, fails in its own run."""
    scenario = search.at(value)
    search.limiters_of(scenario.account)
    with suppress(RunFailed):
        plan_of(scenario, search.contender)


def _low(search: Search) -> float:
    end = _present(search.quantity) / AROUND
    return _possible(search, max(1, int(end)) if search.quantity.is_whole else float(f"{end:.3g}"))


def _high(search: Search) -> float:
    return _possible(search, _present(search.quantity) * AROUND)


def _present(quantity: Movable) -> float:
    """What the range is around."""
    if not quantity.present or quantity.present < 0:
        has = "has no value here" if quantity.present is None else f"is {quantity.present:g} here"
        raise BadInput(f"--setting {quantity.name}: {has}, around which there is no range; name --from and --to")
    return quantity.present


def _possible(search: Search, end: float) -> float:
    """The end, or the possible value next to it, on the way to the present one."""
    if _is_possible(search, end):
        return end
    possible, impossible = _present(search.quantity), end
    while (middle := middle_of(possible, impossible, search.quantity.is_whole)) is not None:
        if _is_possible(search, middle):
            possible = middle
        else:
            impossible = middle
    return possible


def _is_possible(search: Search, value: float) -> bool:
    with suppress(BadInput):
        _check(search, value)
        return True
    return False
