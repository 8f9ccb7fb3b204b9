"""Rounds of real runs: in each, two of either side, so that the base tells how far it differs from itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from reports.gate.document import Compared
from reports.gate.measured import Measured
from reports.gate.other_comparison import OtherEntry
from reports.gate.verdict import Rule, Values
from reports.statistics.intervals import mean_of
from scenarios.entry import StrategyEntry
from scenarios.figures import figures_of, is_figure
from scenarios.runs import SATURATED_S


class Round(NamedTuple):
    """The entries of two runs of each side."""

    base: Sequence[OtherEntry | StrategyEntry]
    head: Sequence[StrategyEntry]


def over_rounds(name: str, rules: Mapping[str, Rule], rounds: Sequence[Round]) -> Compared:
    """What differs less than the base did from itself is not judged; nor is anything by a machine out of breath."""
    bases, heads = ([_figures(pair) for pair in side] for side in zip(*rounds, strict=True))
    noise = {figure: max(_apart(pair[figure]) for pair in bases) for figure in bases[0]}
    base, head = _joined(rounds[0].base, bases), _joined(rounds[0].head, heads)
    return Compared(name, shared(rules, base, head), base, head, noise, any(map(_saturated, rounds)))


def _figures(pair: Sequence[StrategyEntry | OtherEntry]) -> dict[str, Values]:
    """Each figure of the two runs of one side in one round; what else another seslab may tell is none."""
    first, second = map(figures_of, pair)
    return {figure: (first[figure], second[figure]) for figure in first if is_figure(figure)}


def _apart(values: Values) -> float:
    first, second = values
    return abs(second - first) if first is not None and second is not None else 0.0


def _joined(pair: Sequence[StrategyEntry | OtherEntry], rounds: Sequence[Mapping[str, Values]]) -> Measured:
    """One side over all rounds, of which each counts as one replication."""
    values = {figure: [mean_of(one[figure]) for one in rounds] for figure in rounds[0]}
    return Measured(pair[0]["settings"], pair[0]["digest"], "", values)


def _saturated(one: Round) -> bool:
    return any((run.get("harness_lag_s") or 0.0) > SATURATED_S for run in (*one.base, *one.head))


def shared(rules: Mapping[str, Rule], base: Measured, head: Measured) -> dict[str, Rule]:
    """The rules for figures that both sides have: another release may know others."""
    return {name: rule for name, rule in rules.items() if name in base.values and name in head.values}
