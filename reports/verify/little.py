"""Little's law: the number of mails in the system is what arrives a second times how long each stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

import numpy as np

from reports.running.experiment import Result
from reports.verify.bench import Bench, Experiment, Finding, Law, exactly, gathered
from reports.verify.closed_forms import Floats
from reports.verify.scenes import scene
from scenarios.ledger.ledger import ACCEPTED, Ledger
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import load
from scenarios.traffic.workload import arrivals
from strategies.registry import STRATEGIES

TERMINATING = "press-release"
RATE_PER_S, LOAD_PER_S = 15.0, 10.0
STREAM = f"a steady stream at {LOAD_PER_S:g} of {RATE_PER_S:g} recipients a second"
WARM_UP_S, WATCHED_S, ENDING_S = 20.0, 100.0, 10.0
GRID_S = 0.01
ROUNDING = 1e-9  # of sums of some thousand floats, as a share


def departures_s(ledger: Ledger) -> dict[int, list[float]]:
    """Mail → the instants at which its accepted recipients were accepted for the first time, from the calls alone."""
    left: dict[tuple[int, int], float] = {}
    names = ("mail", "first_recipient", "recipients", "decided_s", "outcome")
    for mail, first, recipients, decided_s, outcome in zip(*(ledger.calls[n].tolist() for n in names), strict=True):
        for to in range(first, first + recipients) if outcome == ACCEPTED else ():
            left.setdefault((mail, to), decided_s)
    by_mail: dict[int, list[float]] = {}
    for (mail, _), decided_s in left.items():
        by_mail.setdefault(mail, []).append(decided_s)
    return by_mail


def integrated(arrived_s: Iterable[float], left_s: Iterable[float]) -> float:
    """The number in the system, integrated over time: steps up at arrivals, down at departures."""
    steps = sorted([(at_s, 1) for at_s in arrived_s] + [(at_s, -1) for at_s in left_s])
    area = number = previous_s = 0.0
    for at_s, change in steps:
        area, previous_s, number = area + number * (at_s - previous_s), at_s, number + change
    return area


def mean_number(scenario: Scenario, ledger: Ledger) -> float:
    """Accepted recipients in the system, on average over the run: from the workload, and from the calls alone."""
    intended_s = arrivals(scenario.workload, ledger.seed).intended_s.tolist()
    left = departures_s(ledger)
    arrived_s = [intended_s[mail] for mail, times in left.items() for _ in times]
    return integrated(arrived_s, [at_s for times in left.values() for at_s in times]) / ledger.ended_s


def number_and_duration(scenario: Scenario, ledger: Ledger) -> tuple[float, float]:
    """The mean number in the system, and how long the run was observed."""
    return mean_number(scenario, ledger), ledger.ended_s


def _number_at(at_s: Floats, arrived_s: Floats, left_s: Floats) -> Floats:
    """Mails in the system at each instant."""
    came = np.searchsorted(np.sort(arrived_s), at_s, side="right")
    went = np.searchsorted(np.sort(left_s), at_s, side="right")
    return (came - went).astype(np.float64)


def steady_ratio(ledger: Ledger) -> float:
    """L ÷ λ W while a stream is watched: L seen on a grid of instants, the λ that was asked for, W of its arrivals."""
    accepted = ledger.mails["accepted"] > 0
    arrived_s, left_s = ledger.mails["intended_s"][accepted], ledger.mails["last_accepted_s"][accepted]
    here = (arrived_s >= WARM_UP_S) & (arrived_s < WARM_UP_S + WATCHED_S)
    grid_s = WARM_UP_S + np.arange(GRID_S / 2, WATCHED_S, GRID_S)
    number = _number_at(grid_s, arrived_s, left_s).mean()
    return float(number / (LOAD_PER_S * (left_s[here] - arrived_s[here]).mean()))


def stream() -> Scenario:
    """Two thirds of the limit by chance, where every strategy is stable and, being refused little, loses little."""
    lasting_s = WARM_UP_S + WATCHED_S + ENDING_S
    poisson = {"process": "poisson", "messages_per_s": LOAD_PER_S, "duration_s": lasting_s}
    return scene(poisson, account={"max_send_rate_per_s": RATE_PER_S, "max_24h_send": -1, "limiter": {"burst": 30}})


def _terminating(bench: Bench) -> Iterator[Experiment]:
    scenario = load(TERMINATING)
    for strategy in STRATEGIES:
        runs = bench.once(scenario, strategy, partial(number_and_duration, scenario))
        yield Experiment(runs, partial(_exact, strategy))


def _exact(strategy: str, results: Sequence[Result]) -> Iterator[Finding]:
    """L from the workload and the calls, λ W from the figures of a comparison."""
    [result] = results
    entry, (number, observed_s) = result.entry, result.gathered
    expected = entry["recipients"]["accepted"] / observed_s * (entry["latency_s"]["mean"] or 0.0)
    yield Finding(f"L, {strategy}", "", exactly(expected), [number], ROUNDING * expected)


def _steady(bench: Bench) -> Iterator[Experiment]:
    for strategy in STRATEGIES:
        yield Experiment(bench.replicated(stream(), strategy, steady_ratio), partial(_ratio, strategy))


def _ratio(strategy: str, results: Sequence[Result]) -> Iterator[Finding]:
    yield Finding(f"L ÷ λ W, {strategy}", "", exactly(1.0), gathered(results))


SOURCE = "Little, 1961"
LAWS = (
    Law("L = λ W", f"{TERMINATING}, from the first mail to the last", SOURCE, _terminating),
    Law(
        "L = λ W",
        f"a steady stream at {LOAD_PER_S:g} of {RATE_PER_S:g} recipients a second, the same mails for all",
        SOURCE,
        _steady,
    ),
)
