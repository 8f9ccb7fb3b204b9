"""SQS on virtual time: every request takes effect half-way, and messages reappear to the tick."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from itertools import repeat
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

import sim.sqs
from scenarios.aws.short_poll import ShortPolls
from scenarios.schema.services import Sqs
from scenarios.traffic.streams import uniforms
from sim.world import Simulation
from strategies.enqueue import enqueue
from strategies.ports import Mail, Ports, Received
from strategies.ports import Queue as Port
from strategies.resources import Function, Handler, Mapping, Pods, Queue
from tests.unit.virtual import SQS_S, batch, fates, fault, play, scenario, simulation

TICK_S = 2.0**-20
HALF_S = SQS_S / 2
HIDDEN_S = 2.0
PUT_S = SQS_S  # when the mails have been put, and scripts begin
NAME = "mails"
BUSY = {"call_cpu_ms": 31.25}  # of a whole processor: two calls in half a latency

Script = Callable[[Ports, Port], Awaitable[None]]


def with_mails(mails: int, script: Script, queue: dict[str, Any] | None = None, **tables: Any) -> Simulation:
    """Play a pod that puts so many mails, all at instant 1/16, and runs a script from 1/8 on."""

    async def main(ports: Ports) -> None:
        await ports.queues[NAME].put(await ports.outbox.take(mails))
        await script(ports, ports.queues[NAME])

    declared = Queue(NAME, **{"visibility_timeout_s": HIDDEN_S, **(queue or {})})
    of = scenario(batch(mails), **{"horizon_s": 1000.0, **tables})
    return play(simulation(of, pods=Pods(main, uses=(NAME,)), queues=(declared,)))


async def until(ports: Ports, at_s: float) -> None:
    """Sleep until an instant."""
    await ports.clock.sleep(at_s - ports.clock.now())


def counts(messages: Sequence[Received]) -> list[tuple[int, int]]:
    """Mail and receive count of each message."""
    return [(message.mail.number, message.receive_count) for message in messages]


def test_a_request_takes_effect_half_way_and_ends_at_its_latency() -> None:
    """A poll that reaches the queue as the mail does, after half a latency, gets it; one a tick earlier does not."""
    got: dict[float, tuple[int, float]] = {}

    async def receive(ports: Ports, at_s: float) -> None:
        await until(ports, at_s)
        messages = await ports.queues[NAME].receive(1, 0.0)
        got[at_s] = (len(messages), ports.clock.now())

    async def main(ports: Ports) -> None:
        async with ports.group() as group:
            await ports.clock.sleep(1.0 - TICK_S)
            group.spawn(receive(ports, 1.0 - TICK_S))
            await ports.clock.sleep(TICK_S)
            assert await ports.queues[NAME].put(await ports.outbox.take(1)) == ()
            assert ports.clock.now() == 1.0 + SQS_S

    async def both(ports: Ports) -> None:
        async with ports.group() as group:
            group.spawn(main(ports))
            group.spawn(receive(ports, 1.0 + TICK_S))

    play(simulation(scenario(), pods=Pods(both, uses=(NAME,)), queues=(Queue(NAME),)))
    assert got == {1.0 - TICK_S: (0, 1.0 - TICK_S + SQS_S), 1.0 + TICK_S: (1, 1.0 + TICK_S + SQS_S)}


@pytest.mark.parametrize(("early_s", "seen"), [(TICK_S, []), (0.0, [(0, 2)])], ids=["a tick before", "on the tick"])
def test_a_message_reappears_exactly_at_its_visibility_timeout(early_s: float, seen: list[tuple[int, int]]) -> None:
    """Received at the queue at t, it is hidden in [t, t + timeout) and visible from then on."""

    async def script(ports: Ports, queue: Port) -> None:
        assert counts(await queue.receive(1, 0.0)) == [(0, 1)]
        await until(ports, PUT_S + HIDDEN_S - early_s)
        assert counts(await queue.receive(1, 0.0)) == seen

    done = with_mails(1, script)
    assert done.receives.tolist() == [1 + len(seen)]


@pytest.mark.parametrize(("early_s", "seen"), [(TICK_S, 0), (0.0, 1)], ids=["a tick before", "on the tick"])
def test_hiding_counts_from_the_instant_at_which_it_takes_effect(early_s: float, seen: int) -> None:
    """A visibility timeout that is changed runs from then, for longer as well as for shorter."""

    async def script(ports: Ports, queue: Port) -> None:
        held = await queue.receive(1, 0.0)
        await queue.hide(held, 5.0)  # takes effect at 2 x 1/8 + 1/16
        await until(ports, 2 * SQS_S + 5.0 - early_s)
        assert len(await queue.receive(1, 0.0)) == seen

    with_mails(1, script)


def test_receive_counts_and_receipts_go_up_with_each_reception() -> None:
    """Each reception has a receipt of its own, whoever receives; a mail's receptions are added up in the ledger."""
    seen: list[Received] = []

    async def script(ports: Ports, queue: Port) -> None:
        for _ in range(3):
            seen.extend(await queue.receive(1, 20.0))

    done = with_mails(1, script)
    assert [message.receive_count for message in seen] == [1, 2, 3]
    assert len({message.receipt for message in seen}) == 3
    assert done.receives.tolist() == [3]


