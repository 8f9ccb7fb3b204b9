"""What a scenario demands of its strategies: expressions such as `heartbeat.latency_s.p99 < 40`, and what they meet."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Annotated, Any, NamedTuple, NotRequired

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from typing_extensions import TypedDict

from scenarios.entry import USERS, Interval, StrategyEntry
from scenarios.figures import OF_ALL, by_its_word, figures_like, figures_of, in_two, is_figure, is_of_month, of_all
from scenarios.formats.quoted import unknown
from scenarios.outside.find import installed
from scenarios.verdicts import FAIL, INCONCLUSIVE, PASS, Met
from strategies.registry import STRATEGIES

_PARTS = re.compile(r"\s*(?P<sender>[\w*-]+)\.(?P<figure>[\w.-]+)\s*(?P<sign><=|>=|==|!=|<|>)\s*(?P<limit>\S+)\s*")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SIGNS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
EACH = "*"
"""Stands for every contender."""
_LOST, _PENDING = "recipients.lost", "recipients.pending"


class Threshold(NamedTuple):
    """An expression and its parts; `sender` is a strategy, a load test's user, or `*` for each."""

    expression: str
    sender: str
    figure: str
    sign: str
    limit: float

    @classmethod
    def parse(cls, expression: str) -> Threshold:
        """Raises ValueError: what would be right."""
        parts = _PARTS.fullmatch(expression)
        if parts is None:
            raise ValueError("must be a comparison such as 'heartbeat.latency_s.p99 < 40' or '*.recipients.lost == 0'")
        if is_figure(bare := f"{parts['sender']}.{parts['figure']}"):
            right = f"*.{bare} {parts['sign']} {parts['limit']}"
            raise ValueError(f"must begin with a strategy, or with * for each: '{right}'")
        if not is_figure(parts["figure"]):
            raise ValueError(unknown("figure", parts["figure"], figures_like(parts["figure"])))
        return cls(expression.strip(), parts["sender"], parts["figure"], parts["sign"], _number(parts["limit"]))

    @property
    def whose(self) -> str:
        """The workload or lane that it is about, as its figure's name says it; empty where it is about all mails."""
        return in_two(self.figure).whose

    def holds(self, value: float | None) -> bool:
        """What has no value, such as the latency of nothing, keeps no promise."""
        return value is not None and _SIGNS[self.sign](value, self.limit)

    @property
    def forbids(self) -> bool:
        """Whether it is of what must not happen at all: as no figure is negative, one run that has it breaks it."""
        return self.limit == 0 and self.sign in ("==", "<=")

    def concerns(self, sender: str) -> bool:
        return self.sender in (EACH, sender)


def is_of_known(expression: str, variants: Collection[str]) -> bool:
    """Whether a threshold, which may be wrong otherwise, is about a contender that is known here, or about all."""
    parts = _PARTS.fullmatch(expression)
    return parts is None or is_sender(parts["sender"], variants)


def is_sender(word: str, variants: Collection[str]) -> bool:
    """Packages that bring strategies are asked last: to list them takes longer than all the rest."""
    return word in (EACH, *STRATEGIES, *USERS, *variants) or word in installed()


def unknown_sender(word: str, variants: Collection[str]) -> str:
    """What is said of a word that no contender has for a name."""
    return unknown("strategy", word, [*STRATEGIES, *variants, *USERS])


def _number(text: str) -> float:
    limit = float(text) if _NUMBER.fullmatch(text) else math.inf
    if math.isinf(limit):
        raise ValueError(f"must end in a number, not {text}")
    return limit


