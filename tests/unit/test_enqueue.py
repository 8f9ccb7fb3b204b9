"""Laws of the application in front of its queues."""

from __future__ import annotations

from functools import partial

import numpy as np

from sim.world import Simulation
from strategies.enqueue import BATCH, WORKERS, enqueue, enqueue_by_lane, queue_names
from strategies.resources import Lane, Pods, Queue
from tests.unit.virtual import SQS_S, batch, exactly, play, scenario, simulation

URGENT = {**batch(1, at_s=SQS_S), "lane": "transactional", "priority": 1}
NEWS = {**batch(100 * WORKERS * BATCH), "lane": "newsletter"}
LANES = scenario(NEWS, URGENT, horizon_s=100.0).lanes


def enqueued(*queues: str) -> Simulation:
    """A newsletter and a mail that falls due while it is being enqueued, with these queues."""
    main = partial(enqueue, queue="mails") if queues == ("mails",) else partial(enqueue_by_lane, queues=queues)
    of = scenario(NEWS, URGENT, horizon_s=100.0)
    parts = {"pods": Pods(main, uses=queues), "queues": tuple(Queue(name) for name in queues)}
    return play(simulation(of, **parts))


def test_a_single_lane_needs_no_name() -> None:
    """Several lanes have a queue each, named after them; a single one has the name alone."""
    assert queue_names("mails", LANES) == ("mails-transactional", "mails-newsletter")
    assert queue_names("mails", (Lane("default"),)) == ("mails",)


def test_an_urgent_mail_is_enqueued_before_what_waits_in_other_lanes() -> None:
    """With a queue for all it comes behind the whole newsletter, with one of its own after a request."""
    in_turn, by_lane = enqueued("mails"), enqueued(*queue_names("mails", LANES))
    urgent = int(np.flatnonzero(in_turn.arrivals.lanes == 0)[0])
    assert in_turn.enqueued_s[urgent] > 99 * SQS_S
    assert by_lane.enqueued_s[urgent] == exactly(URGENT["at_s"] + SQS_S / 2)


def test_every_mail_is_put_into_its_lanes_queue_in_full_batches() -> None:
    """Of one lane each, ten a request, and none is missing."""
    queues = queue_names("mails", LANES)
    done = enqueued(*queues)
    assert [{mail.lane for mail in done.queues[name].mails()} for name in queues] == [{0}, {1}]
    assert sum(len(done.queues[name]) for name in queues) == len(done.arrivals.recipients)
    assert done.sqs_bill.requests == 1 + 100 * WORKERS
