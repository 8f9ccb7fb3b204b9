"""Coroutines on virtual time: order, waiting together, errors, death and timers."""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine
from functools import partial
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from sim.kernel import Alarm, Clock, Group, Host, Reply, World, begin, serve

HORIZON_S = 100.0
INSTANTS_S = st.integers(0, 5).map(float)  # few, so that many coincide


class ClientError(Exception):
    """Made like botocore's errors: not from `args` alone."""

    def __init__(self, *, code: str) -> None:
        super().__init__(f"An error occurred ({code})")
        self.code = code


class Outcome:
    """What a task came to."""

    def __init__(self) -> None:
        self.value: Any = None
        self.error: BaseException | None = None
        self.ended = False

    def __call__(self, value: Any, error: BaseException | None) -> None:
        self.value, self.error, self.ended = value, error, True


def run(world: World, coroutine: Coroutine[Any, Any, Any], host: Host | None = None) -> Outcome:
    """Run a coroutine on a host until nothing is left to happen."""
    outcome = Outcome()
    begin(coroutine, host or Host(), outcome)
    world.run_until(HORIZON_S)
    return outcome


@given(st.lists(st.tuples(INSTANTS_S, st.booleans(), st.lists(INSTANTS_S, max_size=3)), max_size=20))
def test_events_fire_by_instant_and_then_in_the_order_in_which_they_were_put_there(
    plan: list[tuple[float, bool, list[float]]],
) -> None:
    """Timers and sleeps in one order, those too that an event puts there, and each at its own instant."""
    world, put, fired = World(), list[tuple[float, int]](), list[tuple[float, int]]()
    clock = Clock(world)

    def put_there(at_s: float, asleep: bool, delays_s: list[float]) -> None:
        event = (at_s, len(put))
        put.append(event)

        def fire() -> None:
            assert clock.now() == at_s
            fired.append(event)
            for delay_s in delays_s:
                put_there(at_s + delay_s, not asleep, [])

        async def sleep() -> None:
            await clock.sleep(at_s - clock.now())
            fire()

        if asleep:
            serve(sleep())
        else:
            world.call_at(at_s, fire)

    for at_s, asleep, delays_s in plan:
        put_there(at_s, asleep, delays_s)
    world.run_until(HORIZON_S)
    assert fired == sorted(put)


def test_simultaneous_sleepers_wake_in_the_order_in_which_they_fell_asleep() -> None:
    """A sleep of no time lets all others go on first, at the same instant."""
    world, seen = World(), list[tuple[str, int, float]]()
    clock = Clock(world)

    async def sleeper(name: str) -> None:
        for turn in range(2):
            await clock.sleep(0.0)
            seen.append((name, turn, clock.now()))

    serve(sleeper("a"))
    serve(sleeper("b"))
    world.run_until(HORIZON_S)
    assert seen == [("a", 0, 0.0), ("b", 0, 0.0), ("a", 1, 0.0), ("b", 1, 0.0)]


def test_the_horizon_leaves_what_is_due_then_to_the_next_run() -> None:
    """What is due at the horizon itself waits, even if it was put there first; time stands at the horizon meanwhile."""
    world, seen = World(), list[float]()
    for at_s in (1.0, 2.0, 3.0):
        world.call_at(at_s, partial(seen.append, at_s))
    world.run_until(2.0)
    assert (seen, world.now_s) == ([1.0], 2.0)
    world.run_until(HORIZON_S)
    assert (seen, world.now_s) == ([1.0, 2.0, 3.0], HORIZON_S)


def test_stop_ends_the_run_behind_the_event_that_asks_for_it() -> None:
    """That event is processed to its end; nothing comes after it, not even at the same instant."""
    world, seen = World(), list[str]()

    def ask() -> None:
        world.stop()
        seen.append("asked")

    world.call_at(1.0, ask)
    world.call_at(1.0, partial(seen.append, "too late"))
    world.run_until(HORIZON_S)
    assert (seen, world.now_s) == (["asked"], 1.0)


def test_a_stop_before_the_run_ends_it_before_its_first_event() -> None:
    """There may be nothing to do, or Ctrl-C comes while the world is still being built."""
    world, seen = World(), list[str]()
    world.call_at(0.0, partial(seen.append, "too late"))
    world.stop()
    world.run_until(HORIZON_S)
    assert (seen, world.now_s) == ([], 0.0)