@pytest.mark.parametrize("most", [1, 3])
def test_a_message_is_dead_lettered_when_it_would_be_received_once_too_often(most: int) -> None:
    """It is received `max_receive_count` times; the next receive moves it, and not the timeout before."""

    async def script(ports: Ports, queue: Port) -> None:
        for number in range(most):
            assert counts(await queue.receive(1, 20.0)) == [(0, number + 1)]
        await ports.clock.sleep(10.0)
        assert done_s == []
        done_s.append(ports.clock.now())
        assert await queue.receive(1, 20.0) == []

    done_s: list[float] = []
    done = with_mails(1, script, {"max_receive_count": most})
    assert done.receives.tolist() == [most]
    assert fates(done)["dead_lettered"] == [1]
    assert done.queues[NAME].dead.columns()[0].tolist() == [0]


def test_a_message_that_is_not_received_again_is_not_dead() -> None:
    """Visible again after its last permitted reception, it is still in the queue: pending, not dead-lettered."""

    async def script(ports: Ports, queue: Port) -> None:
        await queue.receive(1, 0.0)

    done = with_mails(1, script, {"max_receive_count": 1})
    assert fates(done)["pending"] == [1]


def test_redrive_does_not_hide_the_messages_behind() -> None:
    """A receive that meets a dead message still answers with the next living one."""

    async def script(ports: Ports, queue: Port) -> None:
        assert counts(await queue.receive(1, 0.0)) == [(0, 1)]
        await ports.clock.sleep(HIDDEN_S)
        held = await queue.receive(2, 0.0)
        assert counts(held) == [(1, 1)]

    done = with_mails(2, script, {"max_receive_count": 1})
    assert done.queues[NAME].dead.columns()[0].tolist() == [0]


def test_a_duplicate_is_delivered_while_the_first_reception_is_hidden() -> None:
    """A message received during the fault is received once more, though invisible; the first receipt is then stale."""

    async def script(ports: Ports, queue: Port) -> None:
        first = await queue.receive(1, 0.0)
        await until(ports, 1.0)
        assert ports.clock.now() < PUT_S + HIDDEN_S
        assert counts(await queue.receive(1, 0.0)) == [(0, 2)]
        await queue.delete(first)
        third = await queue.receive(1, 20.0)
        assert counts(third) == [(0, 3)]
        await queue.delete(third)

    duplicates = fault("duplicate_delivery", 0.0, 1.0, probability=1.0)
    done = with_mails(1, script, fault=(duplicates,))
    assert len(done.queues[NAME]) == 0


