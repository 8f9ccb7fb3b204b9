"""What every world promises of clock, chance, group and outbox: one suite, a virtual and a real arm."""

from __future__ import annotations

from itertools import pairwise

import pytest

from strategies.dice import uniform
from strategies.ports import Ports
from strategies.resources import Pods
from tests.contract.arms import SEED, Arm, Main, asyncio_alone, scenario, sim

REAL = (pytest.mark.real_time, pytest.mark.xdist_group("local_aws"))
CLOCK_TICK_S = 1e-6  # a real sleep may end that much early, by the clock's own rounding


@pytest.fixture(params=[pytest.param(sim, id="sim"), pytest.param(asyncio_alone, id="moto", marks=REAL)])
def play(request: pytest.FixtureRequest) -> Arm:
    """A world for pods that send nothing."""
    arm: Arm = request.param
    return arm


def alone(play: Arm, main: Main) -> None:
    """Play one pod on a scenario that does not matter."""
    play(scenario(), Pods(main))


def test_clock_never_goes_back_and_sleeps_long_enough(play: Arm) -> None:
    """now() never decreases, and sleep(d) lasts at least d seconds."""
    seen: list[float] = []

    async def main(ports: Ports) -> None:
        for delay_s in (0.0, 0.01, 0.05):
            seen.append(ports.clock.now())
            await ports.clock.sleep(delay_s)
        seen.append(ports.clock.now())

    alone(play, main)
    assert seen[0] >= 0.0
    slept = [later - sooner for sooner, later in pairwise(seen)]
    assert all(slept_s >= delay_s - CLOCK_TICK_S for slept_s, delay_s in zip(slept, (0.0, 0.01, 0.05), strict=True))


def test_chance_depends_on_its_names_alone(play: Arm) -> None:
    """The jitter of a seed, purpose, mail and attempt is the same number in every world."""
    seen: list[float] = []

    async def main(ports: Ports) -> None:
        seen.append(ports.chance.uniform("backoff", 7, 2))

    alone(play, main)
    assert seen == [uniform(SEED, "backoff", 7, 2)]


def test_group_waits_for_all_and_runs_them_together(play: Arm) -> None:
    """Leaving the block waits for every task, also for those that tasks spawn, and they sleep at the same time."""
    woke: list[int] = []
    asleep = 0

    async def sleeper(ports: Ports) -> None:
        nonlocal asleep
        asleep += 1
        await ports.clock.sleep(0.1)
        woke.append(asleep)
        asleep -= 1

    async def main(ports: Ports) -> None:
        async def spawner() -> None:
            await ports.clock.sleep(0.05)
            group.spawn(sleeper(ports))

        async with ports.group() as group:
            group.spawn(spawner())
            for _ in range(20):
                group.spawn(sleeper(ports))
        assert len(woke) == 21
        assert max(woke) >= 20  # and but for the one that came later all were asleep when the first woke

    alone(play, main)
    assert len(woke) == 21


def test_group_raises_the_first_error_and_cancels_nobody(play: Arm) -> None:
    """A task's error is raised on leaving, the very object, after the others have finished their work."""
    first, finished = ValueError("first"), []

    async def fail(ports: Ports, delay_s: float, error: Exception) -> None:
        await ports.clock.sleep(delay_s)
        raise error

    async def work(ports: Ports) -> None:
        await ports.clock.sleep(0.1)
        finished.append(True)

    async def block(ports: Ports) -> None:
        async with ports.group() as group:
            group.spawn(work(ports))
            group.spawn(fail(ports, 0.05, KeyError("second")))
            group.spawn(fail(ports, 0.01, first))

    async def main(ports: Ports) -> None:
        with pytest.raises(ValueError, match="first") as caught:
            await block(ports)
        assert caught.value is first

    alone(play, main)
    assert finished == [True]


def test_an_error_in_a_group_that_is_never_left_ends_the_run(play: Arm) -> None:
    """A pod that polls for ever leaves no group: what went wrong in a task of it must not be lost with the horizon."""

    async def fail() -> None:
        raise ValueError("unheard")

    async def main(ports: Ports) -> None:
        async with ports.group() as group:
            group.spawn(fail())
            await ports.clock.sleep(1e6)

    with pytest.raises(ValueError, match="unheard"):
        play(scenario(horizon_s=0.25), Pods(main))


def test_group_of_a_failing_block_still_waits(play: Arm) -> None:
    """An error of the block itself leaves it only after every task has ended, and takes precedence over theirs."""
    finished = []

    async def work(ports: Ports) -> None:
        await ports.clock.sleep(0.05)
        finished.append(True)
        raise KeyError("the task's")

    async def block(ports: Ports) -> None:
        async with ports.group() as group:
            group.spawn(work(ports))
            raise ValueError("the block's")

    async def main(ports: Ports) -> None:
        with pytest.raises(ValueError, match="the block's"):
            await block(ports)
        assert finished == [True]

    alone(play, main)
    assert finished == [True]


