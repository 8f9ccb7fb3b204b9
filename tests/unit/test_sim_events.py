"""Asynchronous invocations: Lambda's own queue of events, its tries, and the mails that are lost with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from scenarios.aws.async_queue import EVENT_AGE_MOST_S, THROTTLE_BACKOFF_MOST_S
from sim.world import Simulation
from strategies.ports import Mail, Ports
from strategies.resources import Function, Handler, Pods
from tests.unit.virtual import (
    ASYNC_S,
    COLD_BEGIN_S,
    COLD_S,
    DISPATCH_S,
    batch,
    everyone,
    fates,
    fault,
    play,
    scenario,
    simulation,
)

TIMEOUT_S = 60.0

Handle = Callable[[Ports, Sequence[Mail]], Any]


def events(mails: int, handle: Handle, gap_s: float = 0.0, **declared: Any) -> Simulation:
    """A pod that invokes a function asynchronously, once for each mail, and then ends."""

    def handler(ports: Ports) -> Handler:
        return lambda event: handle(ports, event)

    async def main(ports: Ports) -> None:
        for mail in await ports.outbox.take(mails):
            await ports.functions["f"].invoke([mail])
            await ports.clock.sleep(gap_s)

    function = Function("f", handler, **{"timeout_s": TIMEOUT_S, **declared})
    of = scenario(batch(mails), horizon_s=100_000.0)
    return play(simulation(of, pods=Pods(main, uses=("f",)), functions=(function,)))


ACCEPTED_S = DISPATCH_S / 2  # Lambda has the event: the caller learns of it as long again later
FIRST_TRY_S = ACCEPTED_S + ASYNC_S


def test_an_asynchronous_event_waits_in_lambdas_queue() -> None:
    """The caller goes on once the event is accepted; the function begins after Lambda's delay and a cold start."""
    began_s: list[float] = []

    async def handle(ports: Ports, mails: Sequence[Mail]) -> None:
        began_s.append(ports.clock.now())

    events(1, handle)
    assert began_s == [FIRST_TRY_S + COLD_BEGIN_S]


def test_a_failed_event_is_tried_after_60_and_120_seconds_and_then_dropped() -> None:
    """Three tries in all; then nobody has the mail any more: it is lost."""
    began_s: list[float] = []

    async def handle(ports: Ports, mails: Sequence[Mail]) -> None:
        began_s.append(ports.clock.now())
        raise ValueError("always")

    done = events(1, handle)
    first_s = FIRST_TRY_S + COLD_BEGIN_S
    second_s = first_s + 60.0 + DISPATCH_S
    assert began_s == [first_s, second_s, second_s + 120.0 + DISPATCH_S]
    assert fates(done) == {"accepted": [0], "dead_lettered": [0], "lost": [1], "pending": [0], "duplicated": [0]}
    assert done.world.now_s == began_s[-1]


def test_an_event_that_succeeds_in_the_end_sends_its_mail() -> None:
    """A function that fails behind an accepted mail sends it again with its next try."""
    tries: list[int] = []

    async def handle(ports: Ports, mails: Sequence[Mail]) -> None:
        tries.append(len(tries))
        await ports.mailer.send(mails[0], everyone(1))
        if len(tries) == 1:
            raise ValueError("once")

    assert fates(events(1, handle))["duplicated"] == [1]
    assert tries == [0, 1]


def test_a_timed_out_event_is_a_failed_one() -> None:
    """It is tried again like one whose function raised, in a new environment."""
    began_s: list[float] = []

    async def handle(ports: Ports, mails: Sequence[Mail]) -> None:
        began_s.append(ports.clock.now())
        await ports.clock.sleep(1e6)

    events(1, handle, timeout_s=2.0)
    gap_s = 2.0 + COLD_BEGIN_S
    first_s = FIRST_TRY_S + COLD_BEGIN_S
    assert began_s == [first_s, first_s + gap_s + 60.0, first_s + 2 * gap_s + 180.0]


