"""Deleting what was sent: ten messages a request, none of which waits long for others, and no mail is lost by it."""

from __future__ import annotations

from math import inf
from typing import Any

import pytest

import sim.run
from strategies.consuming.deletions import LINGER_S, Deletions
from strategies.consuming.hand import Held
from strategies.ports import Ports
from strategies.resources import Pods, Queue
from tests.unit.virtual import SEED, SQS_S, batch, fault, play, scenario, simulation

NAME, HIDDEN_S = "mails", 30.0
BEGIN_S = 2.0


async def received(ports: Ports, messages: int) -> list[Held]:
    """So many messages in hand, by `BEGIN_S`."""
    await ports.queues[NAME].put(await ports.outbox.take(messages))
    taken = await ports.queues[NAME].receive(messages, 0.0)
    await ports.clock.sleep(BEGIN_S - ports.clock.now())
    return [Held(message, inf) for message in taken]


Deleted = tuple[float, int]
"""When, and how many messages."""


def deleted(added_s: list[float], expected: float = inf, last_s: float = inf) -> tuple[list[Deleted], float]:
    """The batches in which messages are deleted that are added at these instants, and when the group is over."""
    log: list[Deleted] = []
    over_s = [0.0]

    async def main(ports: Ports) -> None:
        held, clock = await received(ports, len(added_s)), ports.clock
        async with ports.group() as tasks:
            note: Any = lambda batch: log.append((clock.now() - BEGIN_S, len(batch)))  # noqa: E731
            deletions = Deletions(clock, ports.queues[NAME], tasks, expected, BEGIN_S + last_s, note)
            for one, at_s in zip(held, added_s, strict=True):
                await clock.sleep(BEGIN_S + at_s - clock.now())
                deletions.add(one)
        over_s[0] = clock.now() - BEGIN_S

    done = play(simulation(scenario(batch(len(added_s))), pods=Pods(main, uses=(NAME,)), queues=(Queue(NAME),)))
    assert not len(done.queues[NAME])
    return log, over_s[0]


def test_ten_go_together_and_fewer_when_the_first_has_waited() -> None:
    """A full batch is deleted at once; what stays below waits for a second, from its first message on."""
    assert deleted([0.0] * 9 + [0.5])[0] == [(0.5 + SQS_S, 10)]
    assert deleted([0.0, 0.25, 0.5])[0] == [(LINGER_S + SQS_S, 3)]
    assert deleted([0.0, LINGER_S + 0.5])[0] == [(LINGER_S + SQS_S, 1), (2 * LINGER_S + 0.5 + SQS_S, 1)]


def test_the_last_that_is_expected_takes_all_with_it() -> None:
    """Where it is known that no more will come, none waits, and the group is over with the request, or a look later."""
    assert deleted([0.0], expected=1) == ([(SQS_S, 1)], SQS_S)
    assert deleted([0.0, 0.25, 0.5], expected=3, last_s=0.4375) == ([(0.5 + SQS_S, 3)], 0.5 + SQS_S)


def test_a_call_that_hangs_keeps_no_other_mail_in_the_queue() -> None:
    """A mail that is never answered ends the heart with its timeout: it alone of its second is sent again."""
    hangs = fault("lost_response", 3.0, 1.0, probability=0.5)
    patient = {"read_timeout_s": 6.0}  # more than the function
    of = scenario(batch(6, at_s=2.5), rate_per_s=10.0, fault=(hangs,), client=patient, horizon_s=60.0)
    ledger = sim.run.run(of, "heartbeat", SEED)
    unheard = ledger.calls["end_s"] - ledger.calls["start_s"] > 5.0
    assert 0 < unheard.sum() < 6
    twice = ledger.mails["duplicated"] > 0
    assert set(ledger.calls["mail"][unheard]) == set(twice.nonzero()[0])


@pytest.mark.parametrize("strategy", ["heartbeat", "pacemaker"])
def test_a_broadcast_is_deleted_in_batches(strategy: str) -> None:
    """Of requests a mail costs a tenth to put, little more to receive, and a tenth to delete."""
    of = scenario(batch(300), rate_per_s=30.0, horizon_s=60.0)
    ledger = sim.run.run(of, strategy, SEED)
    assert ledger.usage["sqs_requests"] < 0.4 * 300
    assert ledger.mails["accepted"].sum() == 300


def test_what_was_sent_and_not_deleted_is_sent_twice_and_never_lost() -> None:
    """A consumer that dies while messages wait for their batch has had them accepted: they come again, ten at most."""
    crash = fault("pod_crash", 3.0, 20.0, pod=0, of="workers")
    of = scenario(batch(40), rate_per_s=10.0, fault=(crash,), horizon_s=120.0)
    ledger = sim.run.run(of, "pacemaker", SEED)
    assert ledger.mails["accepted"].sum() == 40
    assert 0 < ledger.mails["duplicated"].sum() <= 10
