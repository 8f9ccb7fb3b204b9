"""Two paced pods as an engineer would write them straight in SimPy: what our kernel is measured against.

Both draw their latencies up front, as ours does, and both count tokens in a float, which is cheaper than our exact
integers. Neither knows mails of several recipients, faults, connections, fates or strategies.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable

import simpy

Process = Generator[simpy.Event, None, None]


class Bucket:
    """A token bucket of floats."""

    def __init__(self, rate_per_s: float, burst: float) -> None:
        self.rate_per_s, self.burst, self.level, self.at_s = rate_per_s, burst, burst, 0.0

    def admit(self, now_s: float) -> bool:
        self.level = min(self.burst, self.level + (now_s - self.at_s) * self.rate_per_s)
        self.at_s = now_s
        if self.level < 1:
            return False
        self.level -= 1
        return True


def only_calls(accepts: list[float], rate_per_s: float) -> int:
    """The simple model: a pod waits its turn and starts a call, which is decided upon after half its latency."""
    env, bucket, accepted = simpy.Environment(), Bucket(rate_per_s, rate_per_s), [0]

    def call(number: int) -> Process:
        yield env.timeout(accepts[number] / 2)
        accepted[0] += bucket.admit(env.now)

    def pod(numbers: Iterable[int]) -> Process:
        for number in numbers:
            env.process(call(number))
            yield env.timeout(2 / rate_per_s)

    _run_two(env, pod, len(accepts))
    return accepted[0]


def start_decision_end(accepts: list[float], refusals: list[float], rate_per_s: float) -> list[tuple[object, ...]]:
    """The same work as ours: start, decision and end of each call, and a row for each."""
    env, bucket = simpy.Environment(), Bucket(rate_per_s, rate_per_s)
    rows: list[tuple[object, ...]] = []

    def call(number: int) -> Process:
        start_s, accept_s, refuse_s = env.now, accepts[number], refusals[number]
        half_s = min(accept_s, refuse_s) / 2
        yield env.timeout(half_s)
        decided_s, admitted = env.now, bucket.admit(env.now)
        yield env.timeout((accept_s if admitted else refuse_s) - half_s)
        rows.append((number, 1, start_s, decided_s, env.now, admitted))

    def pod(numbers: Iterable[int]) -> Process:
        for number in numbers:
            env.process(call(number))
            yield env.timeout(2 / rate_per_s)

    _run_two(env, pod, len(accepts))
    return rows


def only_calls_by_callback(accepts: list[float], rate_per_s: float) -> int:
    """The simple model without a process per call: a bare timeout with a callback."""
    env, bucket, accepted = simpy.Environment(), Bucket(rate_per_s, rate_per_s), [0]

    def decide(_event: simpy.Event) -> None:
        accepted[0] += bucket.admit(env.now)

    def pod(numbers: Iterable[int]) -> Process:
        for number in numbers:
            env.timeout(accepts[number] / 2).callbacks.append(decide)
            yield env.timeout(2 / rate_per_s)

    _run_two(env, pod, len(accepts))
    return accepted[0]


def start_decision_end_by_callback(
    accepts: list[float], refusals: list[float], rate_per_s: float
) -> list[tuple[object, ...]]:
    """The same work as ours without a process per call: two bare timeouts with callbacks."""
    env, bucket = simpy.Environment(), Bucket(rate_per_s, rate_per_s)
    rows: list[tuple[object, ...]] = []

    def call(number: int) -> None:
        start_s, accept_s, refuse_s = env.now, accepts[number], refusals[number]
        half_s = min(accept_s, refuse_s) / 2

        def decide(_event: simpy.Event) -> None:
            decided_s, admitted = env.now, bucket.admit(env.now)

            def end(_event: simpy.Event) -> None:
                rows.append((number, 1, start_s, decided_s, env.now, admitted))

            env.timeout((accept_s if admitted else refuse_s) - half_s).callbacks.append(end)

        env.timeout(half_s).callbacks.append(decide)

    def pod(numbers: Iterable[int]) -> Process:
        for number in numbers:
            call(number)
            yield env.timeout(2 / rate_per_s)

    _run_two(env, pod, len(accepts))
    return rows


def _run_two(env: simpy.Environment, pod: object, mails: int) -> None:
    for first in range(2):
        env.process(pod(range(first, mails, 2)))  # type: ignore[operator]
    env.run()