def test_a_duplicate_is_delivered_once_more_and_not_for_ever() -> None:
    """A fault that certainly duplicates delivers each message twice, not until its receive count kills it."""
    seen: list[tuple[int, int]] = []

    async def script(ports: Ports, queue: Port) -> None:
        for _ in range(3):
            seen.extend(counts(await queue.receive(10, 0.0)))

    duplicates = fault("duplicate_delivery", 0.0, 100.0, probability=1.0)
    with_mails(2, script, {"visibility_timeout_s": 30.0, "max_receive_count": 5}, fault=(duplicates,))
    assert sorted(seen) == [(0, 1), (0, 2), (1, 1), (1, 2)]


def test_a_short_poll_may_miss_and_a_long_one_does_not() -> None:
    """`empty_probability` is the samples that a short poll takes: at 1 it finds nothing, where a long poll does."""

    async def script(ports: Ports, queue: Port) -> None:
        assert await queue.receive(1, 0.0) == []
        assert ports.clock.now() == PUT_S + SQS_S
        assert counts(await queue.receive(1, 1.0)) == [(0, 1)]
        assert ports.clock.now() == PUT_S + 2 * SQS_S

    with_mails(1, script, sqs={"empty_probability": 1.0})


def test_a_short_poll_finds_a_share_of_a_small_queue_and_a_long_one_all() -> None:
    """Of ten messages it brings fewer and not none, and all are there for the next; a thousand are no small queue."""

    async def small(ports: Ports, queue: Port) -> None:
        brought = len(await queue.receive(10, 0.0))
        assert 1 <= brought < 10
        assert len(await queue.receive(10, 1.0)) == 10 - brought

    async def large(ports: Ports, queue: Port) -> None:
        assert len(await queue.receive(10, 0.0)) == 10
        assert len(await queue.receive(10, 0.0)) < 10  # of 990

    with_mails(10, small, sqs={"short_poll_share": 0.5})
    with_mails(1000, large, sqs={"short_poll_share": 0.1})


@given(st.integers(1, 10), st.integers(0, 2000), st.floats(0.01, 1.0), st.integers(0, 99))
def test_a_short_poll_never_takes_a_queue_for_an_empty_one(wanted: int, visible: int, share: float, seed: int) -> None:
    """However small the share, it gets one at least and no more than it wants; all where the queue is large."""
    polls = ShortPolls(Sqs(short_poll_share=share), repeat(0.0), uniforms(seed, "found"))
    most = polls.most(wanted, visible)
    assert 1 <= most <= wanted
    assert most == wanted or (share < 1.0 and visible < 1000)


def test_a_short_poll_finds_its_share_on_average() -> None:
    """Of ten messages half, to within four standard errors of 10,000 polls."""
    polls = ShortPolls(Sqs(short_poll_share=0.5), repeat(0.0), uniforms(1, "found"))
    assert sum(polls.most(10, 100) for _ in range(10_000)) / 10_000 == pytest.approx(5.0, abs=4 * (2.5 / 10_000) ** 0.5)


def test_long_polls_are_served_in_order() -> None:
    """Of three receives that wait, the two that came first get the two messages; the third waits in vain."""
    got: list[tuple[str, int, float]] = []

    async def wait(ports: Ports, name: str) -> None:
        messages = await ports.queues[NAME].receive(1, 5.0)
        got.append((name, len(messages), ports.clock.now()))

    async def main(ports: Ports) -> None:
        async with ports.group() as group:
            for name in ("first", "second", "third"):
                group.spawn(wait(ports, name))
            await ports.clock.sleep(1.0)
            await ports.queues[NAME].put(await ports.outbox.take(2))

    play(simulation(scenario(batch(2)), pods=Pods(main, uses=(NAME,)), queues=(Queue(NAME),)))
    assert got == [("first", 1, 1.0 + SQS_S), ("second", 1, 1.0 + SQS_S), ("third", 0, 5.0 + SQS_S)]


