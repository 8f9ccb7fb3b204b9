"""A gate for a user's own application: both versions take the same load in turn, and SES's ledger is the judge."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple

from reports.documents.gate import GateDocument, GateScenario
from reports.gate.document import Compared, Part, document
from reports.gate.expectations import default_rules
from reports.gate.rounds import OTHER_MAIL, Round, of_application
from reports.statistics.replications import combine
from reports.statistics.told_once import told_once_with_sides
from scenarios.entry import StrategyEntry
from scenarios.errors import Interrupted
from scenarios.figures import is_of_recipients
from scenarios.schema.model import Scenario
from scenarios.schema.thresholds import judged
from scenarios.verdicts import INCONCLUSIVE

WORLD = "locust"
Measure = Callable[[Scenario], StrategyEntry]
"""One run of a version under a scenario's load."""
Doing = Callable[[str], AbstractContextManager[object]]
"""Says which run is under way, as long as it is."""


class Load(NamedTuple):
    """A scenario that both versions meet, and what its part of the gate is called: the limiter may be in the name."""

    called: str
    scenario: Scenario


def verdict(
    against: str, loads: Sequence[Load], versions: Mapping[str, Measure], rounds: int, doing: Doing
) -> GateDocument:
    """The gate's document, of two versions: first the base, then what is now. Raises RunFailed, and Interrupted."""
    made = document(WORLD, against, [_part(load, versions, rounds, doing) for load in loads])
    scenarios: list[GateScenario] = [
        {**one, "notes": [*one["notes"], *_too_few(one, rounds)]} for one in made["scenarios"]
    ]
    return {**made, "scenarios": scenarios}


def _part(load: Load, versions: Mapping[str, Measure], rounds: int, doing: Doing) -> Part:
    runs = [_turns(load, versions, f"round {number} of {rounds}", doing) for number in range(1, rounds + 1)]
    pairs = [Round([first, last], [second, third]) for first, second, third, last in runs]
    head = combine([entry for one in runs for entry in one[1:3]])
    compared = of_application(head["strategy"], default_rules(), pairs)
    base = combine([entry for one in runs for entry in (one[0], one[3])])
    every = [entry for one in runs for entry in one]
    warned = told_once_with_sides(dict(zip(versions, (base["warnings"], head["warnings"]), strict=True)))
    notes = [*warned, *_untried(load.scenario, every), *_other_mail(compared, base, head)]
    return Part(load.called, "", [compared], judged(load.scenario.thresholds, [head]), notes)


def _turns(load: Load, versions: Mapping[str, Measure], which: str, doing: Doing) -> list[StrategyEntry]:
    """Base, head, head, base: a machine that becomes slower favours neither."""
    base, head = versions
    return [_measured(load, name, versions[name], which, doing) for name in (base, head, head, base)]


def _measured(load: Load, name: str, measure: Measure, which: str, doing: Doing) -> StrategyEntry:
    with doing(f"{load.called}, {which}: {name}"):
        entry = measure(load.scenario)
    if entry["interrupted"]:
        raise Interrupted(f"interrupted in {which}; nothing is concluded from fewer")
    return entry


def _too_few(scenario: GateScenario, rounds: int) -> list[str]:
    """What a fail would have taken, where some count of recipients moved and nothing follows from it."""
    least = {
        metric["metric"]: (metric["interval"][1] - metric["interval"][0]) / 2
        for strategy in scenario["strategies"]
        for metric in strategy["metrics"]
        if metric["verdict"] == INCONCLUSIVE and metric["interval"] and is_of_recipients(metric["metric"])
    }
    if not least:
        return []
    each = ", ".join(f"{figure} {half:.3g}" for figure, half in least.items())
    return [f"with {rounds} rounds only a difference above this can fail: {each}; more --rounds see smaller ones"]


def _untried(scenario: Scenario, entries: Sequence[StrategyEntry]) -> list[str]:
    """A load that SES takes as it comes says nothing of what becomes of refused mail."""
    if any(entry["calls"]["accepted"] < entry["calls"]["attempted"] for entry in entries):
        return []
    if any(entry["recipients"]["accepted"] < entry["recipients"]["submitted"] for entry in entries):
        return ["SES refused nothing in any run: what it did not accept has never reached it"]
    limit = f"{scenario.account.max_send_rate_per_s:g} recipients/s"
    return [
        f"SES refused nothing in any run: what becomes of refused mail was not tried; send above {limit} for longer"
    ]


def _other_mail(compared: Compared, base: StrategyEntry, head: StrategyEntry) -> list[str]:
    """What saves mail that was lost before looks slower by it, and what loses mail quicker."""
    if OTHER_MAIL not in compared.doubts.values():
        return []
    how = "more" if head["recipients"]["accepted"] > base["recipients"]["accepted"] else "fewer"
    return [f"{how} recipients were accepted than before: calls, times and costs are of other mail, and not judged"]
