"""What every world promises of queues and functions: one suite, a virtual and a real arm."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scenarios.ledger.fates import Custody
from scenarios.ledger.ledger import OUTCOMES, Columns
from strategies.ports import Mail, Ports, Received
from strategies.resources import Account, Plan, Pods, Queue
from tests.contract import cases
from tests.contract.arms import PlanArm, moto_plan, scenario, sim_plan
from tests.contract.cases import FUNCTION, QUEUE, TABLE
from tests.contract.conftest import REAL

HIDDEN_S = 1.0
SOON_S = 5.0  # what is there comes long before
FREE_S = 2.0  # by then the environment of a function that has ended serves again
CLOCK_TICK_S = 1e-6  # a real wait may end that much early, by the clock's own rounding

Script = Callable[[Ports], Awaitable[None]]


def with_mails(play: PlanArm, mails: int, script: Script, **queue: Any) -> Custody:
    """Play a pod that has put so many mails into a queue, and a script that leaves nothing in it."""

    async def main(ports: Ports) -> None:
        await put(ports, mails)
        await script(ports)

    declared = Queue(QUEUE, **{"visibility_timeout_s": HIDDEN_S, **queue})
    batch = {"process": "batch", "messages": max(1, mails)}
    _, custody = play(scenario(workload=(batch,)), Plan(None, Pods(main, uses=(QUEUE,)), queues=(declared,)))
    assert not len(custody.held.columns()[0])
    return custody


async def put(ports: Ports, mails: int) -> None:
    """Put the next mails that fall due, ten a call."""
    while mails > 0:
        taken = await ports.outbox.take(min(10, mails))
        assert list(await ports.queues[QUEUE].put(taken)) == []
        mails -= len(taken)


async def get(ports: Ports, at_most: int = 1, wait_s: float = SOON_S) -> list[Received]:
    """Receive."""
    return await ports.queues[QUEUE].receive(at_most, wait_s)


def test_queue_hands_out_what_was_put(play: PlanArm) -> None:
    """A mail, and a part of one, come out as they went in, received for the first time."""
    parts: list[Mail] = []
    received: list[Received] = []

    async def script(ports: Ports) -> None:
        (mail,) = await ports.outbox.take(1)
        parts.extend([mail, mail._replace(first=2, recipients=3)])
        assert list(await ports.queues[QUEUE].put(parts)) == []
        while len(received) < 2:
            received.extend(await get(ports, 10))
        await ports.queues[QUEUE].delete(received)

    with_mails(play, 0, script)
    assert sorted(message.mail for message in received) == sorted(parts)
    assert [message.receive_count for message in received] == [1, 1]
    assert len({message.message_id for message in received}) == 2


def test_queue_hides_what_is_received_until_its_timeout(play: PlanArm) -> None:
    """A received message is seen by nobody until the visibility timeout is over; then it counts one more reception."""

    async def script(ports: Ports) -> None:
        began_s = ports.clock.now()
        (first,) = await get(ports)
        (second,) = await get(ports, wait_s=0.0) or await get(ports)
        assert ports.clock.now() - began_s >= HIDDEN_S - CLOCK_TICK_S
        assert (first.receive_count, second.receive_count) == (1, 2)
        assert (first.mail, first.message_id) == (second.mail, second.message_id)
        assert first.receipt != second.receipt
        await ports.queues[QUEUE].delete([second])

    with_mails(play, 1, script)


def test_queue_forgets_what_is_deleted(play: PlanArm) -> None:
    """A deleted message never comes back, not even after its visibility timeout."""

    async def script(ports: Ports) -> None:
        await ports.queues[QUEUE].delete(await get(ports))
        assert await get(ports, wait_s=2 * HIDDEN_S) == []

    with_mails(play, 1, script)


def test_queue_ignores_a_stale_receipt(play: PlanArm) -> None:
    """Who deletes with the receipt of an earlier reception deletes nothing; the latest receipt does."""

    async def script(ports: Ports) -> None:
        stale = await get(ports)
        await ports.queues[QUEUE].hide(stale, 0.0)
        assert [message.receive_count for message in await get(ports)] == [2]
        await ports.queues[QUEUE].delete(stale)
        latest = await get(ports)
        assert [message.receive_count for message in latest] == [3]
        await ports.queues[QUEUE].delete(latest)
        assert await get(ports, wait_s=2 * HIDDEN_S) == []

    with_mails(play, 1, script)


def test_queue_hides_again_from_now(play: PlanArm) -> None:
    """Hiding for t makes a held message reappear t from now, whatever its timeout was; that is no reception."""

    async def script(ports: Ports) -> None:
        held = await get(ports)
        began_s = ports.clock.now()
        await ports.queues[QUEUE].hide(held, 3 * HIDDEN_S)
        (again,) = await get(ports)
        assert ports.clock.now() - began_s >= 3 * HIDDEN_S - CLOCK_TICK_S
        assert again.receive_count == 2
        await ports.queues[QUEUE].delete([again])

    with_mails(play, 1, script, visibility_timeout_s=2 * HIDDEN_S)


def test_queue_shows_at_once_what_is_hidden_for_no_time(play: PlanArm) -> None:
    """Hiding for 0 s gives a message back before its timeout is over."""

    async def script(ports: Ports) -> None:
        held = await get(ports)
        await ports.queues[QUEUE].hide(held, 0.0)
        again = await get(ports)
        assert len(again) == 1
        assert ports.clock.now() < 2 * SOON_S
        await ports.queues[QUEUE].delete(again)

    with_mails(play, 1, script, visibility_timeout_s=30.0)


def test_queue_wakes_a_long_poll(play: PlanArm) -> None:
    """A receive that waits answers when a message arrives, long before its wait is over."""
    woke: list[tuple[int, float]] = []

    async def wait(ports: Ports) -> None:
        messages = await get(ports, wait_s=15.0)
        woke.append((len(messages), ports.clock.now()))
        await ports.queues[QUEUE].delete(messages)

    async def script(ports: Ports) -> None:
        async with ports.group() as group:
            group.spawn(wait(ports))
            await ports.clock.sleep(0.5)
            await put(ports, 1)

    with_mails(play, 0, script)
    ((messages, at_s),) = woke
    assert messages == 1
    assert 0.5 <= at_s < SOON_S


@pytest.mark.parametrize("world", ["sim", pytest.param("moto", marks=REAL)])
def test_a_short_poll_of_a_small_queue_finds_a_share_and_a_long_one_all(world: str) -> None:
    """Of three messages a poll finds one where the share is next to nothing, which is none only of an empty queue."""
    sizes: list[int] = []

    async def main(ports: Ports) -> None:
        await put(ports, 3)
        for wait_s in (0.0, 1.0, 0.0):
            messages = await get(ports, 10, wait_s)
            sizes.append(len(messages))
            await ports.queues[QUEUE].delete(messages)

    of = scenario(workload=({"process": "batch", "messages": 3},), sqs={"short_poll_share": 1e-9})
    with nullcontext(sim_plan) if world == "sim" else moto_plan(of) as play:
        play(of, Plan(None, Pods(main, uses=(QUEUE,)), queues=(Queue(QUEUE),)))
    assert sizes == [1, 2, 0]


def test_queue_hands_out_ten_at_most(play: PlanArm) -> None:
    """One receive gives as many messages as were asked for at most, and all come, each once."""
    sizes: list[int] = []
    seen: list[int] = []

    async def script(ports: Ports) -> None:
        for at_most in (3, 10, 10, 10, 10, 10, 10):
            messages = await get(ports, at_most, wait_s=0.0)
            assert len(messages) <= at_most
            sizes.append(len(messages))
            seen.extend(message.mail.number for message in messages)
            await ports.queues[QUEUE].delete(messages)

    with_mails(play, 25, script, visibility_timeout_s=30.0)
    assert sum(sizes) == 25
    assert sorted(seen) == list(range(25))


def test_queue_dead_letters_what_is_received_too_often(play: PlanArm) -> None:
    """After `max_receive_count` receptions nobody receives the message: it is dead-lettered, which no deletion is."""
    counts: list[int] = []

    async def script(ports: Ports) -> None:
        while messages := await get(ports, wait_s=2 * HIDDEN_S):
            counts.extend(message.receive_count for message in messages)

    custody = with_mails(play, 1, script, max_receive_count=2)
    assert counts == [1, 2]
    assert [column.tolist() for column in custody.dead.columns()] == [[0], [0], [1]]


def with_function(
    play: PlanArm, case: str, notes: Path, script: Script, horizon_s: float = 15.0
) -> tuple[list[Any], Columns, Custody]:
    """Play a pod that may invoke one of the functions in `cases`; what it noted, the calls, and who holds what."""

    async def main(ports: Ports) -> None:
        await script(ports)

    settings = cases.Settings(case, str(notes / "notes"))
    plan = replace(cases.plan(settings, Account(14.0, 0.05)), pods=Pods(main, uses=(FUNCTION,)))
    calls, custody = play(scenario(horizon_s=horizon_s), plan, cases.MODULE)
    return notes_in(notes).all(), calls, custody


def notes_in(folder: Path) -> cases.Notes:
    """Those of the function that has been played, or is being played."""
    return cases.Notes(str(folder / "notes"))


async def invoke(ports: Ports, numbers: Sequence[int]) -> None:
    """Invoke the function with mails of these numbers."""
    await ports.functions[FUNCTION].invoke([Mail(number, 1, 0.0) for number in numbers])


def test_function_is_invoked_asynchronously(play: PlanArm, tmp_path: Path) -> None:
    """`invoke` returns once the event is accepted; the function, which gets the very mails, ends only after that."""

    async def script(ports: Ports) -> None:
        await invoke(ports, [0])
        notes_in(tmp_path).add("returned")

    noted, _, custody = with_function(play, "wait", tmp_path, script)
    assert noted[-1] == "ended"
    assert [0] in noted
    assert not len(custody.held.columns()[0])


def test_function_keeps_its_memory_between_invocations(play: PlanArm, tmp_path: Path) -> None:
    """A handler is made once per environment: one after the other they share it, two at once do not."""

    async def script(ports: Ports) -> None:
        for number in (1, 2):
            await invoke(ports, [number])
            while len(notes_in(tmp_path).all()) < number:
                await ports.clock.sleep(0.05)
            await ports.clock.sleep(FREE_S)
        await invoke(ports, [4])
        await invoke(ports, [4])

    noted, _, _ = with_function(play, "count", tmp_path, script)
    assert sorted(noted) == [1, 1, 2, 3]


def test_function_that_fails_does_not_fail_its_caller(play: PlanArm, tmp_path: Path) -> None:
    """The caller never learns of an asynchronous function's error; the event is kept for another try."""

    async def script(ports: Ports) -> None:
        await invoke(ports, [0])
        await ports.clock.sleep(3.0)

    noted, _, custody = with_function(play, "fail", tmp_path, script, horizon_s=4.0)
    assert noted == ["tried"]
    assert custody.held.columns()[0].tolist() == [0]


def test_each_host_reaches_what_is_declared_for_it(play: PlanArm, tmp_path: Path) -> None:
    """A pod that may use the function has no queue, and the function, which may use queue and table, not itself."""
    reached: list[list[list[str]]] = []

    async def script(ports: Ports) -> None:
        reached.append([list(ports.queues), list(ports.functions), list(ports.tables)])
        await invoke(ports, [0])

    noted, _, _ = with_function(play, "name", tmp_path, script)
    assert [*reached, *noted] == [[[], [FUNCTION], []], [[QUEUE], [], [TABLE]]]


def test_function_sends_as_a_pod_does(play: PlanArm, tmp_path: Path) -> None:
    """SES's side and the function's own know of the same calls, from their start to their end."""

    async def script(ports: Ports) -> None:
        await invoke(ports, [0])

    _, calls, _ = with_function(play, "send", tmp_path, script)
    assert [OUTCOMES[outcome] for outcome in calls["outcome"]] == ["accepted"]
    assert calls["mail"].tolist() == [0]
    assert 0.0 < calls["start_s"][0] < calls["decided_s"][0] < calls["end_s"][0]
