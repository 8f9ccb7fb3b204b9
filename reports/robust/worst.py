"""A contender by its worst cases, and the order that follows from them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from reports.documents.robustness import RobustCell, RobustContender, WorstCase, WorstCases
from reports.robust.cells import accepts_all, loses


def worst_cases(cells: Sequence[RobustCell]) -> WorstCases:
    """Of the efficiency over the hypotheses under which all were accepted."""
    p99_s = {one["hypothesis"]: math.inf if one["latency_p99_infinite"] else one["latency_p99_s"] for one in cells}
    return {
        "not_accepted_share": _most({one["hypothesis"]: one["not_accepted_share"] for one in cells}),
        "efficiency": _least({one["hypothesis"]: one["efficiency"] for one in cells}),
        "latency_p99_s": _most(p99_s),
    }


def _most(by_hypothesis: Mapping[str, float | None]) -> WorstCase:
    known = {name: value for name, value in by_hypothesis.items() if value is not None}
    name = max(known, key=known.__getitem__, default=None)
    if name is None:
        return {"value": None, "infinite": False, "under": None}
    alike, infinite = len(set(by_hypothesis.values())) == 1, math.isinf(known[name])
    return {"value": None if infinite else known[name], "infinite": infinite, "under": None if alike else name}


def _least(by_hypothesis: Mapping[str, float | None]) -> WorstCase:
    most = _most({name: None if value is None else -value for name, value in by_hypothesis.items()})
    return {**most, "value": None if most["value"] is None else -most["value"]}


def best_first(contenders: Sequence[RobustContender]) -> list[RobustContender]:
    """By what is met everywhere, then by what is lost nowhere, then by the worst share of the best possible.

    What no threshold is about comes behind those that meet all; where any of its mail is missing, behind all others.
    """
    return sorted(contenders, key=_rank)


def _rank(one: RobustContender) -> tuple[float | str, ...]:
    worst = one["worst"]
    incomplete = sum(not accepts_all(cell) for cell in one["cells"])
    return (
        *_group(one, incomplete),
        sum(map(loses, one["cells"])),
        incomplete,
        worst["not_accepted_share"]["value"] or 0.0,
        -(worst["efficiency"]["value"] or 0.0),
        one["contender"],
    )


def _group(one: RobustContender, incomplete: int) -> tuple[int, int]:
    """Among what meets some thresholds, by under how many hypotheses it meets all of them."""
    met, all_met = one["met_under"], len(one["cells"])
    if met is None:
        return (3, 0) if incomplete else (1, 0)
    return (0, 0) if met == all_met else (2, -met)
