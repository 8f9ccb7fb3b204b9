"""What every world promises of workers beside the application, and of tables: one suite, a virtual and a real arm."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from math import pi
from pathlib import Path
from typing import Any

import pytest

from scenarios.ledger.fates import Custody
from scenarios.ledger.ledger import Columns
from strategies.ports import Item, Ports
from strategies.resources import Account, Plan, Pods, Queue, Table
from tests.contract import cases
from tests.contract.arms import Main, PlanArm, scenario
from tests.contract.cases import FUNCTION, QUEUE, TABLE

CRASH_S, BACK_S = 1.0, 2.0
HIDDEN_S = 3.0  # far longer than it takes to send a mail and delete it
NUMBERS = (0.1, -pi, 1e300 / 1e200, 3.0, 0.0)


def with_table(play: PlanArm, main: Main, **declared: Any) -> None:
    """Play a pod that may use the table."""
    play(scenario(), Plan(None, Pods(main, uses=(TABLE,)), tables=(Table(TABLE, **declared),)))


def test_a_table_gives_back_what_was_put_last(play: PlanArm) -> None:
    """An item is replaced whole, the same number by number, and each put gives it its next version, after 0."""
    seen: list[Item] = []

    async def main(ports: Ports) -> None:
        table = ports.tables[TABLE]
        seen.append(await table.get("pace"))
        for value in (NUMBERS, (), (1.0,)):
            assert await table.put("pace", value)
            seen.append(await table.get("pace"))
        seen.append(await table.get("another"))

    with_table(play, main)
    assert seen == [Item((), 0), Item(NUMBERS, 1), Item((), 2), Item((1.0,), 3), Item((), 0)]


def test_a_put_on_a_condition_changes_only_the_version_that_it_names(play: PlanArm) -> None:
    """Version 0 is that of nothing; what was put meanwhile stays, and without a condition a put always succeeds."""
    told: list[bool] = []

    async def main(ports: Ports) -> None:
        table = ports.tables[TABLE]
        for number, version in enumerate((1, 0, 0, 1, 1, None)):
            told.append(await table.put("lease", (float(number),), version))
        told.append(await table.get("lease") == Item((5.0,), 3))

    with_table(play, main)
    assert told == [False, True, False, True, False, True, True]


def test_a_key_of_two_parts_is_found_by_its_first(play: PlanArm) -> None:
    """An item is under both parts, and a query finds those of the first, whatever the second; one may expire."""
    seen: list[Any] = []

    async def main(ports: Ports) -> None:
        table = ports.tables[TABLE]
        for number, key in enumerate((("anna", "1"), ("ann", "a1"), ("anna", "2"), ("a", "nna1"))):
            assert await table.put(key, (float(number),), 0, 2e9)
        assert not await table.put(("anna", "1"), (9.0,), 0)
        seen.append(await table.get(("ann", "a1")))
        seen.append(sorted(await table.of("anna")))
        seen.append(list(await table.of("an")))

    with_table(play, main, keys=("who", "what"), expires=True)
    assert seen == [Item((1.0,), 1), [Item((0.0,), 1), Item((2.0,), 1)], []]


def test_a_key_of_one_part_is_found_alone(play: PlanArm) -> None:
    """A query by it is as good as a get."""
    seen: list[Any] = []

    async def main(ports: Ports) -> None:
        table = ports.tables[TABLE]
        for key in ("anna", "a"):
            await table.put(key, (1.0,))
        seen.extend((list(await table.of("a")), list(await table.of("b"))))

    with_table(play, main)
    assert seen == [[Item((1.0,), 1)], []]


def test_of_two_that_put_at_once_one_learns_of_the_other(play: PlanArm) -> None:
    """Read, add one, put on the condition, and again if that fails: whoever does so at once, no addition is lost."""
    ended: list[Item] = []

    async def add_one(ports: Ports) -> None:
        table, was_put = ports.tables[TABLE], False
        while not was_put:
            value, version = await table.get("count")
            was_put = await table.put("count", (sum(value) + 1.0,), version)

    async def main(ports: Ports) -> None:
        async with ports.group() as group:
            for _ in range(6):
                group.spawn(add_one(ports))
        ended.append(await ports.tables[TABLE].get("count"))

    with_table(play, main)
    assert ended == [Item((6.0,), 6)]


def test_a_function_shares_the_table_of_the_pods(play: PlanArm, tmp_path: Path) -> None:
    """What a function puts, a pod gets, and the other way round."""
    ended: list[Item] = []

    async def main(ports: Ports) -> None:
        await ports.tables[TABLE].put("count", (41.0,))
        (mail,) = await ports.outbox.take(1)
        await ports.functions[FUNCTION].invoke([mail])
        while (item := await ports.tables[TABLE].get("count")).version == 1:
            await ports.clock.sleep(0.1)
        ended.append(item)

    settings = cases.Settings("add", str(tmp_path / "notes"))
    plan = replace(cases.plan(settings, Account(14.0, 0.05)), pods=Pods(main, uses=(FUNCTION, TABLE)))
    play(scenario(), plan, cases.MODULE)
    assert ended == [Item((42.0,), 2)]


async def enqueue(ports: Ports) -> None:
    """The application: it hands all that falls due to the queue."""
    while mails := await ports.outbox.take(10):
        assert list(await ports.queues[QUEUE].put(mails)) == []


async def send_all(ports: Ports) -> None:
    """A worker, which never ends."""
    while True:
        for message in await ports.queues[QUEUE].receive(1, 20.0):
            await ports.mailer.send(message.mail, range(message.mail.recipients))
            await ports.queues[QUEUE].delete([message])


def with_worker(play: PlanArm, worker: Main, hidden_s: float = 30.0, **tables: Any) -> tuple[Columns, Custody]:
    """Play an application that enqueues, and a worker beside it."""
    queue = Queue(QUEUE, visibility_timeout_s=hidden_s)
    application = Pods(enqueue, uses=(QUEUE,))
    plan = Plan(None, application, queues=(queue,), workers=(Pods(worker, replicas=2, uses=(QUEUE, TABLE)),))
    return play(scenario(**tables), replace(plan, tables=(Table(TABLE),)))


def test_no_run_waits_for_the_end_of_a_worker(play: PlanArm) -> None:
    """Workers are dealt no mails and know how many they are; the run is over when all that was enqueued is sent."""
    told: list[tuple[int, int, bool]] = []

    async def worker(ports: Ports) -> None:
        told.append((len(await ports.outbox.take(1)), ports.share.replicas, ports.clock.now() >= 0.0))
        await send_all(ports)

    batch = {"process": "batch", "messages": 12}
    calls, custody = with_worker(play, worker, workload=(batch,))
    assert told == [(0, 2, True)] * 2
    assert sorted(calls["mail"].tolist()) == list(range(12))
    assert not len(custody.held.columns()[0])
    assert not custody.kept.any()


def test_a_crash_of_a_worker_concerns_no_pod_of_the_application(play: PlanArm) -> None:
    """A worker that dies loses what it holds and is back with an empty memory, and its mails are received again."""
    begun: list[float] = []

    async def worker(ports: Ports) -> None:
        begun.append(ports.clock.now())
        if ports.clock.now() < CRASH_S:
            await ports.queues[QUEUE].receive(10, 0.5)
            await ports.clock.sleep(60.0)
        await send_all(ports)

    crashes = [{"kind": "pod_crash", "of": "workers", "start_s": CRASH_S, "duration_s": BACK_S - CRASH_S, "pod": pod}
               for pod in (0, 1)]  # fmt: skip
    trickle = {"process": "constant", "messages_per_s": 4.0, "duration_s": 3.0}
    calls, custody = with_worker(play, worker, HIDDEN_S, workload=(trickle,), fault=tuple(crashes))
    assert sorted(calls["mail"].tolist()) == list(range(12))
    assert [at_s >= BACK_S for at_s in begun] == [False, False, True, True]
    assert not custody.kept.any()


def test_an_error_of_a_worker_ends_the_run(play: PlanArm) -> None:
    """It is raised where the run was started, at once."""

    async def worker(ports: Ports) -> None:
        raise ZeroDivisionError("the worker's")

    with pytest.raises(ZeroDivisionError, match="the worker's"):
        with_worker(play, worker)


def test_queues_that_name_the_same_dead_letters_share_them(play: PlanArm) -> None:
    """What either of two queues gives too often is in the one dead-letter queue behind both."""
    names = ("urgent", "bulk")

    async def main(ports: Ports) -> None:
        for name in names:
            await ports.queues[name].put(await ports.outbox.take(1))
        async with ports.group() as group:
            for name in names:
                group.spawn(waste(ports, name))

    async def waste(ports: Ports, name: str) -> None:
        while await ports.queues[name].receive(1, 2.0):
            pass

    share = partial(Queue, visibility_timeout_s=1.0, max_receive_count=1, dead_letters="failed")
    plan = Plan(None, Pods(main, uses=names), queues=tuple(share(name) for name in names))
    _, custody = play(scenario(workload=({"process": "batch", "messages": 2},)), plan)
    assert sorted(custody.dead.columns()[0].tolist()) == [0, 1]
    assert not len(custody.held.columns()[0])
