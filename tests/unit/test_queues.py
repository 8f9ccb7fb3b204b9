"""The local SQS: what SQS promises, for many threads at once, at a cost that does not depend on how much waits."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import FrameType
from typing import Any

import pytest
from moto.sqs.exceptions import (
    BatchRequestTooLong,
    InvalidParameterValue,
    MissingParameter,
    PurgeQueueInProgress,
    ReceiptHandleIsInvalid,
    SQSException,
)
from moto.sqs.models import Message, sqs_backends

from loadtests.endpoint import messages, queues
from loadtests.endpoint.queues import Backend
from loadtests.endpoint.standard_queue import StandardQueue

ACCOUNT, REGION = "123456789012", "us-east-1"
LONG_S = 20  # SQS's longest poll
PATIENCE_S = 10  # half of that: who has an answer by then was woken
END = "end"


@pytest.fixture
def sqs(monkeypatch: pytest.MonkeyPatch) -> Backend:
    """An SQS of one account and region without queues."""
    monkeypatch.setattr(queues, "duplicate", bool)
    queues.install()
    backend = sqs_backends[ACCOUNT][REGION]
    assert isinstance(backend, Backend)
    return backend


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    """Room for 16 clients."""
    with ThreadPoolExecutor(16) as pool:
        yield pool


def filled(sqs: Backend, depth: int, name: str = "mails", **attributes: Any) -> StandardQueue:
    """A queue with so many messages."""
    queue = sqs.create_queue(name, **attributes)
    assert isinstance(queue, StandardQueue)
    for number in range(depth):
        sqs.send_message(name, str(number))
    return queue


def receive(sqs: Backend, at_most: int = 10, wait_s: int = 0, visibility_s: int = 600, name: str = "mails") -> Any:
    """Messages of a queue."""
    return sqs.receive_message(name, at_most, wait_s, visibility_s)


def only(received: list[Message]) -> Any:
    """The one message that was received."""
    (message,) = received
    return message


def drain(sqs: Backend, name: str) -> list[str]:
    """Bodies received and deleted until somebody says that this is the end; the others have to hear it too."""
    bodies: list[str] = []
    while True:
        for message in sqs.receive_message(name, 10, LONG_S, 600):
            sqs.delete_message(name, message.receipt_handle or "")
            if message.body == END:
                send(sqs, name, END, "end")
                return bodies
            bodies.append(message.body)


def send(sqs: Backend, name: str, body: str, group: str) -> None:
    """Send to a queue of either kind."""
    fifo = {"group_id": group, "deduplication_id": f"{group}/{body}/{threading.get_ident()}"}
    sqs.send_message(name, body, **(fifo if name.endswith(".fifo") else {}))


def send_all(sqs: Backend, name: str, sender: int, many: int) -> None:
    """So many messages of one sender's group."""
    for number in range(many):
        send(sqs, name, f"{sender}/{number}", str(sender))


def exchange(sqs: Backend, threads: ThreadPoolExecutor, name: str, many: int) -> list[list[str]]:
    """What 8 receivers got of what 8 senders sent meanwhile."""
    receivers = [threads.submit(drain, sqs, name) for _ in range(8)]
    for sender in [threads.submit(send_all, sqs, name, sender, many) for sender in range(8)]:
        sender.result()
    send(sqs, name, END, "last")
    return [receiver.result() for receiver in receivers]


def test_sixteen_clients_lose_and_double_nothing(sqs: Backend, threads: ThreadPoolExecutor) -> None:
    """Eight threads send while eight receive and delete: each message arrives once, and the queue is empty."""
    queue = filled(sqs, 0)
    bodies = [body for received in exchange(sqs, threads, "mails", 250) for body in received]
    assert Counter(bodies) == {f"{sender}/{number}": 1 for sender in range(8) for number in range(250)}
    assert [message.body for message in queue.messages] == [END]
    assert queue.approximate_number_of_messages_not_visible == 0


def test_sixteen_receivers_share_what_waits(sqs: Backend, threads: ThreadPoolExecutor) -> None:
    """Nobody gets what another has."""
    filled(sqs, 2_000)
    batches = threads.map(lambda _: receive(sqs), range(210))
    bodies = Counter(message.body for batch in batches for message in batch)
    assert bodies == {str(number): 1 for number in range(2_000)}


def test_fifo_queues_keep_their_order_for_many_clients(sqs: Backend, threads: ThreadPoolExecutor) -> None:
    """Within a group messages arrive in the order of their sending, each once, whoever receives them."""
    sqs.create_queue("mails.fifo", FifoQueue="true")
    received = exchange(sqs, threads, "mails.fifo", 10)
    bodies = [body for batch in received for body in batch]
    assert Counter(bodies) == {f"{sender}/{number}": 1 for sender in range(8) for number in range(10)}
    for batch in received:
        for sender in range(8):
            numbers = [int(body.split("/")[1]) for body in batch if body.startswith(f"{sender}/")]
            assert numbers == sorted(numbers)


