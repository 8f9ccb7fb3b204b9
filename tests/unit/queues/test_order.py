"""A FIFO queue keeps the order of each group, whatever becomes of its messages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from moto.sqs import models

from loadtests.endpoint.sqs import fifo_queue, queues
from loadtests.endpoint.sqs.moves import Task
from loadtests.endpoint.sqs.queues import Backend
from tests.unit.queues.clients import receive


class Clock:
    """The queues' time, which goes on as far as a test says."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now_ms = 1_700_000_000_000.0
        for module in (models, queues, fifo_queue):
            patch.setattr(module, "unix_time_millis", lambda: self.now_ms)

    def goes_on(self, by_s: float) -> None:
        self.now_ms += by_s * 1000 + 1


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that a test sets."""
    return Clock(monkeypatch)


def lettered(sqs: Backend, letters: str, group: str = "g", **attributes: Any) -> Any:
    """The FIFO queue `x.fifo` with a message for each letter, all of one group."""
    queue = sqs.create_queue("x.fifo", FifoQueue="true", **attributes)
    for letter in letters:
        sqs.send_message("x.fifo", letter, deduplication_id=group + letter, group_id=group)
    return queue


def letters(sqs: Backend, at_most: int = 10, visibility_s: int = 10, name: str = "x.fifo") -> str:
    """Those that are received."""
    return "".join(message.body for message in receive(sqs, at_most, 0, visibility_s, name))


@pytest.mark.parametrize("at_most", [1, 3, 10])
def test_what_was_not_deleted_comes_back_in_order(sqs: Backend, clock: Clock, at_most: int) -> None:
    """Once its visibility timeout is over; until then the group waits, and another one does not."""
    lettered(sqs, "abcd")
    for _ in range(3):
        assert letters(sqs, at_most) == "abcd"[:at_most]
        assert letters(sqs) == ""
        clock.goes_on(10)
    assert letters(sqs, at_most) == "abcd"[:at_most]
    lettered(sqs, "z", "other")
    assert letters(sqs) == "z"


def test_a_group_waits_until_nothing_of_it_is_in_flight(sqs: Backend, clock: Clock) -> None:
    """Though its first message is visible again: a later one is being worked on."""
    lettered(sqs, "abcd")
    first, second = receive(sqs, 2, name="x.fifo")
    sqs.change_message_visibility("x.fifo", first.receipt_handle, 0)
    clock.goes_on(0)
    assert letters(sqs) == ""
    sqs.delete_message("x.fifo", second.receipt_handle)
    assert letters(sqs) == "acd"


def test_what_is_received_too_often_dies_in_order(sqs: Backend, clock: Clock) -> None:
    """A task moves it back in that order, too."""
    dead = sqs.create_queue("dead.fifo", FifoQueue="true")
    policy = json.dumps({"deadLetterTargetArn": dead.queue_arn, "maxReceiveCount": 2})
    queue = lettered(sqs, "abcd", RedrivePolicy=policy)
    assert [letters(sqs, visibility_s=0) for _ in range(3)] == ["abcd", "abcd", ""]
    assert letters(sqs, name="dead.fifo") == "abcd"
    clock.goes_on(10)
    Task(dead, None, None, 4)._run(sqs._take, sqs._put)
    assert [queue.approximate_number_of_messages, letters(sqs)] == [4, "abcd"]


def test_what_cannot_be_moved_stays_the_first(sqs: Backend) -> None:
    """A move that fails puts the message back before those that were sent after it."""
    queue = lettered(sqs, "abc")
    task = Task(queue, "arn:aws:sqs:us-east-1:123456789012:gone.fifo", None, 3)
    task._run(sqs._take, sqs._put)
    assert (task.status, letters(sqs)) == ("FAILED", "abc")


def test_what_is_too_old_holds_up_nothing(sqs: Backend, clock: Clock) -> None:
    """Neither what is visible nor what is in flight: it is gone, and its group goes on."""
    queue = lettered(sqs, "ab", MessageRetentionPeriod="60")
    assert letters(sqs, 1, visibility_s=600) == "a"
    clock.goes_on(60)
    sqs.send_message("x.fifo", "new", deduplication_id="new", group_id="g")
    assert letters(sqs) == "new"
    assert len(queue._messages) == 1
