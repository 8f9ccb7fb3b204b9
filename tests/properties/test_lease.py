"""A lease has one holder at a time, however its candidates live, die, hang and come back."""

from __future__ import annotations

from itertools import cycle, pairwise
from typing import NamedTuple

import hypothesis.strategies as st
from hypothesis import example, given

from sim.kernel import Clock, Host, World, begin
from sim.request import Wire
from sim.tables import Client, Table, TableBill
from strategies.consuming.lease import LEASE_S, Lease

END_S = 120.0
LIVES = st.lists(st.tuples(st.floats(0, 60), st.floats(0.1, 60)), min_size=1, max_size=6)
LATENCIES = st.lists(st.floats(0.001, 9.0) | st.just(0.01), min_size=1, max_size=12)


class Holding(NamedTuple):
    """From when on a candidate may act, and until when it believed so while it lived."""

    start_s: float
    end_s: float


class Candidate:
    """Lives for a while, and holds the lease whenever it can."""

    def __init__(self, world: World, table: Table, born_s: float, lives_s: float, latency: list[float]) -> None:
        self._world, self._host = world, Host()
        self._lease = Lease(Clock(world), Client(Wire(world, cycle(latency), Host(), 0.0), table, TableBill()))
        self.holdings: list[Holding] = []
        world.call_at(born_s, lambda: begin(self._live(), self._host, lambda _value, _error: None))
        world.call_at(born_s + lives_s, self._die)

    def _die(self) -> None:
        self._host.alive = False
        if self.holdings:
            start_s, end_s = self.holdings[-1]
            self.holdings[-1] = Holding(start_s, min(end_s, self._world.now_s))

    async def _live(self) -> None:
        while True:
            await self._lease.acquire()
            self._note()
            while self._world.now_s < self._lease.until_s():
                await self._clock_tick()

    async def _clock_tick(self) -> None:
        """One renewal, and how long it is good for."""
        until_s = self._lease.until_s()
        await self._lease.renew_once()
        if self._lease.until_s() > until_s:
            self.holdings[-1] = Holding(self.holdings[-1].start_s, self._lease.until_s())

    def _note(self) -> None:
        self.holdings.append(Holding(self._world.now_s, self._lease.until_s()))


@given(lives=LIVES, latency=LATENCIES)
@example(lives=[(0.0, 34.0), (24.0, 10.0)], latency=[0.01, 5.0, 0.01, 0.01, 8.0])  # put while it was asked for
def test_two_candidates_never_hold_it_at_once(lives: list[tuple[float, float]], latency: list[float]) -> None:
    """Whatever the table's latency, which may be longer than the lease."""
    world, table = World(), Table()
    candidates = [Candidate(world, table, born_s, lives_s, latency) for born_s, lives_s in lives]
    world.run_until(END_S)
    held = sorted(
        holding for candidate in candidates for holding in candidate.holdings if holding.end_s > holding.start_s
    )
    for earlier, later in pairwise(held):
        assert later.start_s >= earlier.end_s


def test_a_dead_holder_is_relieved_within_two_leases() -> None:
    """Its successor waits for a lease that is not renewed, and looks every few seconds."""
    world, table = World(), Table()
    first = Candidate(world, table, 0.0, 20.0, [0.01])
    second = Candidate(world, table, 5.0, 60.0, [0.01])
    world.run_until(END_S)
    assert first.holdings[0].end_s == 20.0
    assert 20.0 < second.holdings[0].start_s <= 20.0 + 2 * LEASE_S
