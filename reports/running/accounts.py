"""A run of several accounts: each by itself, because they share nothing, and then all of them in one ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reports.running.experiment import Runner, name_of
from scenarios.ledger.build_ledger import Evidence, Subject, all_pending, build_ledger
from scenarios.ledger.join import Part, joined
from scenarios.ledger.ledger import ACCOUNT, Ledger
from scenarios.runs import Watch
from scenarios.schema.accounts.accounts import POOL
from scenarios.schema.model import Scenario
from scenarios.traffic.slices import numbered_slices_of
from scenarios.traffic.workload import arrivals


@dataclass(frozen=True, repr=False)
class Across:
    """Makes one run for each account that has mail of its own, and one for the pool, by the runner of a single one."""

    runner: Runner

    def __repr__(self) -> str:
        """The same in every process: kept runs are known by who made them."""
        return f"Across({name_of(self.runner)})"

    def __call__(self, scenario: Scenario, strategy: str, seed: int, watch: Watch | None = None) -> Ledger:
        if not scenario.accounts:
            return self.runner(scenario, strategy, seed, watch)
        slices, parts = numbered_slices_of(scenario, seed), dict[str, Part]()
        for name, (part, numbers) in slices.items():
            watched = None if watch is None else _shared(watch, len(parts), len(slices))
            over = any(one.ledger.interrupted for one in parts.values())
            ledger = _not_run(part, parts, seed) if over else self.runner(part, strategy, seed, watched)
            parts[name] = Part(ledger, numbers, tuple(part.accounts) if name == POOL else (name,))
        return joined([*parts.values()], tuple(scenario.accounts))


def _shared(watch: Watch, done: int, of: int) -> Watch:
    """Tells of the whole run what a part tells of itself."""
    return lambda progress: watch(_of_the_whole(progress, done, of))


def _of_the_whole(progress: Callable[[], float], done: int, of: int) -> Callable[[], float]:
    return lambda: (done + progress()) / of


def _not_run(part: Scenario, before: dict[str, Part], seed: int) -> Ledger:
    """What Ctrl-C left of a part that had not begun: all of its mail is pending."""
    first, mails = next(iter(before.values())).ledger, arrivals(part.workload, seed)
    subject = Subject(first.strategy, first.scenario, seed, first.world, first.settings)
    no_calls = {name: column[:0] for name, column in first.calls.items() if name != ACCOUNT}
    return build_ledger(subject, mails, Evidence(0.0, no_calls, all_pending(mails), interrupted=True))