@pytest.mark.parametrize(("busy_s", "waited_s"), [(0.75, 1.0), (2.5, 3.0), (6.5, 7.0), (14.5, 15.0), (30.5, 31.0)])
def test_a_throttled_event_backs_off_a_second_doubling(busy_s: float, waited_s: float) -> None:
    """While the function's only environment is busy, tries come 1, 3, 7, 15 and 31 s after the first."""
    began_s: list[float] = []

    async def handle(ports: Ports, mails: Sequence[Mail]) -> None:
        began_s.append(ports.clock.now())
        if len(began_s) == 1:
            await ports.clock.sleep(busy_s - COLD_S)

    events(2, handle, reserved_concurrency=1)
    first_try_s = DISPATCH_S + FIRST_TRY_S  # of the second event, whose caller waited for the first answer
    assert began_s == [FIRST_TRY_S + COLD_BEGIN_S, first_try_s + waited_s + DISPATCH_S]


def throttled_for_ever() -> Simulation:
    """An event for a function that has no concurrency at all."""

    async def handle(ports: Ports, mails: Sequence[Mail]) -> None:
        raise AssertionError("never invoked")

    return events(1, handle, reserved_concurrency=0)


def test_an_event_that_stays_throttled_for_six_hours_is_dropped() -> None:
    """Lambda's maximum event age is 6 h from its acceptance; what is older is lost, and not before."""
    done = throttled_for_ever()
    assert fates(done)["lost"] == [1]
    assert done.world.now_s >= ACCEPTED_S + EVENT_AGE_MOST_S


def test_an_event_that_is_too_old_is_dropped_with_its_next_try() -> None:
    """Tries come five minutes apart at last: what is too old then is gone, and the run over."""
    assert throttled_for_ever().world.now_s <= FIRST_TRY_S + EVENT_AGE_MOST_S + THROTTLE_BACKOFF_MOST_S


def test_the_age_of_an_event_is_counted_from_its_acceptance_over_all_tries() -> None:
    """An event that fails when it is six hours old is not tried again, nor is one that waited for it for so long."""
    tries: list[float] = []

    async def handle(ports: Ports, mails: Sequence[Mail]) -> None:
        tries.append(ports.clock.now())
        if mails[0].number == 0:
            await ports.clock.sleep(8 * 3600.0)  # holds the only environment for longer than an event may live
        raise ValueError("the other one's")

    done = events(2, handle, reserved_concurrency=1, timeout_s=9 * 3600.0)
    assert len(tries) == 1
    assert fates(done)["lost"] == [1, 1]


def orphaned(dies_s: float) -> tuple[list[float], Simulation]:
    """A pod that invokes a function at 0 and dies then; when the function begins, and what becomes of the mail."""
    began_s: list[float] = []

    def handler(ports: Ports) -> Handler:
        async def handle(mails: Sequence[Mail]) -> None:
            began_s.append(ports.clock.now())
            await ports.mailer.send(mails[0], everyone(1))

        return handle

    async def main(ports: Ports) -> None:
        await ports.functions["f"].invoke(await ports.outbox.take(1))
        await ports.clock.sleep(1e6)

    crash = fault("pod_crash", dies_s, 1e6, pod=0)
    parts = {"pods": Pods(main, uses=("f",)), "functions": (Function("f", handler, TIMEOUT_S),)}
    return began_s, play(simulation(scenario(fault=(crash,)), **parts))


@pytest.mark.parametrize(
    "dies_s",
    [
        pytest.param(ACCEPTED_S / 2),
        (ACCEPTED_S + DISPATCH_S) / 2,
        ACCEPTED_S + ASYNC_S / 2,
    ],
    ids=["on its way", "accepted", "answered"],
)
def test_a_pod_that_dies_leaves_its_event_alone(dies_s: float) -> None:
    """Once on its way, an event reaches Lambda, whose it then is: its function runs though the caller is gone."""
    began_s, done = orphaned(dies_s)
    assert began_s == [FIRST_TRY_S + COLD_BEGIN_S]
    assert fates(done)["accepted"] == [1]