def work(task: Callable[[], object]) -> int:
    """How many bytecodes a task takes: what it costs, whatever else the machine does."""
    done = 0

    def count(frame: FrameType, event: str, _arg: object) -> Any:
        nonlocal done
        frame.f_trace_opcodes = True
        done += event == "opcode"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        task()
    finally:
        sys.settrace(before)
    return done


def costs(sqs: Backend, depth: int) -> dict[str, int]:
    """What each request costs with so many messages waiting and as many in flight."""
    name = f"depth-{depth}"
    filled(sqs, 2 * depth, name)
    held = [message for _ in range(depth // 10) for message in receive(sqs, name=name)]
    receipts = [message.receipt_handle for message in held]
    return {
        "send": work(lambda: sqs.send_message(name, "one more")),
        "receive": work(lambda: receive(sqs, name=name)),
        "change": work(lambda: sqs.change_message_visibility(name, receipts[-1], 30)),
        "delete": work(lambda: sqs.delete_message(name, receipts[0])),
        "count": work(lambda: sqs.get_queue_attributes(name, ["All"])),
    }


def test_what_waits_costs_nothing(sqs: Backend) -> None:
    """With twenty times as many messages no request does more work, save for a few steps of chance."""
    shallow, deep = costs(sqs, 100), costs(sqs, 2_000)
    assert all(deep[request] <= 1.1 * shallow[request] for request in shallow), (shallow, deep)


def test_a_stale_receipt_deletes_nothing(sqs: Backend) -> None:
    """Only the latest receipt deletes; an earlier one, and one of a message that is gone, succeed all the same."""
    queue = filled(sqs, 1)
    first, second = (only(receive(sqs, visibility_s=0)).receipt_handle for _ in range(2))
    sqs.delete_message("mails", first)
    assert queue.approximate_number_of_messages == 1
    sqs.delete_message("mails", second)
    assert queue.approximate_number_of_messages == 0
    sqs.delete_message("mails", second)


@pytest.mark.parametrize("receipt", ["unknown", "é", "AAAA"])
def test_a_receipt_that_never_was_is_refused(sqs: Backend, receipt: str) -> None:
    """As is that of another queue."""
    filled(sqs, 0)
    filled(sqs, 1, "others")
    others = only(receive(sqs, name="others")).receipt_handle
    for strange in (receipt, others):
        with pytest.raises(ReceiptHandleIsInvalid):
            sqs.delete_message("mails", strange)
        with pytest.raises(ReceiptHandleIsInvalid):
            sqs.change_message_visibility("mails", strange, 0)


def test_what_is_received_too_often_moves_to_the_dead_letter_queue(sqs: Backend) -> None:
    """When its receive count would exceed maxReceiveCount; the count goes on there."""
    dead = sqs.create_queue("dead")
    policy = {"deadLetterTargetArn": dead.queue_arn, "maxReceiveCount": 2}
    queue = filled(sqs, 1, RedrivePolicy=policy)
    counts = [only(receive(sqs, visibility_s=0)).approximate_receive_count for _ in range(2)]
    assert counts == [1, 2]
    assert receive(sqs) == []
    assert len(queue.held.entries()) == 0
    assert only(receive(sqs, name="dead")).approximate_receive_count == 3


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


def test_the_attributes_count_what_there_is(sqs: Backend) -> None:
    """Visible, in flight and delayed, each message in one of them."""
    filled(sqs, 7)
    sqs.send_message("mails", "late", delay_seconds=600)
    held = receive(sqs, 3)
    sqs.delete_message("mails", held[0].receipt_handle)
    names = ("", "NotVisible", "Delayed")
    attributes = sqs.get_queue_attributes("mails", ["All"])
    assert [attributes[f"ApproximateNumberOfMessages{name}"] for name in names] == [4, 2, 1]


def test_contents_tell_every_message(sqs: Backend) -> None:
    """Of queues of both kinds, with its state and how often it was received."""
    filled(sqs, 2)
    sqs.create_queue("mails.fifo", FifoQueue="true")
    send_all(sqs, "mails.fifo", 1, 1)
    receive(sqs, 1)
    sqs.send_message("mails", "late", delay_seconds=600)
    told = queues.contents(ACCOUNT, REGION)
    seen = {name: [(row["body"], row["receive_count"], row["state"]) for row in rows] for name, rows in told.items()}
    assert seen["mails"] == [("0", 1, "in_flight"), ("1", 0, "visible"), ("late", 0, "delayed")]
    assert seen["mails.fifo"] == [("1/0", 0, "visible")]
    assert len({row["id"] for rows in told.values() for row in rows}) == 4


def test_bodies_are_measured_in_bytes(sqs: Backend) -> None:
    """Two to an é; a batch is as long as its bodies together."""
    body = "é" * 600_000
    filled(sqs, 0)
    with pytest.raises(InvalidParameterValue, match="1048576 bytes"):
        sqs.send_message("mails", body)
    entry: dict[str, Any] = {"MessageBody": body[:300_000], "MessageAttributes": {}, "DelaySeconds": None}
    with pytest.raises(BatchRequestTooLong, match="1200000 bytes"):
        sqs.send_message_batch("mails", {str(number): {"Id": str(number), **entry} for number in range(2)})


def test_an_empty_body_is_refused(sqs: Backend) -> None:
    """As SQS does, which wants a character at least."""
    filled(sqs, 0)
    with pytest.raises(MissingParameter, match="MessageBody"):
        sqs.send_message("mails", "")


def test_a_duplicate_is_delivered_once_more_and_not_for_ever(sqs: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though it is hidden; its first receipt is stale then."""
    monkeypatch.setattr(queues, "duplicate", lambda: True)
    queue = filled(sqs, 1)
    first, second = receive(sqs)
    assert receive(sqs) == []
    assert (first.id, first.approximate_receive_count) == (second.id, 1)
    assert second.approximate_receive_count == 2
    sqs.delete_message("mails", first.receipt_handle)
    assert queue.approximate_number_of_messages_not_visible == 1


def test_a_deleted_message_has_no_duplicate(sqs: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is deleted before it would be delivered once more is gone."""
    monkeypatch.setattr(queues, "duplicate", lambda: True)
    filled(sqs, 1)
    sqs.delete_message("mails", only(receive(sqs, 1)).receipt_handle)
    assert receive(sqs) == []


def test_a_purge_leaves_nothing(sqs: Backend) -> None:
    """Neither what waits nor what is in flight, whose receipts succeed and delete nothing; and once a minute only."""
    queue = filled(sqs, 5)
    held = receive(sqs, 2)
    sqs.purge_queue("mails")
    sqs.send_message("mails", "after")
    sqs.delete_message("mails", held[0].receipt_handle)
    assert [message.body for message in queue.messages] == ["after"]
    with pytest.raises(PurgeQueueInProgress):
        sqs.purge_queue("mails")


def test_what_is_older_than_the_retention_period_is_gone(sqs: Backend) -> None:
    """Nobody receives it."""
    old, _young = filled(sqs, 2).held
    old.sent_timestamp = 0  # type: ignore[assignment]
    assert only(receive(sqs)).body == "1"
    assert [row["body"] for row in queues.contents(ACCOUNT, REGION)["mails"]] == ["1"]


def test_only_what_is_in_flight_can_be_hidden_longer(sqs: Backend) -> None:
    """What has reappeared is anybody's."""
    filled(sqs, 1)
    held = only(receive(sqs, visibility_s=0))
    with pytest.raises(SQSException, match="not in flight"):
        sqs.change_message_visibility("mails", held.receipt_handle, 10)
    with pytest.raises(InvalidParameterValue, match="43200 seconds"):
        sqs.change_message_visibility("mails", only(receive(sqs)).receipt_handle, 43_201)


def test_each_entry_of_a_batch_fails_for_itself(sqs: Backend) -> None:
    """One that has reappeared, and one that is unknown, keep no other from being hidden longer."""
    filled(sqs, 2)
    held, back = receive(sqs)
    sqs.change_message_visibility("mails", back.receipt_handle, 0)
    receipts = {"back": back.receipt_handle, "held": held.receipt_handle, "unknown": "unknown"}
    entries = [{"Id": name, "ReceiptHandle": receipt, "VisibilityTimeout": 9} for name, receipt in receipts.items()]
    succeeded, failed = sqs.change_message_visibility_batch("mails", entries)
    assert succeeded == ["held"]
    codes = {wrong["Id"]: wrong["Code"] for wrong in failed}
    assert codes == {"back": "AWS.SimpleQueueService.MessageNotInflight", "unknown": "ReceiptHandleIsInvalid"}


def test_no_more_than_so_many_are_in_flight(sqs: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until one of them is deleted."""
    monkeypatch.setattr(messages, "IN_FLIGHT_MOST", 3)
    filled(sqs, 10)
    held = receive(sqs)
    assert (len(held), receive(sqs)) == (3, [])
    sqs.delete_message("mails", held[0].receipt_handle)
    assert len(receive(sqs)) == 1


def test_a_queue_forgets_what_is_no_longer_true(sqs: Backend) -> None:
    """Hiding one message anew and anew takes no more memory than a bounded number of notes."""
    queue = filled(sqs, 1)
    held = only(receive(sqs))
    for _ in range(5_000):
        sqs.change_message_visibility("mails", held.receipt_handle, 600)
    assert len(queue.held._hidden) <= messages.STALE_ENTRIES + 3


def test_a_queue_is_made_once(sqs: Backend) -> None:
    """Asking for the same queue again finds it, with its messages; with other attributes it is an error."""
    queue = filled(sqs, 1, DelaySeconds="0")
    assert sqs.create_queue("mails", DelaySeconds="0") is queue
    with pytest.raises(SQSException, match="already exists"):
        sqs.create_queue("mails", DelaySeconds="1")
