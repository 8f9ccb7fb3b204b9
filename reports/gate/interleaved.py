"""A gate without a stored base: simulations of both sides, or real runs of both in turn, with their own noise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from reports.documents.comparison import ComparisonDocument
from reports.documents.gate import GateDocument
from reports.gate.against import Answer, Runs, Side, base, compared, head, notes_on, refuse_another_scenario
from reports.gate.document import Compared, Part, document
from reports.gate.first_calls import events_of
from reports.gate.measured import Measured, of_entry
from reports.gate.other_comparison import OtherComparison, OtherEntry
from reports.gate.rounds import Round, of_strategy, shared
from reports.gate.verdict import Rule
from reports.statistics.replications import combine
from reports.statistics.told_once import told_once_with_sides
from scenarios.entry import StrategyEntry
from scenarios.errors import RunFailed
from scenarios.ledger import store
from scenarios.schema.model import Scenario
from scenarios.schema.thresholds import judged
from scenarios.system.held import temporary_folder

ROUNDS = 3
Tell = Callable[[str], None]
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


def verdict(against: str, asked: Sequence[Asked], lasting: Lasting, tell: Tell) -> GateDocument:
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
    with temporary_folder("seslab-gate-") as folder:
        outs = folder / "base", folder / "head"
        there = _told(sides.base, runs, outs[0], OtherComparison, tell)
        here = _told(sides.head, runs, outs[1], ComparisonDocument, tell)
        refuse_another_scenario(scenario.name, *(out / "scenario.toml" for out in outs))
        theirs = _measured(sides.base, there["strategies"], outs[0])
        ours = _measured(sides.head, here["strategies"], outs[1])
    each = [
        Compared(name, shared(rules[name], was, now), was, now)
        for name, was, now in zip(rules, theirs, ours, strict=True)
    ]
    return Part(scenario.name, "", each, judged(scenario.thresholds, here["strategies"]), notes_on(sides.base, rules))


def _told(side: Side, runs: Runs, out: Path, kind: type[Answer], tell: Tell) -> Answer:
    tell(f"{runs.source}: {side.name}: {', '.join(runs.strategies)}")
    return compared(side, runs, out, kind)


def _measured(side: Side, entries: Sequence[StrategyEntry | OtherEntry], out: Path) -> list[Measured]:
    if not all(entry.get("samples") for entry in entries):
        raise RunFailed(f"--against {side.name}: its seslab keeps no figures of single replications; it is too old")
    return [of_entry(entry, events_of(store.read(out, entry["strategy"]))) for entry in entries]


def _real(sides: Sides, asked: Asked, world: str, rounds: int, tell: Tell) -> Part:
    """In each round base, head, head, base: a machine that becomes slower favours neither."""
    source, scenario, rules = asked
    heads: list[StrategyEntry] = []
    of_base: list[OtherEntry | StrategyEntry] = []
    each = []
    for name in rules:
        runs = Runs(source, [name], world, scenario.seed)
        pairs = [_round(sides, runs, scenario.name, tell) for _ in range(rounds)]
        heads.append(combine([entry for one in pairs for entry in one.head]))
        each.append(of_strategy(name, rules[name], pairs))
        of_base += [entry for one in pairs for entry in one.base]
    warned = told_once_with_sides({sides.base.name: _warnings(of_base), sides.head.name: _warnings(heads)})
    notes = [*notes_on(sides.base, rules), *warned]
    return Part(scenario.name, "", each, judged(scenario.thresholds, heads), notes)


def _warnings(entries: Iterable[StrategyEntry | OtherEntry]) -> list[str]:
    """An older seslab tells of none."""
    return [warning for entry in entries for warning in entry.get("warnings", ())]


def _round(sides: Sides, runs: Runs, name: str, tell: Tell) -> Round:
    with temporary_folder("seslab-gate-") as folder:
        outs = [folder / str(turn) for turn in range(4)]
        first = _told(sides.base, runs, outs[0], OtherComparison, tell)
        second = _told(sides.head, runs, outs[1], ComparisonDocument, tell)
        third = _told(sides.head, runs, outs[2], ComparisonDocument, tell)
        last = _told(sides.base, runs, outs[3], OtherComparison, tell)
        refuse_another_scenario(name, outs[0] / "scenario.toml", outs[1] / "scenario.toml")
    return Round([*first["strategies"], *last["strategies"]], [*second["strategies"], *third["strategies"]])
