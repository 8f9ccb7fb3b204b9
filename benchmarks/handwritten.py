"""Two paced pods as an engineer would write them straight in SimPy: what our kernel is measured against.

Written in SimPy's idiom (a process per pod and per call, latencies drawn where they are needed, a token bucket of
floats) and, for comparison, as fast as SimPy goes (no process per call, latencies drawn before the clock starts).
None of them knows several recipients, faults, connections, processor time, fates, or a strategy apart from its world.
"""

from __future__ import annotations

import random  # noqa: TID251  # this is what is written by hand
from collections import deque
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

import simpy

Process = Generator[simpy.Event, None, None]
Row = tuple[int, int, float, float, float, bool]


@dataclass(frozen=True)
class Mail:
    """A mail as it waits in its pod."""

    number: int
    recipients: int
    intended_s: float


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


def only_calls(mails: int, rate_per_s: float, accept: Latency, refuse: Latency) -> int:
    """The simple model: a call asks the bucket as it starts and lasts as long as its outcome does. Counts the accepted.

    It draws both latencies, whatever the outcome, so that each mail meets the same network in every model.
    """
    env, bucket = simpy.Environment(), Bucket(rate_per_s, rate_per_s)
    accepted = 0

    def call(mail: Mail) -> Process:
        nonlocal accepted
        accept_s, refuse_s = accept.draw(), refuse.draw()
        admitted = bucket.admit(env.now, mail.recipients)
        yield env.timeout(accept_s if admitted else refuse_s)
        accepted += admitted

    _run_two_pods(env, mails, rate_per_s, lambda mail: env.process(call(mail)))
    return accepted


def start_decision_end(mails: int, rate_per_s: float, accept: Latency, refuse: Latency) -> list[Row]:
    """The same work as ours: start, decision and end of each call, and a row for each."""
    env, bucket = simpy.Environment(), Bucket(rate_per_s, rate_per_s)
    rows: list[Row] = []

    def call(mail: Mail) -> Process:
        start_s, accept_s, refuse_s = env.now, accept.draw(), refuse.draw()
        half_s = min(accept_s, refuse_s) / 2
        yield env.timeout(half_s)
        decided_s, admitted = env.now, bucket.admit(env.now, mail.recipients)
        yield env.timeout((accept_s if admitted else refuse_s) - half_s)
        rows.append((mail.number, mail.recipients, start_s, decided_s, env.now, admitted))

    _run_two_pods(env, mails, rate_per_s, lambda mail: env.process(call(mail)))
    return rows


def fastest(accepts: Sequence[float], refusals: Sequence[float], rate_per_s: float) -> list[Row]:
    """The same work without a process per call and with the latencies given: two bare timeouts with callbacks."""
    env, bucket = simpy.Environment(), Bucket(rate_per_s, rate_per_s)
    rows: list[Row] = []

    def call(mail: Mail) -> None:
        start_s, accept_s, refuse_s = env.now, accepts[mail.number], refusals[mail.number]
        half_s = min(accept_s, refuse_s) / 2

        def decide(_event: simpy.Event) -> None:
            decided_s, admitted = env.now, bucket.admit(env.now, mail.recipients)

            def end(_event: simpy.Event) -> None:
                rows.append((mail.number, mail.recipients, start_s, decided_s, env.now, admitted))

            _then(env.timeout((accept_s if admitted else refuse_s) - half_s), end)

        _then(env.timeout(half_s), decide)

    _run_two_pods(env, len(accepts), rate_per_s, call)
    return rows


def _then(event: simpy.Event, callback: Callable[[simpy.Event], None]) -> None:
    assert event.callbacks is not None
    event.callbacks.append(callback)


def _run_two_pods(env: simpy.Environment, mails: int, rate_per_s: float, call: Callable[[Mail], object]) -> None:
    inboxes: tuple[deque[Mail], deque[Mail]] = deque(), deque()
    for number in range(mails):
        inboxes[number % 2].append(Mail(number, 1, 0.0))

    def pod(inbox: deque[Mail]) -> Process:
        while inbox:
            mail = inbox.popleft()
            call(mail)
            yield env.timeout(mail.recipients * 2 / rate_per_s)

    for inbox in inboxes:
        env.process(pod(inbox))
    env.run()
