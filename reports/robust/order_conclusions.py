"""What can be said of the order of two contenders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reports.documents.robustness import Conclusion, Kind
from reports.robust.beliefs import Beliefs, belief_in, in_belief, split_by
from reports.robust.claims import Answer
from reports.robust.orders import Order
from reports.robust.wording import between, percent, under_all


def of_order(order: Order, beliefs: Beliefs) -> Conclusion:
    split = split_by(order.is_better, [*beliefs])
    who = [order.first["contender"], order.second["contender"]]
    kind: Kind = "tied" if not split[True] and not split[False] else "undecided"
    if len(split[True]) == len(beliefs):
        kind = "decided"
    belief = belief_in(split[True], beliefs)
    gains = [by for by, is_better in zip(order.by, order.is_better, strict=True) if is_better]
    numbers = {"hypotheses": float(len(beliefs)), "better_under": float(len(gains))}
    numbers |= {"least_by": min(gains), "most_by": max(gains)} if gains else {}
    said = _said_of_order(order.figure, who, split, [*beliefs], numbers)
    return {
        "kind": kind,
        "about": "order",
        "contenders": who,
        "threshold": None,
        "expression": order.figure,
        "holds_under": split[True],
        "fails_under": split[False],
        "open_under": split[None],
        "belief": belief,
        "numbers": numbers,
        "sentence": said + in_belief(belief) if kind == "undecided" else said,
    }


def _said_of_order(
    figure: str,
    who: Sequence[str],
    split: Mapping[Answer, Sequence[str]],
    hypotheses: Sequence[str],
    numbers: Mapping[str, float],
) -> str:
    first, second = who
    if not split[True]:
        return f"{first} and {second} are tied in {figure} {under_all(hypotheses)}"
    quicker, slower = ("faster", "slower") if figure == "makespan_s" else (f"better in {figure}", "worse")
    is_better = f"{first} is {quicker} than {second}"
    by = f"by {between(percent, numbers['least_by'], numbers['most_by'])}"
    if len(split[True]) == len(hypotheses):
        return f"{is_better} {under_all(hypotheses)}, {by}"
    contrary = f"; {slower} under {', '.join(split[False])}" if split[False] else ""
    tied = f"; tied under {', '.join(split[None])}" if split[None] else ""
    return f"{is_better} under {len(split[True])} of {len(hypotheses)}, {by}{contrary}{tied}"
