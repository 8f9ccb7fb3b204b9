"""Two paced pods as an engineer would write them straight in SimPy: what our simulator is measured against.

Each model has a token bucket of floats and keeps a row for each call. None of them knows faults, connections, processor
time, fates, or a strategy apart from its world.
"""

from __future__ import annotations

import random  # noqa: TID251  # this is what is written by hand
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any

import simpy

from strategies.ports import Mail

Process = Generator[simpy.Event, Any, None]
Row = tuple[int, int, float, float, bool]
FullRow = tuple[int, int, float, float, float, bool]


@dataclass(frozen=True)
class Latency:
    """A lognormal latency, drawn when it is needed."""

    mu: float
    sigma: float
    chance: random.Random

    def draw(self) -> float:
        return self.chance.lognormvariate(self.mu, self.sigma)


class Bucket:
    """A token bucket of floats."""

    def __init__(self, rate_per_s: float, burst: float) -> None:
        self.rate_per_s, self.burst, self.level, self.at_s = rate_per_s, burst, burst, 0.0

    def admit(self, now_s: float, recipients: int) -> bool:
        self.level = min(self.burst, self.level + (now_s - self.at_s) * self.rate_per_s)
        self.at_s = now_s
        if self.level < recipients:
            return False
        self.level -= recipients
        return True


@dataclass(frozen=True)
class Network:
    """What a model draws its calls from."""

    rate_per_s: float
    accept: Latency
    refuse: Latency


class Calls:
    """A process per call: it asks the bucket as it starts, and lasts as long as its outcome does; one draw."""

    def __init__(self, env: simpy.Environment, network: Network) -> None:
        self._env, self._network, self.rows = env, network, list[Row]()
        self._bucket = Bucket(network.rate_per_s, network.rate_per_s)

    def begin(self, mail: Mail) -> None:
        self._env.process(self._call(mail))

    def _call(self, mail: Mail) -> Process:
        start_s, network = self._env.now, self._network
        admitted = self._bucket.admit(start_s, mail.recipients)
        yield self._env.timeout((network.accept if admitted else network.refuse).draw())
        self.rows.append((mail.number, mail.recipients, start_s, self._env.now, admitted))


def stores(mails: Sequence[Mail], network: Network) -> list[Row]:
    """SimPy's idiom: a source puts each mail into its pod's store as it falls due."""
    env = simpy.Environment()
    calls, inboxes = Calls(env, network), [simpy.Store(env), simpy.Store(env)]

    def source() -> Process:
        for mail in mails:
            if mail.intended_s > env.now:
                yield env.timeout(mail.intended_s - env.now)
            inboxes[mail.number % 2].put(mail)

    def pod(inbox: simpy.Store) -> Process:
        while True:
            mail: Mail = yield inbox.get()
            calls.begin(mail)
            yield env.timeout(mail.recipients * 2 / network.rate_per_s)

    env.process(source())
    for inbox in inboxes:
        env.process(pod(inbox))
    env.run()
    return calls.rows


def lists(mails: Sequence[Mail], network: Network) -> list[Row]:
    """Simpler still, and faster: each pod knows its mails beforehand, and sleeps until the next is due."""
    env = simpy.Environment()
    calls = Calls(env, network)
    _run_two_pods(env, mails, network.rate_per_s, calls.begin)
    return calls.rows


def fastest(
    mails: Sequence[Mail], rate_per_s: float, accepts: Sequence[float], refusals: Sequence[float]
) -> list[FullRow]:
    """As fast as SimPy goes: no process per call, latencies given; start, decision and end of each call."""
    env, bucket = simpy.Environment(), Bucket(rate_per_s, rate_per_s)
    rows: list[FullRow] = []

    def call(mail: Mail) -> None:
        start_s, accept_s, refuse_s = env.now, accepts[mail.number], refusals[mail.number]
        half_s = min(accept_s, refuse_s) / 2

        def decide(_event: simpy.Event) -> None:
            decided_s, admitted = env.now, bucket.admit(env.now, mail.recipients)

            def end(_event: simpy.Event) -> None:
                rows.append((mail.number, mail.recipients, start_s, decided_s, env.now, admitted))

            _then(env.timeout((accept_s if admitted else refuse_s) - half_s), end)

        _then(env.timeout(half_s), decide)

    _run_two_pods(env, mails, rate_per_s, call)
    return rows


def _then(event: simpy.Event, callback: Callable[[simpy.Event], None]) -> None:
    assert event.callbacks is not None
    event.callbacks.append(callback)


def _run_two_pods(
    env: simpy.Environment, mails: Sequence[Mail], rate_per_s: float, call: Callable[[Mail], object]
) -> None:
    def pod(inbox: Sequence[Mail]) -> Process:
        for mail in inbox:
            if mail.intended_s > env.now:
                yield env.timeout(mail.intended_s - env.now)
            call(mail)
            yield env.timeout(mail.recipients * 2 / rate_per_s)

    for first in (0, 1):
        env.process(pod(mails[first::2]))
    env.run()
