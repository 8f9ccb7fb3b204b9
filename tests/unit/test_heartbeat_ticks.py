"""What a tick of the heartbeat reads, and that it is over before the next is due, whatever arrives meanwhile."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pytest

import sim.run
from scenarios.runs import plan_of
from scenarios.traffic.workload import arrivals
from sim.world import Simulation
from strategies.consuming.prefetch import ROUNDS, Prefetch
from strategies.enqueue import enqueue
from strategies.ports import Ports, Tick
from strategies.resources import Handler, Pods, Queue
from tests.unit.virtual import (
    DISPATCH_S,
    JITTER_S,
    SEED,
    SQS_S,
    TRANSITION_S,
    batch,
    constant,
    evenly,
    exactly,
    fates,
    play,
    scenario,
    simulation,
)

WARM_S = 2.0  # by then the first tick's cold start is over
BEGIN_S = JITTER_S + TRANSITION_S + DISPATCH_S  # from when a tick is due until its handler runs in a warm environment
REGIONAL = {"sqs": constant(1 / 16)}  # four round trips, a call and the machine's own time fit into a second
QUICK = {"sqs": constant(1 / 64), "ses_send": constant(1 / 16)}  # a full second's last call ends within it


class Beat(NamedTuple):
    """One tick, and from when to when its handler ran."""

    due_s: float
    start_s: float
    end_s: float


def watched(beats: list[Beat], *workload: dict[str, Any], **tables: Any) -> Simulation:
    """A heartbeat on constant latencies that notes each tick in `beats` as it ends."""
    of = scenario(*workload, **tables)
    plan = plan_of(of, "heartbeat")
    (heart,) = plan.functions

    def handler(ports: Ports) -> Handler:
        beat = heart.handler(ports)

        async def handle(tick: Tick) -> None:
            start_s = ports.clock.now()
            await beat(tick)
            beats.append(Beat(tick.due_s, start_s, ports.clock.now()))

        return handle

    functions = (replace(heart, handler=handler),)
    return Simulation(of, replace(plan, functions=functions), SEED, arrivals(of.workload, SEED))


def warm_beats(*workload: dict[str, Any], **tables: Any) -> list[Beat]:
    """The ticks of such a heartbeat from `WARM_S` on."""
    beats: list[Beat] = []
    play(watched(beats, *workload, **tables))
    return [beat for beat in beats if beat.due_s >= WARM_S]


def in_time(beats: list[Beat]) -> bool:
    """Whether every second has its tick, which begins at its time and ends before the next is due."""
    return (
        [beat.due_s for beat in beats] == [WARM_S + number for number in range(len(beats))]
        and all(beat.start_s == beat.due_s + BEGIN_S for beat in beats)
        and all(beat.end_s <= beat.due_s + 1.0 for beat in beats)
    )


@pytest.mark.parametrize("rate_per_s", [3.0, 30.0, 300.0])
def test_under_steady_load_a_tick_is_over_before_the_next(rate_per_s: float) -> None:
    """At half the limit no tick is late or left out, though at each of its rounds new mail has arrived."""
    load = evenly(rate_per_s / 2, for_s=20.0, start_s=WARM_S)
    beats = warm_beats(load, rate_per_s=rate_per_s, latency=REGIONAL)
    assert len(beats) >= 20
    assert in_time(beats)


def test_an_idle_tick_asks_once() -> None:
    """An empty queue is asked in one round, which is all that an idle tick takes."""
    beats = warm_beats(batch(1, at_s=20.5), rate_per_s=30.0)
    idle = [beat for beat in beats if beat.due_s <= 20.0]
    assert len(idle) == 19
    assert [beat.end_s - beat.start_s for beat in idle] == [SQS_S] * 19


@pytest.mark.parametrize("rate_per_s", [3.0, 30.0, 300.0])
def test_what_waits_at_a_tick_is_sent_in_its_second(rate_per_s: float) -> None:
    """Where every second has room, a mail that is in the queue before a tick is sent in that tick's second."""
    load = evenly(rate_per_s * 2 / 3, for_s=20.0, start_s=WARM_S)
    of = scenario(load, rate_per_s=rate_per_s, latency=REGIONAL)
    ledger = sim.run.run(of, "heartbeat", SEED)
    sent_s, tick_s = ledger.mails["first_attempt_s"], np.ceil(ledger.mails["enqueued_s"])
    assert len(sent_s) == rate_per_s * 2 / 3 * 20
    assert (sent_s < tick_s + 1.0).all()


def test_a_backlog_is_read_ahead() -> None:
    """Once a backlog is in hand, the first mail of each second goes out as its tick begins, no receive before it."""
    of = scenario(batch(200), rate_per_s=10.0, latency=QUICK)
    starts_s = np.sort(sim.run.run(of, "heartbeat", SEED).calls["start_s"])
    firsts_s = [float(starts_s[starts_s >= second].min()) for second in range(5, 18)]
    assert firsts_s == [exactly(second + BEGIN_S) for second in range(5, 18)]


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_a_short_answer_is_not_taken_for_an_empty_queue(share: float) -> None:
    """Though a short poll finds a part of what there is, a backlog is sent at the limit, as with whole answers."""
    of = scenario(batch(300), rate_per_s=30.0, latency=QUICK, sqs={"short_poll_share": share})
    sent_s = np.sort(sim.run.run(of, "heartbeat", SEED).calls["decided_s"])
    assert sent_s[-1] - sent_s[0] < 300 / 30.0 + 1.0


@pytest.mark.parametrize("share", [0.2, 1.0])
def test_an_idle_tick_asks_for_no_more_however_short_answers_were(share: float) -> None:
    """With the first empty answer it is forgotten that others were short: 30 recipients are three receives."""

    def requests(idle_s: float) -> float:
        of = scenario(batch(60), batch(1, at_s=idle_s - 0.5), rate_per_s=30.0, sqs={"short_poll_share": share})
        return sim.run.run(of, "heartbeat", SEED).usage["sqs_requests"]

    assert requests(60.0) - requests(30.0) == 30 * 3


def test_filling_a_hand_does_not_chase_arrivals() -> None:
    """Though more keeps arriving, and the hand is not full, it is over after the rounds that it may take."""
    took_s: list[float] = []

    async def fill(ports: Ports) -> None:
        await ports.clock.sleep(1.0)
        await Prefetch(ports, "mails", largest=50).fill(1e6)
        took_s.append(ports.clock.now() - 1.0)

    async def main(ports: Ports) -> None:
        async with ports.group() as both:
            both.spawn(enqueue(ports, "mails"))
            both.spawn(fill(ports))

    of = scenario(evenly(100.0, for_s=10.0), horizon_s=20.0)
    play(simulation(of, pods=Pods(main, uses=("mails",)), queues=(Queue("mails", 8.0, 5),)))
    assert took_s == [ROUNDS * SQS_S]


def test_a_backlog_of_large_mails_makes_no_tick_late() -> None:
    """Splitting takes its share of a tick and no more, so no environment dies over it and sends its mails twice."""
    beats: list[Beat] = []
    done = play(watched(beats, batch(60, recipients=50), rate_per_s=14.0, latency=QUICK))
    assert in_time([beat for beat in beats if beat.due_s >= WARM_S])
    assert (fates(done)["accepted"], fates(done)["duplicated"]) == ([50] * 60, [0] * 60)