def _checked(expression: str) -> str:
    Threshold.parse(expression)
    return expression


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Expressions = Annotated[
    tuple[Annotated[str, AfterValidator(_checked)], ...],
    BeforeValidator(_several),
    AfterValidator(lambda expressions: tuple(dict.fromkeys(expressions))),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
"""One expression or several, under a name that says what they are for."""


class JudgedThreshold(TypedDict):
    """One of the scenario's thresholds, as a strategy that it concerns met it."""

    name: Annotated[str, Field(description="its name in the scenario")]
    expression: Annotated[str, Field(description="what must hold, as the scenario says it")]
    strategy: Annotated[str, Field(description="the strategy that it is judged for")]
    figure: Annotated[str, Field(description="the dotted name of the figure")]
    value: Annotated[
        float | None,
        Field(description="the figure, over replications its mean; null if there is none, or if it is infinite"),
    ]
    infinite: NotRequired[
        Annotated[bool, Field(description="of a latency: whether it is infinite, because too many were not accepted")]
    ]
    not_accepted: NotRequired[
        Annotated[float, Field(description="of a latency: recipients not accepted, which count as infinitely late")]
    ]
    unreached: NotRequired[
        Annotated[float, Field(description="of a time to the inbox: recipients without their mail, infinitely late")]
    ]
    pending: NotRequired[
        Annotated[float, Field(description="of what was lost: pending recipients, which may be lost yet")]
    ]
    interval: Annotated[
        Interval | None, Field(description="95 % interval of its median over all seeds; null for fewer than six runs")
    ]
    verdict: Annotated[
        Met,
        Field(description="inconclusive: the interval answers both ways, or otherwise than a mean that meets it"),
    ]


def judged(thresholds: Mapping[str, Sequence[str]], entries: Iterable[StrategyEntry]) -> list[JudgedThreshold]:
    """What each expression meets in each strategy that it concerns, in the order of the scenario's file."""
    senders = list(entries)
    return [
        _judged(name, one._replace(figure=by_its_word(one.figure, entry)), entry)
        for name, expressions in thresholds.items()
        for one in map(Threshold.parse, expressions)
        for entry in senders
        if one.concerns(entry["strategy"]) and _is_measured(one, entry)
    ]


def _is_measured(threshold: Threshold, entry: StrategyEntry) -> bool:
    """Nobody knows a load test's month: what runs between its mails is not ours."""
    return "month" in entry or not is_of_month(threshold.figure)


def _judged(name: str, threshold: Threshold, entry: StrategyEntry) -> JudgedThreshold:
    figures, figure = figures_of(entry), of_all(threshold.figure)
    whose, of_it = in_two(figure)
    value, kind = figures.get(figure), of_it.partition(".")[0]
    if kind not in OF_ALL.values():
        met, pending = _met(name, threshold, entry, figure, value), _may_be_lost_yet(figures, figure)
        return {**met, "pending": pending} if pending else met
    is_inbox = kind == OF_ALL["inbox_s"]
    missing = (figures.get(f"{whose}delivery.unreached") or 0.0) if is_inbox else _not_accepted(figures, whose)
    infinite = value is None and missing > 0
    met = _met(name, threshold, entry, figure, math.inf if infinite else value)
    found: JudgedThreshold = {**met, "value": value, "infinite": infinite}
    return {**found, "unreached": missing} if is_inbox else {**found, "not_accepted": missing}


def _may_be_lost_yet(figures: Mapping[str, float | None], figure: str) -> float:
    """Pending recipients, where the figure is of lost ones."""
    return figures.get(figure.replace(_LOST, _PENDING)) or 0.0 if figure.endswith(_LOST) else 0.0


def _not_accepted(figures: Mapping[str, float | None], whose: str) -> float:
    """Lost, dead-lettered or pending: none of them was accepted in whatever time."""
    submitted, accepted = (figures.get(f"{whose}recipients.{fate}") or 0 for fate in ("submitted", "accepted"))
    return submitted - accepted


def _met(name: str, threshold: Threshold, entry: StrategyEntry, figure: str, value: float | None) -> JudgedThreshold:
    """Judges a value, and the interval of the figure's median; of too few runs for an interval, each run.

    What was interrupted has neither kept its promise nor broken it.
    """
    interval, runs = entry["ci95"].get(figure), entry.get("samples", {}).get(figure, [])
    others, may_doubt = [threshold.holds(one) for one in interval or runs], bool(interval) and not threshold.forbids
    verdict = _verdict(threshold.holds(value), others, may_doubt)
    is_settled = threshold.forbids and verdict == FAIL  # what has happened is not undone by what was left to do
    return {
        "name": name,
        "expression": threshold.expression,
        "strategy": entry["strategy"],
        "figure": threshold.figure,
        "value": value,
        "interval": interval,
        "verdict": INCONCLUSIVE if entry["interrupted"] and not is_settled else verdict,
    }


def _verdict(holds: bool, others_hold: Sequence[bool], may_doubt: bool) -> Met:
    """Of the mean, and of the ends of an interval or single runs: a promise is kept where all of them keep it.

    Where an interval of the median keeps it and the mean does not, rare runs break it: that is no doubt.
    """
    if holds:
        return PASS if all(others_hold) else INCONCLUSIVE
    return INCONCLUSIVE if may_doubt and any(others_hold) and not all(others_hold) else FAIL


def beside_the_value(one: JudgedThreshold) -> str:
    """What a line adds: of a latency, how many were not accepted; of what was lost, how many may be lost yet."""
    if unreached := one.get("unreached", 0):
        return f"; not in the inbox, so infinitely late: {unreached:,.6g}"
    if not_accepted := one.get("not_accepted", 0):
        return f"; not accepted, so infinitely late: {not_accepted:,.6g}"
    return f"; still pending: {pending:,.6g}" if (pending := one.get("pending", 0)) else ""
