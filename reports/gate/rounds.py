"""Rounds of real runs: in each, two of either side, so that the base tells how far it differs from itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from reports.gate.document import Compared
from reports.gate.measured import Measured
from reports.gate.other_comparison import OtherEntry
from reports.gate.verdict import Rule, Values, judge_all
from reports.statistics.intervals import mean_of
from scenarios.entry import StrategyEntry
from scenarios.figures import figures_of, is_figure, is_of_recipients
from scenarios.runs import SATURATED_S
from scenarios.verdicts import PASS

ACCEPTED = "recipients.accepted"
LAGGED = "the harness lagged"
OTHER_MAIL = "another number of recipients was accepted"
OTHER_LOAD_S = 1.0
"""SES counts by the second: a load that is later than this is another load, and its counts are others."""

_TIMES = ("latency_s.", "call_s.", "makespan_s", "goodput_per_s", "efficiency")


class Round(NamedTuple):
    """The entries of two runs of each side."""

    base: Sequence[OtherEntry | StrategyEntry]
    head: Sequence[StrategyEntry]


def of_strategy(name: str, rules: Mapping[str, Rule], rounds: Sequence[Round]) -> Compared:
    """What the harness itself has sent; each round is one replication. A machine out of breath judges nothing."""
    doubts = dict.fromkeys(rules, LAGGED) if _lag_s(rounds) > SATURATED_S else {}
    return _in_turn(name, rules, rounds, _as_one)._replace(doubts=doubts)


def of_application(name: str, rules: Mapping[str, Rule], rounds: Sequence[Round]) -> Compared:
    """What another sender has sent, begun anew for each run, which is a replication beside its neighbour.

    The harness has only asked: its lag is in the times, as is whose times they are.
    """
    compared = _in_turn(name, rules, rounds, list)
    late = _of_a_late_load(rules, _lag_s(rounds))
    return compared._replace(doubts={**_of_other_mail(compared), **late})


def _of_other_mail(compared: Compared) -> Mapping[str, str]:
    """Where more was accepted, or less, than the base differs from itself, only recipients are as many as before."""
    judged = judge_all({ACCEPTED: Rule("same")}, compared.base.values, compared.head.values, noise=compared.noise)
    if judged[ACCEPTED].verdict == PASS:
        return {}
    return {name: OTHER_MAIL for name in compared.rules if not is_of_recipients(name)}


def _of_a_late_load(figures: Iterable[str], lag_s: float) -> Mapping[str, str]:
    """What is doubtful: the times, and counts as well if it is long."""
    if lag_s <= SATURATED_S:
        return {}
    return {name: LAGGED for name in figures if lag_s > OTHER_LOAD_S or name.startswith(_TIMES)}


def _in_turn(
    name: str, rules: Mapping[str, Rule], rounds: Sequence[Round], replications: Callable[[Values], Values]
) -> Compared:
    """What differs less than the base did from itself is not judged."""
    bases, heads = ([_figures(pair) for pair in side] for side in zip(*rounds, strict=True))
    noise = {figure: max(_apart(pair[figure]) for pair in bases) for figure in bases[0]}
    base, head = _joined(rounds[0].base, bases, replications), _joined(rounds[0].head, heads, replications)
    return Compared(name, shared(rules, base, head), base, head, noise)


def _lag_s(rounds: Sequence[Round]) -> float:
    """The worst of all runs."""
    return max(run.get("harness_lag_s") or 0.0 for one in rounds for side in one for run in side)


def _figures(pair: Sequence[StrategyEntry | OtherEntry]) -> dict[str, Values]:
    """Each figure of the two runs of one side in one round; what else another seslab may tell is none."""
    first, second = map(figures_of, pair)
    return {figure: (first[figure], second[figure]) for figure in first if is_figure(figure)}


def _apart(values: Values) -> float:
    first, second = values
    return abs(second - first) if first is not None and second is not None else 0.0


def _as_one(pair: Values) -> Values:
    return [mean_of(pair)]


def _joined(
    pair: Sequence[StrategyEntry | OtherEntry],
    rounds: Sequence[Mapping[str, Values]],
    replications: Callable[[Values], Values],
) -> Measured:
    """One side over all rounds."""
    values = {figure: [value for one in rounds for value in replications(one[figure])] for figure in rounds[0]}
    return Measured(pair[0]["settings"], pair[0]["digest"], "", values)


def shared(rules: Mapping[str, Rule], base: Measured, head: Measured) -> dict[str, Rule]:
    """The rules for figures that both sides have: another release may know others."""
    return {name: rule for name, rule in rules.items() if name in base.values and name in head.values}
