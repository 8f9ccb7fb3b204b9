"""The local SQS loses and doubles nothing, for many threads at once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from loadtests.endpoint.sqs.queues import Backend
from tests.unit.queues.clients import LONG_S, filled, receive, send, send_all

END = "end"


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
