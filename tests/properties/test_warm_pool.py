"""Which environment takes an invocation: the pool's choices are those of a model that looks at every environment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import hypothesis.strategies as st
from hypothesis import given, settings

from scenarios.aws.lambda_quotas import KEEP_WARM_S, REQUESTS_PER_S
from scenarios.aws.warm_pool import Concurrency, WarmPool

TICK_S = 2.0**-5


class Invocation(NamedTuple):
    """So long after the one before; so long at work; and whether its environment outlives it."""

    gap_s: float
    work_s: float
    survives: bool


REST_S = 1 / REQUESTS_PER_S
some_gap = st.sampled_from((0.0, TICK_S, 2 * TICK_S, REST_S, 8 * TICK_S, KEEP_WARM_S, KEEP_WARM_S + TICK_S))
some_work = st.sampled_from((0.0, TICK_S, 4 * TICK_S))
invocations = st.builds(Invocation, some_gap, some_work, st.sampled_from((True, True, True, False)))


@dataclass(eq=False)
class Environment:
    """What the model itself notes stands beside what the pool does."""

    idle_since_s: float = 0.0
    ready_s: float = 0.0
    begun_s: float = 0.0
    kept_s: float = 0.0
    kept_as: int = 0


class Busy(NamedTuple):
    """An environment at work."""

    until_s: float
    environment: Environment
    survives: bool


class World:
    """Performs what a pool decides, and compares it with what every environment says."""

    def __init__(self, reserved: int | None) -> None:
        self.account = Concurrency()
        self._pool = WarmPool[Environment](reserved, self.account)
        self._reserved = reserved
        self._idle: list[Environment] = []
        self._busy: list[Busy] = []
        self._kept = 0

    def pass_until(self, now_s: float) -> None:
        """Let the invocations end that do so by then."""
        for ended in sorted((one for one in self._busy if one.until_s <= now_s), key=lambda one: one.until_s):
            self._busy.remove(ended)
            self._pool.leave()
            if ended.survives:
                self._keep(ended.environment, ended.until_s)

    def _keep(self, environment: Environment, now_s: float) -> None:
        self._kept += 1
        environment.kept_s, environment.kept_as = now_s, self._kept
        self._pool.keep(environment, now_s)
        self._idle.append(environment)

    def invoke(self, now_s: float, invocation: Invocation) -> None:
        """Refused only where as many run, or rest from their rate, as are reserved."""
        resting = [one for one in self._idle if one.begun_s + REST_S > now_s]
        is_full = self._reserved is not None and len(self._busy) + len(resting) >= self._reserved
        assert self._pool.admit(now_s) is not is_full
        if not is_full:
            self._begin(now_s, invocation)

    def _begin(self, now_s: float, invocation: Invocation) -> None:
        """In the one kept last of those that may serve; where there is none, in a new one."""
        cold = [one for one in self._idle if now_s - one.kept_s > KEEP_WARM_S]
        assert set(self._pool.retire(now_s)) == set(cold)
        self._idle = [one for one in self._idle if one not in cold]
        ready = [one for one in self._idle if one.begun_s + REST_S <= now_s]
        taken = self._pool.take(now_s)
        assert taken is max(ready, key=lambda one: one.kept_as, default=None)
        if taken is not None:
            self._idle.remove(taken)
        environment = taken or Environment()
        environment.begun_s = now_s
        self._pool.begin(environment, now_s)
        self._busy.append(Busy(now_s + invocation.work_s, environment, invocation.survives))

    def check(self) -> None:
        """Never more at once than are reserved, and the account counts the same."""
        assert self.account.running == self._pool.running == len(self._busy)
        assert self._reserved is None or len(self._busy) <= self._reserved


@settings(max_examples=200)
@given(history=st.lists(invocations, min_size=8, max_size=40), reserved=st.sampled_from((1, 2, 3, None)))
def test_the_pool_chooses_as_the_model(history: list[Invocation], reserved: int | None) -> None:
    """Refusal, expiry to the tick, and the most recently used of those that may serve, through any history."""
    world, now_s = World(reserved), 0.0
    for invocation in history:
        now_s += invocation.gap_s
        world.pass_until(now_s)
        world.invoke(now_s, invocation)
        world.check()