@pytest.mark.parametrize("horizon_s", [HORIZON_S, 2 * HORIZON_S], ids=["the same horizon", "a later horizon"])
def test_a_stopped_run_can_be_taken_up_again(horizon_s: float) -> None:
    """The next run goes on where the last one stopped, and ends at its own horizon, not at the last one's."""
    world, seen = World(), list[float]()
    world.call_at(1.0, world.stop)
    for at_s in (1.0, horizon_s - 1.0, horizon_s + 1.0):
        world.call_at(at_s, partial(seen.append, at_s))
    world.run_until(HORIZON_S)
    world.run_until(horizon_s)
    assert (seen, world.now_s) == ([1.0, horizon_s - 1.0], horizon_s)


def test_a_task_begins_at_once() -> None:
    """Spawning runs the coroutine up to its first wait."""
    world, seen = World(), list[str]()

    async def task() -> None:
        seen.append("began")
        await Clock(world).sleep(1.0)
        seen.append("went on")

    begin(task(), Host(), Outcome())
    assert seen == ["began"]
    world.run_until(HORIZON_S)
    assert seen == ["began", "went on"]


def test_a_group_waits_for_all() -> None:
    """Leaving the block takes until the last task, also one that a task spawns, has ended."""
    world, host = World(), Host()
    clock = Clock(world)

    async def late(group: Group) -> None:
        await clock.sleep(2.0)
        group.spawn(asleep(3.0))

    async def asleep(delay_s: float) -> None:
        await clock.sleep(delay_s)

    async def main() -> float:
        async with Group(host) as group:
            group.spawn(asleep(1.0))
            group.spawn(late(group))
        return clock.now()

    assert run(world, main(), host).value == 5.0


def test_a_group_whose_tasks_have_ended_waits_for_nothing() -> None:
    """Tasks that never wait are over before the block is: leaving it takes no time."""
    world, host = World(), Host()

    async def instantly() -> None:
        return

    async def main() -> float:
        async with Group(host) as group:
            group.spawn(instantly())
        return world.now_s

    outcome = Outcome()
    begin(main(), host, outcome)
    assert outcome.value == 0.0


def test_a_group_raises_the_first_error_after_all_tasks_have_ended() -> None:
    """The error that came first in time is raised, the very object, and cancels none of the tasks."""
    world, host = World(), Host()
    clock, first = Clock(world), ClientError(code="Throttling")

    async def fail(delay_s: float, error: Exception) -> None:
        await clock.sleep(delay_s)
        raise error

    async def block() -> None:
        async with Group(host) as group:
            group.spawn(fail(2.0, KeyError("second")))
            group.spawn(fail(1.0, first))
            group.spawn(fail(3.0, KeyError("third")))

    async def main() -> tuple[ClientError, float] | None:
        try:
            await block()
        except ClientError as error:
            return error, clock.now()
        return None

    assert run(world, main(), host).value == (first, 3.0)


def test_an_error_with_keyword_arguments_survives() -> None:
    """What is raised in one task arrives in another as the same object, which its `args` could not rebuild."""
    world, reply, error = World(), Reply(), ClientError(code="Throttling")

    async def main() -> tuple[ClientError, str] | None:
        try:
            await reply
        except ClientError as caught:
            return caught, caught.code
        return None

    world.call_at(1.0, lambda: reply.settle(error=error))
    assert run(world, main()).value == (error, "Throttling")


def test_a_dead_hosts_tasks_never_run_again() -> None:
    """Neither what sleeps, nor what waits for a reply, nor a group around them goes on once the host is dead."""
    world, host, reply, seen = World(), Host(), Reply(), list[str]()
    clock = Clock(world)

    async def wait(name: str, awaitable: Awaitable[Any]) -> None:
        seen.append(f"{name} begins")
        await awaitable
        seen.append(f"{name} goes on")

    async def main() -> None:
        async with Group(host) as group:
            group.spawn(wait("sleeper", clock.sleep(2.0)))
            group.spawn(wait("waiter", reply))

    world.call_at(1.0, lambda: setattr(host, "alive", False))
    world.call_at(3.0, reply.settle)
    outcome = run(world, main(), host)
    assert seen == ["sleeper begins", "waiter begins"]
    assert not outcome.ended


