"""A gate without a stored base: simulations of both sides, or real runs of both in turn, with their own noise."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from reports.gate.against import Runs, Side, base, compared, head, refuse_another_scenario
from reports.gate.document import Compared, Part, document
from reports.gate.first_calls import events_of
from reports.gate.measured import Measured, of_entry
from reports.gate.verdict import Rule, Values
from reports.statistics.intervals import mean_of
from reports.statistics.replications import combine
from scenarios.errors import RunFailed
from scenarios.figures import figures_of
from scenarios.ledger import store
from scenarios.runs import SATURATED_S
from scenarios.schema.model import Scenario
from scenarios.schema.thresholds import judged

ROUNDS = 3
Tell = Callable[[str], None]
Entry = Mapping[str, Any]
Rules = Mapping[str, Mapping[str, Rule]]
"""By strategy and figure."""


class Sides(NamedTuple):
    """What is compared with what."""

    base: Side
    head: Side


class Asked(NamedTuple):
    """One scenario, as it was named, and what is watched of each strategy."""

    source: str
    scenario: Scenario
    rules: Rules


class Lasting(NamedTuple):
    """Where and how long: simulations under so many seeds, or real runs in so many rounds."""

    world: str
    seeds: int
    rounds: int


def verdict(against: str, asked: Sequence[Asked], lasting: Lasting, tell: Tell) -> dict[str, Any]:
    """The gate's document. Raises BadInput for a base that is none, RunFailed where a side cannot run."""
    with base(against) as before:
        sides = Sides(before, head())
        parts = [_part(sides, one, lasting, tell) for one in asked]
    return document(lasting.world, against, parts)


def _part(sides: Sides, asked: Asked, lasting: Lasting, tell: Tell) -> Part:
    if lasting.world == "sim":
        return _simulated(sides, asked, lasting.seeds, tell)
    return _real(sides, asked, lasting.world, lasting.rounds, tell)


def _simulated(sides: Sides, asked: Asked, seeds: int, tell: Tell) -> Part:
    """The same seeds on both sides, the first calls of both at hand."""
    source, scenario, rules = asked
    runs = Runs(source, list(rules), "sim", scenario.seed, seeds)
    with TemporaryDirectory(prefix="seslab-gate-") as folder:
        outs = [Path(folder, name) for name in ("base", "head")]
        documents = [_told(side, runs, out, tell) for side, out in zip(sides, outs, strict=True)]
        refuse_another_scenario(scenario.name, *(out / "scenario.toml" for out in outs))
        pairs = list(zip(*map(_measured, sides, documents, outs), strict=True))
    each = [Compared(name, _shared(rules[name], *pair), *pair) for name, pair in zip(rules, pairs, strict=True)]
    return Part(scenario.name, "", each, judged(scenario.thresholds, documents[1]["strategies"]))


def _shared(rules: Mapping[str, Rule], base: Measured, head: Measured) -> dict[str, Rule]:
    """The rules for figures that both sides have: another release may know others."""
    return {name: rule for name, rule in rules.items() if name in base.values and name in head.values}


def _told(side: Side, runs: Runs, out: Path, tell: Tell) -> dict[str, Any]:
    tell(f"{runs.source}: {side.name}: {', '.join(runs.strategies)}")
    return compared(side, runs, out)


def _measured(side: Side, document: Mapping[str, Any], out: Path) -> list[Measured]:
    if not all(entry.get("samples") for entry in document["strategies"]):
        raise RunFailed(f"--against {side.name}: its seslab keeps no figures of single replications; it is too old")
    return [of_entry(entry, events_of(store.read(out, entry["strategy"]))) for entry in document["strategies"]]


def _real(sides: Sides, asked: Asked, world: str, rounds: int, tell: Tell) -> Part:
    """In each round base, head, head, base: a machine that becomes slower favours neither."""
    source, scenario, rules = asked
    heads, each = [], []
    for name in rules:
        runs = Runs(source, [name], world, scenario.seed)
        pairs = [_round(sides, runs, scenario.name, tell) for _ in range(rounds)]
        heads.append(combine([entry for one in pairs for entry in one.head]))
        each.append(_compared(name, rules[name], pairs))
    notes = [warning for one in heads for warning in one["warnings"]]
    return Part(scenario.name, "", each, judged(scenario.thresholds, heads), notes)


class Round(NamedTuple):
    """The entries of two runs of each side."""

    base: Sequence[Entry]
    head: Sequence[Entry]


def _round(sides: Sides, runs: Runs, name: str, tell: Tell) -> Round:
    order = (sides.base, sides.head, sides.head, sides.base)
    with TemporaryDirectory(prefix="seslab-gate-") as folder:
        outs = [Path(folder, str(turn)) for turn in range(len(order))]
        first, second, third, last = (
            _told(side, runs, out, tell)["strategies"][0] for side, out in zip(order, outs, strict=True)
        )
        refuse_another_scenario(name, outs[0] / "scenario.toml", outs[1] / "scenario.toml")
    return Round((first, last), (second, third))


def _compared(name: str, rules: Mapping[str, Rule], rounds: Sequence[Round]) -> Compared:
    """What differs less than the base did from itself is not judged; nor is anything by a machine out of breath."""
    bases, heads = ([_figures(pair) for pair in side] for side in zip(*rounds, strict=True))
    noise = {figure: max(_apart(pair[figure]) for pair in bases) for figure in bases[0]}
    base, head = _joined(rounds[0].base, bases), _joined(rounds[0].head, heads)
    return Compared(name, _shared(rules, base, head), base, head, noise, any(map(_saturated, rounds)))


def _figures(pair: Sequence[Entry]) -> dict[str, Values]:
    """Each figure of the two runs of one side in one round."""
    first, second = map(figures_of, pair)
    return {figure: (first[figure], second[figure]) for figure in first}


def _apart(values: Values) -> float:
    first, second = values
    return abs(second - first) if first is not None and second is not None else 0.0


def _joined(pair: Sequence[Entry], rounds: Sequence[Mapping[str, Values]]) -> Measured:
    """One side over all rounds, of which each counts as one replication."""
    values = {figure: [mean_of(one[figure]) for one in rounds] for figure in rounds[0]}
    return Measured(pair[0]["settings"], pair[0]["digest"], "", values)


def _saturated(one: Round) -> bool:
    return any((run["harness_lag_s"] or 0.0) > SATURATED_S for run in (*one.base, *one.head))
