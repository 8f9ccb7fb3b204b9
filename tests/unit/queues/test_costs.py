"""The local SQS at a cost that does not depend on how much waits."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from moto.core.parse import QueryParser
from moto.core.utils import get_service_model
from werkzeug.datastructures import MultiDict

from loadtests.endpoint.parsing import moto_forms
from loadtests.endpoint.sqs import messages
from loadtests.endpoint.sqs.queues import Backend
from tests.unit.queues.clients import filled, only, receive


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


def test_a_queue_forgets_what_is_no_longer_true(sqs: Backend) -> None:
    """Hiding one message anew and anew takes no more memory than a bounded number of notes."""
    queue = filled(sqs, 1)
    held = only(receive(sqs))
    for _ in range(5_000):
        sqs.change_message_visibility("mails", held.receipt_handle, 600)
    assert len(queue.held._hidden) <= messages.STALE_ENTRIES + 3


def test_a_form_costs_what_its_fields_cost() -> None:
    """Four times as many entries of a batch, or attributes of a message, take no more than four times the work."""
    moto_forms.install()
    for service, operation, entry in (
        ("sqs", "SendMessageBatch", "SendMessageBatchRequestEntry.{}.Id"),
        ("sns", "Publish", "MessageAttributes.entry.{}.Name"),
    ):
        parser: Any = QueryParser(get_service_model(service).operation_model(operation))

        def cost(many: int, entry: str = entry, parser: Any = parser) -> int:
            form = MultiDict((entry.format(at), "x") for at in range(1, many + 1))
            return work(lambda: parser.parse({"values": form}))

        assert cost(200) < 5 * cost(50)


def test_a_form_has_only_so_many_fields() -> None:
    """A request of millions is refused before it is read."""
    assert not moto_forms.has_too_many_fields(b"&".join([b"a=1"] * 100_000))
    assert moto_forms.has_too_many_fields(b"&".join([b"a=1"] * 100_001))
