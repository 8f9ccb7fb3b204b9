"""Several accounts on one local AWS: each is sent through by a run of its own, all at the same time.

At AWS accounts share nothing but time, and real time passes for all of them at once: one after the other a minute's
mail of four accounts would take four minutes, and none would meet the others' load on the machine. Threads carry the
runs, each with an event loop of its own, since what they do is to wait.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from threading import Barrier, BrokenBarrierError, Lock, Thread
from typing import Any

from numpy.typing import NDArray

from loadtests.application.run_lifecycle import RunLifecycle
from loadtests.application.run_request import RunRequest
from loadtests.moto.local_aws import Moto, patiently_looked, usage_of
from loadtests.moto.play import Played, played
from loadtests.ports.local import Caller
from loadtests.ports.local_accounts import local_account
from loadtests.record.run_name import of_slice
from scenarios.errors import BadInput, RunFailed
from scenarios.ledger.join import Part, joined
from scenarios.ledger.ledger import Ledger
from scenarios.runs import Watch
from scenarios.schema.model import Scenario
from scenarios.system.interrupts import interrupts_call
from scenarios.traffic.slices import numbers_of, slices_of

STUCK_S = 5.0  # after Ctrl-C: a run takes so long only where a strategy's loop awaits nothing


def requests_of(scenario: Scenario, strategy: str, seed: int) -> dict[str, RunRequest]:
    """What is asked of each account, by its name. Raises BadInput and RunFailed."""
    refuse_pool(scenario)
    return {name: RunRequest.of(part, strategy, seed) for name, part in slices_of(scenario).items()}


def refuse_pool(scenario: Scenario) -> None:
    """Raises BadInput for accounts that send one backlog together."""
    if scenario.pool is not None:
        raise BadInput(f"{scenario.name}: [pool]: is only simulated; use --on sim, or [split] in its place")


def joined_of(scenario: Scenario, seed: int, ledgers: Mapping[str, Ledger]) -> Ledger:
    """All in one ledger, by each account's name."""
    numbers = numbers_of(scenario, seed)
    return joined([Part(ledger, numbers[name], (name,)) for name, ledger in ledgers.items()], tuple(scenario.accounts))


def caller_of(scenario: Scenario, name: str) -> Caller:
    """The key of one of the scenario's accounts, in the account's region."""
    return local_account(name).calling(scenario.accounts[name].region)


class AllReady:
    """Time zero is one for all: it is set when the last of so many runs is ready to begin."""

    def __init__(self, moto: Moto, runs: int) -> None:
        self._moto, self._zero_unix_s = moto, 0
        self._barrier = Barrier(runs, self._begin)

    def _begin(self) -> None:
        self._zero_unix_s = self._moto.begin()

    def wait(self) -> int:
        """The second of Unix time that is scenario second 0; raises RunFailed if there will be none."""
        try:
            self._barrier.wait()
        except BrokenBarrierError:
            raise RunFailed("the run of another account did not begin") from None
        return self._zero_unix_s

    def give_up(self) -> None:
        """A run will never be ready."""
        self._barrier.abort()


class OneAccount:
    """The local AWS as one account's run sees it."""

    def __init__(self, moto: Moto, name: str, caller: Caller, ready: AllReady) -> None:
        self._moto, self._ready, self.url = moto, ready, moto.url
        self._aws = moto.asked_about(local_account(name).number, caller.region)

    def begin(self) -> int:
        """Not before all are ready."""
        return self._ready.wait()

    def look(self) -> int:
        """How many sends of the account SES has not decided on; raises RunFailed without an answer."""
        return patiently_looked(self._aws)

    def kill(self) -> None:
        """Of all: no other account has an answer either where this one has none."""
        self._moto.kill()

    def calls(self) -> NDArray[Any]:
        """What SES has decided for the account."""
        return self._aws.decisions()

    def queues(self) -> dict[str, list[dict[str, Any]]]:
        """The account's queues."""
        return self._aws.queues()

    def usage(self, polls: int) -> dict[str, float]:
        """What was asked with the account's keys, but for `polls` of the harness's own."""
        return usage_of(self._aws, polls)


class Across:
    """The runs of all accounts; the first error of one ends the others, and Ctrl-C ends all."""

    def __init__(self, scenario: Scenario, requests: Mapping[str, RunRequest], moto: Moto, log: Path) -> None:
        self._scenario, self._requests, self._moto, self._log = scenario, requests, moto, log
        self._ready, self._lock = AllReady(moto, len(requests)), Lock()
        self._lifecycles: list[RunLifecycle] = []
        self._progress: list[Callable[[], float]] = []
        self._errors: list[BaseException] = []
        self._left: dict[str, Played] = {}
        self.interrupted = False

    def play(self, until_over: ExitStack, watch: Watch | None = None) -> dict[str, Played]:
        """What each account's run leaves; from then on Ctrl-C breaks off nothing until `until_over` closes."""
        if watch is not None:
            watch(self._done)
        until_over.enter_context(interrupts_call(self._interrupt, STUCK_S))
        threads = [
            Thread(target=self._one, args=(name,), name=f"account {name}", daemon=True) for name in self._requests
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._errors:
            raise self._errors[0]
        return {name: self._left[name] for name in self._requests}

    def _one(self, name: str) -> None:
        caller = caller_of(self._scenario, name)
        endpoint = OneAccount(self._moto, name, caller, self._ready)
        play = partial(played, self._requests[name], endpoint, of_slice(self._log, name))
        try:
            with ExitStack() as until_over:
                self._left[name] = play(until_over, self._progress.append, caller, self._begun)
        except BaseException as error:  # of whatever kind: it is raised where the runs were begun
            self._fail(error)

    def _begun(self, lifecycle: RunLifecycle) -> None:
        with self._lock:
            self._lifecycles.append(lifecycle)
            if self.interrupted or self._errors:
                lifecycle.interrupt()

    def _fail(self, error: BaseException) -> None:
        with self._lock:
            self._errors.append(error)
            self._end_all()
        self._ready.give_up()

    def _interrupt(self) -> None:
        """Called by a signal, in between whatever this thread does: it only waits."""
        self.interrupted = True
        self._end_all()

    def _end_all(self) -> None:
        for lifecycle in list(self._lifecycles):
            lifecycle.interrupt()

    def _done(self) -> float:
        """The share that is done of the run that takes longest."""
        shares = [progress() for progress in list(self._progress)]
        return min(shares) if len(shares) == len(self._requests) else 0.0
