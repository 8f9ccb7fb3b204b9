"""The local SQS answers a long poll when there is something to answer, and looks no more often than it must."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from loadtests.endpoint.sqs.queues import Backend
from loadtests.endpoint.sqs.standard_queue import StandardQueue
from tests.unit.queues.clients import LONG_S, PATIENCE_S, filled, only, receive, send_all


def test_a_poll_goes_on_when_all_it_finds_is_dead(sqs: Backend, threads: ThreadPoolExecutor) -> None:
    """A message that moves on is no answer: the poll waits for one that does not."""
    dead = sqs.create_queue("dead")
    filled(sqs, 1, RedrivePolicy={"deadLetterTargetArn": dead.queue_arn, "maxReceiveCount": 1})
    receive(sqs, visibility_s=0)
    poll = threads.submit(receive, sqs, 10, LONG_S)
    assert only(receive(sqs, 1, LONG_S, name="dead")).body == "0"
    sqs.send_message("mails", "alive")
    assert only(poll.result(PATIENCE_S)).body == "alive"


class Watched:
    """A queue's condition variable that counts how often somebody goes to wait."""

    def __init__(self, queue: StandardQueue) -> None:
        self._wait = queue.held._changed.wait
        self.waits = 0
        self.waiting = threading.Semaphore(0)
        queue.held._changed.wait = self.wait  # type: ignore[method-assign]

    def wait(self, timeout: float | None = None) -> bool:
        self.waits += 1
        self.waiting.release()
        return self._wait(timeout)


def polling(sqs: Backend, threads: ThreadPoolExecutor, watched: Watched) -> Future[Any]:
    """A long poll that waits by now."""
    poll = threads.submit(receive, sqs, 10, LONG_S)
    watched.waiting.acquire()
    return poll


def test_a_poll_is_woken_by_what_is_sent(sqs: Backend, threads: ThreadPoolExecutor) -> None:
    """At once, and having waited only once."""
    watched = Watched(filled(sqs, 0))
    poll = polling(sqs, threads, watched)
    sqs.send_message("mails", "news")
    assert only(poll.result(PATIENCE_S)).body == "news"
    assert watched.waits == 1


def test_a_poll_is_woken_by_what_is_made_visible(sqs: Backend, threads: ThreadPoolExecutor) -> None:
    """A visibility timeout set to 0 ends now."""
    queue = filled(sqs, 1)
    held = only(receive(sqs))
    poll = polling(sqs, threads, Watched(queue))
    sqs.change_message_visibility("mails", held.receipt_handle, 0)
    assert only(poll.result(PATIENCE_S)).approximate_receive_count == 2


def test_a_poll_is_woken_when_a_delay_ends(sqs: Backend, threads: ThreadPoolExecutor) -> None:
    """Though the message was sent after the poll began; nobody looks again and again."""
    watched = Watched(filled(sqs, 0))
    poll = polling(sqs, threads, watched)
    sqs.send_message("mails", "late", delay_seconds=1)
    assert only(poll.result(PATIENCE_S)).body == "late"
    assert watched.waits <= 3


@pytest.mark.parametrize("shortened", [False, True])
def test_a_poll_is_woken_when_a_visibility_timeout_ends(
    sqs: Backend, threads: ThreadPoolExecutor, shortened: bool
) -> None:
    """The one that it was received with, or a shorter one, set after the poll began."""
    queue = filled(sqs, 1)
    held = only(receive(sqs, visibility_s=600 if shortened else 1))
    watched = Watched(queue)
    poll = polling(sqs, threads, watched)
    if shortened:
        sqs.change_message_visibility("mails", held.receipt_handle, 1)
    assert only(poll.result(PATIENCE_S)).approximate_receive_count == 2
    assert watched.waits <= 3


def test_each_of_many_polls_is_answered(sqs: Backend, threads: ThreadPoolExecutor) -> None:
    """Sixteen polls that wait for one message each get one each."""
    watched = Watched(filled(sqs, 0))
    polls = [threads.submit(receive, sqs, 1, LONG_S) for _ in range(16)]
    for _ in polls:
        watched.waiting.acquire()
    for number in range(16):
        sqs.send_message("mails", str(number))
    bodies = {only(poll.result(PATIENCE_S)).body for poll in polls}
    assert bodies == {str(number) for number in range(16)}


def test_a_poll_of_a_fifo_queue_is_woken(sqs: Backend, threads: ThreadPoolExecutor) -> None:
    """By what is sent, and when the group's turn comes because the message before is deleted."""
    sqs.create_queue("mails.fifo", FifoQueue="true")
    poll = threads.submit(receive, sqs, 1, LONG_S, 600, "mails.fifo")
    send_all(sqs, "mails.fifo", 1, 2)
    first = only(poll.result(PATIENCE_S))
    poll = threads.submit(receive, sqs, 1, LONG_S, 600, "mails.fifo")
    sqs.delete_message("mails.fifo", first.receipt_handle)
    assert [first.body, only(poll.result(PATIENCE_S)).body] == ["1/0", "1/1"]
