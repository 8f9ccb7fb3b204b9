"""Runs for the page: in processes of their own, one question after the other, the last results remembered."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from math import inf
from threading import Lock
from typing import NamedTuple

from reports.figures.curves import taking
from reports.running.experiment import Result, Runner, Standing, jobs
from reports.running.parallel import Crew
from reports.running.store.identity import alone, state_of, traces_of
from scenarios.measures.cost import Prices
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import as_toml

MOST_KNOWN = 400  # results, each of a few thousand numbers
LOOK_EVERY_S = 0.1

Progress = Callable[[float | None], None]
"""Told the share of all runs that is done, and None while another question has the processes."""


class Simulation(NamedTuple):
    """What makes the runs of a scenario, once it is known that these contenders suit it, and what a bill needs."""

    runner: Callable[[Scenario, Sequence[str]], Runner]
    prices: Prices
    standing: Standing


class Over(Exception):
    """Nobody waits for the answer any more."""


class Simulator:
    """Asked by many threads, of which one at a time has the processes."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation, self._turn, self._closing = simulation, Lock(), False
        self._crew = Crew(os.cpu_count() or 1)
        self._took_s = dict[str, float]()
        self._known: OrderedDict[Hashable, list[Result]] = OrderedDict()

    def results(
        self,
        scenario: Scenario,
        contenders: Sequence[str],
        replications: int,
        progress: Progress,
        is_over: Callable[[], bool],
    ) -> list[Result]:
        """All runs of all contenders, in their order. Raises BadInput, RunFailed, and Over as soon as `is_over`."""
        runner = self._simulation.runner(scenario, contenders)
        keys = {one: _key(scenario, one, replications) for one in contenders}
        self._wait(progress, is_over)
        try:
            unknown = self._longest_first(one for one in contenders if keys[one] not in self._known)
            if unknown:
                made = self._made(runner, scenario, unknown, replications, progress, is_over)
                self._known.update(zip(map(keys.__getitem__, unknown), made, strict=True))
                self._took_s |= {some[0].entry["strategy"]: some[0].entry["wall_s"] for some in made}
            for one in contenders:
                self._known.move_to_end(keys[one])
            found = [result for one in contenders for result in self._known[keys[one]]]
            while len(self._known) > max(MOST_KNOWN // replications, len(contenders)):
                self._known.popitem(last=False)
            return found
        finally:
            self._turn.release()

    def end(self) -> None:
        """Break off whatever runs, and begin nothing new; returns at once."""
        self._closing = True

    def close(self) -> None:
        """End whatever runs, and the processes."""
        self.end()
        with self._turn:
            self._crew.dismiss()

    def _wait(self, progress: Progress, is_over: Callable[[], bool]) -> None:
        while not self._turn.acquire(timeout=LOOK_EVERY_S):
            progress(None)
            if is_over() or self._closing:
                raise Over
        progress(0.0)
        if self._closing:
            self._turn.release()
            raise Over

    def _longest_first(self, contenders: Iterable[str]) -> list[str]:
        """By what they took last, so that no processor is left with a long run when the others are done."""
        return sorted(contenders, key=lambda one: -self._took_s.get(one, inf))

    def _made(
        self,
        runner: Runner,
        scenario: Scenario,
        contenders: Sequence[str],
        replications: int,
        progress: Progress,
        is_over: Callable[[], bool],
    ) -> list[list[Result]]:
        """In the order of the contenders; what is broken off is lost, and the processes stand ready."""
        prices, standing = self._simulation.prices, self._simulation.standing
        gathers = taking(scenario)
        asked = jobs(runner, scenario, contenders, replications, prices, None, gathers, standing)
        shares = dict[int, float]()

        def show(number: int, share: float) -> None:
            if is_over() or self._closing:
                raise Over
            shares[number] = share
            progress(sum(shares.values()) / len(asked))

        try:
            self._crew.work(asked, show)
        except Over:
            self._crew.break_off()
            raise
        outcome = self._crew.outcome()
        if outcome.failure is not None:
            raise outcome.failure
        if outcome.interrupted:
            raise Over
        return [outcome.results[at : at + replications] for at in range(0, len(asked), replications)]


def _key(scenario: Scenario, contender: str, replications: int) -> Hashable:
    """All that a contender's runs depend on."""
    return contender, replications, as_toml(alone(scenario, contender)), tuple(map(state_of, traces_of(scenario)))