def test_one_hosts_death_does_not_concern_another() -> None:
    """Tasks on a living host, and those of services, go on."""
    world, dead, seen = World(), Host(), list[str]()

    async def nap(name: str) -> None:
        await Clock(world).sleep(2.0)
        seen.append(name)

    begin(nap("dead"), dead, Outcome())
    begin(nap("alive"), Host(), Outcome())
    serve(nap("service"))
    world.call_at(1.0, lambda: setattr(dead, "alive", False))
    world.run_until(HORIZON_S)
    assert seen == ["alive", "service"]


def test_a_dead_hosts_task_is_let_go_from_the_inside_out() -> None:
    """When what it awaited has happened its coroutines end, the innermost first; what they would await then is not."""
    world, host, let_go = World(), Host(), list[str]()

    async def part(name: str, of: Awaitable[None]) -> None:
        try:
            await of
        finally:
            let_go.append(name)

    begin(part("outer", part("inner", Clock(world).sleep(2.0))), host, Outcome())
    begin(_sleeping_in_the_end(Clock(world)), host, Outcome())
    world.call_at(1.0, lambda: setattr(host, "alive", False))
    world.run_until(HORIZON_S)
    assert let_go == ["inner", "outer"]


async def _sleeping_in_the_end(clock: Clock) -> None:
    try:
        await clock.sleep(2.0)
    finally:
        await clock.sleep(1.0)


def test_closing_a_coroutine_inside_a_group_awaits_nothing() -> None:
    """A coroutine that is thrown away is closed: the group around its wait must not wait in turn."""
    world, host, cleaned = World(), Host(), list[bool]()
    clock = Clock(world)

    async def asleep() -> None:
        await clock.sleep(1.0)

    async def main() -> None:
        async with Group(host) as group:
            group.spawn(asleep())
            try:
                await Reply()
            finally:
                cleaned.append(True)

    coroutine = main()
    coroutine.send(None)
    coroutine.close()
    assert cleaned == [True]
    world.run_until(HORIZON_S)


@pytest.mark.parametrize("settled_s", [0.5, 1.0, 2.0], ids=["before", "at the same instant", "after"])
def test_a_reply_is_good_before_and_after_it_is_settled(settled_s: float) -> None:
    """Awaiting gives the value, at once if it is there already, and again the next time."""
    world, reply = World(), Reply()
    world.call_at(settled_s, lambda: reply.settle("value"))

    async def main() -> tuple[str, str, float]:
        await Clock(world).sleep(1.0)
        return await reply, await reply, world.now_s

    assert run(world, main()).value == ("value", "value", max(1.0, settled_s))


@pytest.mark.parametrize("settled_s", [0.5, 2.0], ids=["before", "after"])
def test_a_reply_raises_before_and_after_it_is_settled(settled_s: float) -> None:
    """The same for an error: the very object, whether it was there already or not."""
    world, reply, error = World(), Reply(), ClientError(code="Throttling")
    world.call_at(settled_s, lambda: reply.settle(error=error))

    async def main() -> None:
        await Clock(world).sleep(1.0)
        await reply

    assert run(world, main()).error is error


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 12)), max_size=6))
def test_an_alarm_rings_at_the_earliest_of_its_instants(settings: list[tuple[int, int]]) -> None:
    """And once for all that it was set for in the meantime; after it has rung it can be set again."""
    world, rung, expected = World(), list[float](), list[float]()
    alarm, pending = Alarm(world, lambda: rung.append(world.now_s)), list[int]()
    for asked_s, delay_s in sorted(settings):
        world.call_at(asked_s, partial(alarm.set, float(asked_s + delay_s)))
    for second in range(21):
        pending += [asked_s + delay_s for asked_s, delay_s in settings if asked_s == second]
        if second in pending:
            expected.append(second)
            pending.clear()
    world.run_until(HORIZON_S)
    assert rung == expected


def test_an_error_in_a_service_ends_the_run() -> None:
    """A defect of the simulator is not swallowed."""
    world = World()

    async def broken() -> None:
        await Clock(world).sleep(1.0)
        raise ClientError(code="ours")

    serve(broken())
    with pytest.raises(ClientError, match="ours"):
        world.run_until(HORIZON_S)
