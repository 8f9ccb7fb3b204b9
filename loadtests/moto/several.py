"""Several accounts on one local AWS: each is sent through by a run of its own, all at the same time.

At AWS accounts share nothing but time, and real time passes for all of them at once: one after the other a minute's
mail of four accounts would take four minutes, and none would meet the others' load on the machine. Threads carry the
runs, each with an event loop of its own, since what they do is to wait.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Barrier, BrokenBarrierError, Lock, Thread
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from loadtests.application.run_lifecycle import RunLifecycle
from loadtests.application.run_request import RunRequest
from loadtests.moto.local_aws import Moto, patiently_looked, usage_of
from loadtests.moto.play import Played, Pooled, played
from loadtests.moto.world import Endpoint
from loadtests.ports.local import Caller
from loadtests.ports.local_accounts import local_account
from loadtests.ports.ses import Envelope, source_of
from loadtests.record.run_name import of_slice
from scenarios.delivery.deliveries import with_delivered
from scenarios.errors import RunFailed
from scenarios.ledger.build_ledger import Evidence
from scenarios.ledger.join import Part, joined
from scenarios.ledger.ledger import Ledger
from scenarios.runs import Watch
from scenarios.schema.model import Scenario
from scenarios.system.interrupts import interrupts_call
from scenarios.traffic.slices import numbered_slices_of, slices_of

STUCK_S = 5.0  # after Ctrl-C: a run takes so long only where a strategy's loop awaits nothing


def requests_of(scenario: Scenario, strategy: str, seed: int) -> dict[str, RunRequest]:
    """What is asked of each account, by its name, and of the pool. Raises BadInput and RunFailed."""
    made = {name: RunRequest.of(part, strategy, seed) for name, part in slices_of(scenario).items()}
    return {
        name: replace(request, envelope=envelope_of(scenario, first_of(request, name), request.envelope))
        for name, request in made.items()
    }


def first_of(request: RunRequest, name: str) -> str:
    """The account whose key a part's queues and tables have: its own, or of a pool the first one's."""
    return next(iter(request.scenario.accounts), name)


def envelope_of(scenario: Scenario, name: str, usual: Envelope) -> Envelope:
    """From whom an account's mail is: somebody at its identity, if it has one, and else as usual."""
    identity = scenario.accounts[name].identity
    return usual if identity is None else usual._replace(source=source_of(identity))


def ledger_of(request: RunRequest, evidence: Evidence) -> Ledger:
    """A part's own ledger."""
    whole = with_delivered(evidence, request.scenario, request.seed)
    return replace(request.ledger(whole, "moto"), accounts=tuple(request.scenario.accounts))


def joined_of(scenario: Scenario, seed: int, ledgers: Mapping[str, Ledger]) -> Ledger:
    """All in one ledger, by each part's name."""
    slices = numbered_slices_of(scenario, seed)
    parts = [Part(ledger, slices[name].numbers, ledger.accounts or (name,)) for name, ledger in ledgers.items()]
    return joined(parts, tuple(scenario.accounts))


def caller_of(scenario: Scenario, name: str) -> Caller:
    """The key of one of the scenario's accounts, in the account's region."""
    return local_account(name).calling(scenario.accounts[name].region)


class OneEndpoint(Endpoint, Protocol):
    """A local AWS as a run sees it that is not alone there: by the accounts that it sends through."""

    def decisions_of(self, account: str) -> NDArray[Any]:
        """What SES has decided for one of them, as rows of `record.logs.DECISION`, on the run's clock."""
        ...


class Place(Protocol):
    """Where the runs take place."""

    def of(self, callers: Mapping[str, Caller]) -> OneEndpoint:
        """As a run sees it that sends through these accounts."""
        ...

    def give_up(self) -> None:
        """A run will never be ready."""
        ...


class Together:
    """A local AWS of so many runs' own. Time zero is one for all: it is set when the last of them is ready to begin."""

    def __init__(self, moto: Moto, runs: int) -> None:
        self._moto, self._zero_unix_s = moto, 0
        self._barrier = Barrier(runs, self._begin)

    def of(self, callers: Mapping[str, Caller]) -> OneRun:
        return OneRun(self._moto, callers, self.wait)

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
        self._barrier.abort()


class OneRun:
    """The local AWS by the accounts of one run, which begins when all are ready."""

    def __init__(self, moto: Moto, callers: Mapping[str, Caller], begin: Callable[[], int]) -> None:
        self._moto, self.begin, self.url = moto, begin, moto.url
        self._clients = {
            name: moto.asked_about(local_account(name).number, caller.region) for name, caller in callers.items()
        }

    def look(self) -> int:
        """How many sends of the accounts SES has not decided on; raises RunFailed without an answer."""
        return sum(map(patiently_looked, self._clients.values()))

    def kill(self) -> None:
        """Of all: no other run has an answer either where this one has none."""
        self._moto.kill()

    def calls(self) -> NDArray[Any]:
        """What SES has decided for the accounts."""
        return np.concatenate([client.decisions() for client in self._clients.values()])

    def decisions_of(self, account: str) -> NDArray[Any]:
        return self._clients[account].decisions()

    def queues(self) -> dict[str, list[dict[str, Any]]]:
        """The accounts' queues, whose names no two share."""
        return {name: held for client in self._clients.values() for name, held in client.queues().items()}

    def usage(self, polls: int) -> dict[str, float]:
        """What was asked with the accounts' keys, but for `polls` of the harness's own."""
        usage = Counter[str]()
        for client in self._clients.values():
            usage.update(usage_of(client, 0))
        usage["sqs_requests"] -= polls
        return dict(usage)


class Across:
    """The runs of all accounts; the first error of one ends the others, and Ctrl-C ends all."""

    def __init__(
        self, scenario: Scenario, requests: Mapping[str, RunRequest], place: Place, log: Path, usual: Envelope
    ) -> None:
        """`usual` is the envelope of an account that has no identity."""
        self._scenario, self._requests, self._place = scenario, requests, place
        self._log, self._usual = log, usual
        self._lock = Lock()
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
        request = self._requests[name]
        callers = {one: caller_of(self._scenario, one) for one in request.scenario.accounts or (name,)}
        first = next(iter(callers.values()))
        try:
            endpoint = self._place.of(callers)
            pooled = [self._pooled(one, callers[one], endpoint) for one in request.scenario.accounts]
            play = partial(played, request, endpoint, of_slice(self._log, name))
            with ExitStack() as until_over:
                self._left[name] = play(until_over, self._progress.append, first, pooled, self._begun)
        except BaseException as error:  # of whatever kind: it is raised where the runs were begun
            self._fail(error)

    def _pooled(self, name: str, caller: Caller, endpoint: OneEndpoint) -> Pooled:
        envelope = envelope_of(self._scenario, name, self._usual)
        rate_per_s = self._scenario.accounts[name].max_send_rate_per_s
        return Pooled(caller, envelope, rate_per_s, partial(endpoint.decisions_of, name))

    def _begun(self, lifecycle: RunLifecycle) -> None:
        with self._lock:
            self._lifecycles.append(lifecycle)
            if self.interrupted or self._errors:
                lifecycle.interrupt()

    def _fail(self, error: BaseException) -> None:
        with self._lock:
            self._errors.append(error)
            self._end_all()
        self._place.give_up()

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