def test_a_long_poll_wakes_as_a_message_reappears() -> None:
    """It is answered at the very instant of the visibility timeout, half a latency later at its caller."""

    async def script(ports: Ports, queue: Port) -> None:
        await queue.receive(1, 0.0)
        assert counts(await queue.receive(1, 20.0)) == [(0, 2)]
        assert ports.clock.now() == PUT_S + HALF_S + HIDDEN_S + HALF_S

    with_mails(1, script)


def test_a_long_poll_wakes_as_a_message_is_given_back() -> None:
    """Hiding for no time answers whoever waits, at the instant at which it takes effect."""
    woke_s: list[float] = []

    async def wait(ports: Ports) -> None:
        await ports.queues[NAME].receive(1, 20.0)
        woke_s.append(ports.clock.now())

    async def script(ports: Ports, queue: Port) -> None:
        held = await queue.receive(1, 0.0)
        async with ports.group() as group:
            group.spawn(wait(ports))
            await until(ports, 1.0)
            await queue.hide(held, 0.0)

    with_mails(1, script)
    assert woke_s == [1.0 + SQS_S]


@pytest.mark.parametrize(("age_s", "seen"), [(60.0, 1), (60.0 + TICK_S, 0)], ids=["just", "too old"])
def test_a_message_is_kept_for_its_retention_period(age_s: float, seen: int) -> None:
    """It may be received at that age, and is gone when older; receptions do not make it younger. Then it is lost."""

    async def script(ports: Ports, queue: Port) -> None:
        await queue.receive(1, 0.0)
        await until(ports, age_s)  # the mail was put at 1/16, and a receive reaches the queue 1/16 from now
        assert len(await queue.receive(1, 0.0)) == seen

    done = with_mails(1, script, {"retention_s": 60.0})
    assert fates(done)["lost"] == [1 - seen]


def test_every_request_is_billed() -> None:
    """One a call, whatever it carries: batches, empty polls, long polls in vain, deletes, changes of visibility.

    A batch of nothing is no request: SQS refuses it.
    """

    async def script(ports: Ports, queue: Port) -> None:
        held = await queue.receive(10, 0.0)
        await queue.hide(held, 30.0)
        await queue.receive(1, 0.0)
        await queue.receive(1, 20.0)
        await queue.delete(held)
        await queue.delete(held)
        await queue.put([])
        await queue.delete([])
        await queue.hide([], 1.0)

    assert with_mails(10, script).sqs_bill.requests == 7


def test_the_latest_receipt_deletes_even_after_the_timeout() -> None:
    """A message that is visible again, but that nobody else has received yet, can still be deleted, as in SQS."""

    async def script(ports: Ports, queue: Port) -> None:
        held = await queue.receive(1, 0.0)
        await ports.clock.sleep(2 * HIDDEN_S)
        await queue.delete(held)
        assert await queue.receive(1, 20.0) == []

    assert len(with_mails(1, script).queues[NAME]) == 0


def test_hiding_a_message_that_is_visible_again_does_not_double_it() -> None:
    """SQS answers MessageNotInflight; whatever happens, one message must never be received twice at once."""

    async def script(ports: Ports, queue: Port) -> None:
        held = await queue.receive(2, 0.0)
        await ports.clock.sleep(2 * HIDDEN_S)
        assert counts(await queue.receive(1, 0.0)) == [(0, 2)]
        await queue.hide(held[1:], 0.5)
        await ports.clock.sleep(1.0)
        assert counts(await queue.receive(10, 0.0)) == [(1, 2)]

    with_mails(2, script)


def test_what_is_deleted_is_no_longer_in_flight(monkeypatch: pytest.MonkeyPatch) -> None:
    """The most that may be in flight limits what is received and not deleted, however much went through before."""
    monkeypatch.setattr(sim.sqs, "IN_FLIGHT_MOST", 3)

    async def script(ports: Ports, queue: Port) -> None:
        for _ in range(3):
            held = await queue.receive(3, 0.0)
            assert len(held) == 3
            await queue.delete(held)

    with_mails(9, script, {"visibility_timeout_s": 30.0})


