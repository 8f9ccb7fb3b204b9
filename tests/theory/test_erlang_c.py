"""A function with reserved concurrency c behind a queue is M/M/c: Erlang's C formula gives who waits, and how long."""

from __future__ import annotations

from collections import deque
from functools import partial
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
import pytest

from reports.statistics.intervals import interval
from reports.verify.closed_forms import erlang_c, m_m_c_mean_wait_s
from scenarios.aws.warm_pool import Concurrency
from sim import kernel
from sim.functions import Function
from sim.kernel import Clock, Host, World, ignore
from strategies.ports import InvokeThrottled
from strategies.resources import Function as Declared
from strategies.resources import Handler

REPLICATIONS, CALLS, WARM_UP = 16, 5_000, 1_000  # the desk opens empty: the warm-up fills it
MEAN_S = 100_000.0  # far above the 0.1 s that one environment needs between two requests


class FrontDesk:
    """First come, first served: whoever finds the function full waits for the next invocation to end."""

    def __init__(self, servers: int) -> None:
        self.world, self.ended, self.most_running = World(), 0, 0
        self._clock, self._account, self._servers = Clock(self.world), Concurrency(), servers
        self._line: deque[tuple[float, float]] = deque()
        self.waits_s: list[float] = []
        declared = Declared("f", self._unused, timeout_s=1e9, reserved_concurrency=servers)
        self.function = Function(
            self.world, declared, self._account, self._handler, repeat(0.0), repeat(0.0), on_death=ignore
        )

    def _unused(self, ports: Any) -> Handler:
        raise AssertionError("the handler comes from the host")

    def _handler(self, host: Host) -> Handler:
        async def work(event: tuple[float, float]) -> None:
            arrived_s, service_s = event
            self.most_running = max(self.most_running, len(self.waits_s) + 1 - self.ended)
            self.waits_s.append(self._clock.now() - arrived_s)
            await self._clock.sleep(service_s)

        return work

    def arrive(self, service_s: float) -> None:
        """A caller with so much work for the function."""
        self._line.append((self.world.now_s, service_s))
        self._admit()

    def _admit(self) -> None:
        while self._line and self._account.running < self._servers:
            kernel.serve(self.see_through(self._line.popleft()))

    async def see_through(self, call: tuple[float, float]) -> None:
        await self.function.invoke(call)
        self.ended += 1
        self._admit()


class Served(NamedTuple):
    """A replication's figures after the warm-up."""

    mean_wait_s: float
    share_waiting: float


def serve(servers: int, load: float, seed: int) -> Served:
    """Poisson arrivals with exponential work; the waits of all calls after the warm-up, in the order of arrival."""
    desk, rng = FrontDesk(servers), np.random.default_rng([servers, seed])
    arrivals_s = np.cumsum(rng.exponential(MEAN_S / load, CALLS)).tolist()
    for at_s, service_s in zip(arrivals_s, rng.exponential(MEAN_S, CALLS).tolist(), strict=True):
        desk.world.call_at(at_s, partial(desk.arrive, service_s))
    desk.world.run_until(1e12)
    assert desk.ended == len(desk.waits_s) == desk.function.bill().requests == CALLS
    assert desk.most_running == servers
    waits_s = np.array(desk.waits_s[WARM_UP:])
    return Served(float(waits_s.mean()), float((waits_s > 0.0).mean()))


@pytest.mark.parametrize(("servers", "rho"), [(1, 0.5), (3, 0.75), (10, 0.7)])
def test_m_m_c(servers: int, rho: float) -> None:
    """C(c, a) of all calls wait, and the mean wait is C(c, a) ÷ (c μ - λ): both in their intervals.

    Fixed seeds make the verdict the same each time; the asserted sharpness says what error it would notice.
    """
    load = servers * rho
    served = [serve(servers, load, seed) for seed in range(REPLICATIONS)]
    assert_held(erlang_c(servers, load), [one.share_waiting for one in served], 0.2)
    assert_held(m_m_c_mean_wait_s(servers, load, MEAN_S), [one.mean_wait_s for one in served], 0.3)


def assert_held(theory: float, means: list[float], sharpness: float) -> None:
    """The interval of 99.9 % holds what theory says, and is no wider than so great a share of it on either side."""
    low, high = interval(means, 0.999)
    assert low <= theory <= high
    assert (high - low) / 2 < sharpness * theory


def test_a_full_function_refuses() -> None:
    """What reserved concurrency has no room for is refused at once, and nothing runs or is billed for it."""
    desk = FrontDesk(2)
    for _ in range(2):
        desk.arrive(1.0)
    with pytest.raises(InvokeThrottled):
        kernel.serve(desk.see_through((0.0, 1.0)))
    desk.world.run_until(10.0)
    assert desk.function.bill().requests == 2