def test_group_awaits_nothing_while_its_coroutine_is_closed(play: Arm) -> None:
    """A pod's coroutine may be closed in mid-sleep: the group around it must not try to wait."""
    closed = []

    async def pod(ports: Ports) -> None:
        async with ports.group() as group:
            group.spawn(nap(ports))
            await ports.clock.sleep(10.0)

    async def nap(ports: Ports) -> None:
        await ports.clock.sleep(0.01)

    async def main(ports: Ports) -> None:
        coroutine = pod(ports)
        coroutine.send(None)
        coroutine.close()
        closed.append(True)
        await ports.clock.sleep(0.05)

    alone(play, main)
    assert closed == [True]


@pytest.mark.parametrize(
    ("weights", "expected"),
    [((), [[0, 2, 4, 6], [1, 3, 5, 7]]), ((1.0, 3.0), [[1, 5], [0, 2, 3, 4, 6, 7]])],
    ids=["in turn", "by weight"],
)
def test_outbox_hands_out_each_mail_once_when_it_is_due(
    play: Arm, weights: tuple[float, ...], expected: list[list[int]]
) -> None:
    """Mails come in order, never before their intended instant, each to one pod: in turn, or to whoever lags."""
    got: list[list[int]] = []

    async def main(ports: Ports) -> None:
        mine: list[int] = []
        got.append(mine)
        async for mail in ports.outbox:
            assert ports.clock.now() >= mail.intended_s
            mine.append(mail.number)

    due = scenario(workload=({"process": "constant", "messages_per_s": 40.0, "duration_s": 0.2},))
    play(due, Pods(main, replicas=2, weights=weights))
    assert sorted(got) == sorted(expected)


def test_outbox_take_gives_what_is_due(play: Arm) -> None:
    """take(n) waits for a mail, gives at most n of those that are due, and nothing once there will be none."""
    takes: list[list[int]] = []

    async def main(ports: Ports) -> None:
        while mails := await ports.outbox.take(3):
            assert all(mail.intended_s <= ports.clock.now() for mail in mails)
            takes.append([mail.number for mail in mails])

    late = {"process": "batch", "messages": 1, "at_s": 0.1}
    play(scenario(workload=({"process": "batch", "messages": 5}, late)), Pods(main))
    assert takes in (
        [[0, 1, 2], [3, 4], [5]],
        [[0, 1, 2], [3, 4, 5]],
    )  # all are due if it is asked late


def test_outbox_of_a_lane_gives_its_mails_alone(play: Arm) -> None:
    """In order, when they are due, and whatever is still to come in the other lanes; one without any mails is empty."""
    takes: dict[int, list[list[int]]] = {}

    async def drain(ports: Ports, lane: int) -> None:
        outbox = ports.outbox.of_lane(lane)
        while mails := await outbox.take(3):
            assert all(mail.lane == lane and mail.intended_s <= ports.clock.now() for mail in mails)
            takes.setdefault(lane, []).append([mail.number for mail in mails])

    async def main(ports: Ports) -> None:
        async with ports.group() as lanes:
            for lane in (2, 1, 0):
                lanes.spawn(drain(ports, lane))

    news = {"process": "batch", "messages": 4, "lane": "news"}
    urgent = {"process": "batch", "messages": 1, "at_s": 0.1, "lane": "urgent", "priority": 1}
    play(scenario(workload=(news, urgent)), Pods(main))
    assert takes == {0: [[4]], 1: [[0, 1, 2], [3]]}


def test_a_single_lane_is_the_whole_outbox(play: Arm) -> None:
    """Where no workload names a lane, all mails are of the first."""
    taken: list[int] = []

    async def main(ports: Ports) -> None:
        assert await ports.outbox.of_lane(1).take(5) == []
        taken.extend(mail.number for mail in await ports.outbox.of_lane(0).take(5))

    play(scenario(workload=({"process": "batch", "messages": 2},)), Pods(main))
    assert taken == [0, 1]


def test_what_is_given_up_or_left_by_a_pod_that_ends_is_not_kept(play: Arm) -> None:
    """Custody: a deliberate loss is noted with its recipients, and a pod that ends keeps nothing."""

    async def main(ports: Ports) -> None:
        async for mail in ports.outbox:
            ports.outbox.give_up(mail, range(1, 3))

    mails = scenario(workload=({"process": "batch", "messages": 2, "recipients": 3},))
    _, custody = play(mails, Pods(main))
    assert [column.tolist() for column in custody.given_up.columns()] == [[0, 1], [1, 1], [2, 2]]
    assert not custody.kept.any()