def test_no_more_than_the_limit_is_in_flight(monkeypatch: pytest.MonkeyPatch) -> None:
    """With as many received and not deleted as may be, a receive finds nothing until one comes back."""
    monkeypatch.setattr(sim.sqs, "IN_FLIGHT_MOST", 3)

    async def script(ports: Ports, queue: Port) -> None:
        assert counts(await queue.receive(10, 0.0)) == [(0, 1), (1, 1), (2, 1)]
        assert await queue.receive(10, 0.0) == []
        await ports.clock.sleep(HIDDEN_S)
        assert len(await queue.receive(10, 0.0)) == 3

    with_mails(5, script)


def test_a_request_goes_on_without_its_caller() -> None:
    """A pod that dies in the middle of putting mails does not take them back: they are in the queue, not lost."""

    async def main(ports: Ports) -> None:
        await ports.queues[NAME].put(await ports.outbox.take(3))

    crash = fault("pod_crash", HALF_S / 2, 10.0, pod=0)
    done = play(simulation(scenario(batch(3), fault=(crash,)), pods=Pods(main, uses=(NAME,)), queues=(Queue(NAME),)))
    assert fates(done)["pending"] == [1, 1, 1]
    assert done.enqueued_s.tolist() == [HALF_S] * 3


def test_requests_wait_for_their_hosts_processor() -> None:
    """Of four receives that begin at once each leaves once the processor has prepared it, and takes its latency."""
    ended_s: list[float] = []

    async def receive(ports: Ports) -> None:
        await ports.queues[NAME].receive(1, 0.0)
        ended_s.append(ports.clock.now())

    async def script(ports: Ports, queue: Port) -> None:
        await until(ports, 1.0)
        async with ports.group() as group:
            for _ in range(4):
                group.spawn(receive(ports))

    with_mails(4, script, client=BUSY)
    assert ended_s == [1.0 + place / 32 + SQS_S for place in (1, 2, 3, 4)]


def test_what_the_processor_of_the_dead_had_not_got_round_to_never_leaves() -> None:
    """Of three puts the one that had left is in the queue; the mails of the others are lost with the pod's memory."""

    async def put(ports: Ports, mails: Sequence[Mail]) -> None:
        await ports.queues[NAME].put(mails)

    async def main(ports: Ports) -> None:
        async with ports.group() as group:
            for mail in await ports.outbox.take(3):
                group.spawn(put(ports, [mail]))

    crash = fault("pod_crash", 3 / 64, 10.0, pod=0)  # between the first call's leaving and the second's
    of = scenario(batch(3), fault=(crash,), client=BUSY)
    done = play(simulation(of, pods=Pods(main, uses=(NAME,)), queues=(Queue(NAME),)))
    assert (fates(done)["pending"], fates(done)["lost"]) == ([1, 0, 0], [0, 1, 1])


def test_polls_of_lambdas_own_cost_a_function_no_processor() -> None:
    """A mapping receives and deletes on AWS's machines: the batch comes as soon as with calls that cost nothing."""
    began_s: list[float] = []

    def handler(ports: Ports) -> Handler:
        async def handle(batch: list[Received]) -> None:
            began_s.append(ports.clock.now())

        return handle

    for cpu_ms in (0.0, 31.25):
        of = scenario(batch(1), client={"call_cpu_ms": cpu_ms}, horizon_s=20.0)
        pods = Pods(partial(enqueue, queue=NAME), uses=(NAME,))
        parts: dict[str, Any] = {"queues": (Queue(NAME),), "functions": (Function("f", handler, 9.0),)}
        play(simulation(of, pods=pods, mappings=(Mapping(NAME, "f"),), **parts))
    assert began_s[1] - began_s[0] == 1 / 32  # what the application's put takes of its pod's
