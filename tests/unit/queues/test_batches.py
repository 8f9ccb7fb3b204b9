"""Whatever a batch holds, it is known what became of each entry."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings
from moto.sqs.exceptions import SQSException

from loadtests.endpoint.sqs.queues import Backend

ODD = st.text(st.sampled_from("a\x00\x0b\ufffe\t😀"), max_size=3)
ATTRIBUTES = st.fixed_dictionaries(
    {"DataType": st.sampled_from(["String", "Number", "Binary", "X", ""])},
    optional={"StringValue": ODD | st.just("1"), "BinaryValue": st.binary(max_size=2)},
)
ENTRIES = st.lists(
    st.fixed_dictionaries(
        {"Id": st.sampled_from("abcd:"), "MessageBody": ODD | st.just("x" * 1025)},
        optional={
            "DelaySeconds": st.integers(-1, 901),
            "MessageGroupId": ODD,
            "MessageDeduplicationId": ODD,
            "MessageAttributes": st.dictionaries(st.sampled_from(["k", "", "a b", "AWS.x"]), ATTRIBUTES, max_size=2),
        },
    ),
    max_size=11,
)


@given(ENTRIES, st.sampled_from(["std", "small", "f.fifo", "content.fifo"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
def test_a_batch_accounts_for_each_entry(sqs: Backend, entries: list[dict[str, Any]], name: str) -> None:
    """It is sent, or has failed, once; or the batch as a whole is refused, and nothing is sent."""
    size = "1024" if name == "small" else "1048576"
    fifo: dict[str, Any] = {"FifoQueue": "true", "ContentBasedDeduplication": str(name == "content.fifo").lower()}
    queue = sqs.create_queue(name, MaximumMessageSize=size, **(fifo if name.endswith("fifo") else {}))
    before = len(list(queue._messages))
    try:
        sent, failed = sqs.send_message_batch(name, {str(at): one for at, one in enumerate(entries)})
    except SQSException:
        assert len(list(queue._messages)) == before
        return
    ids = [message.user_id for message in sent] + [one["Id"] for one in failed]  # type: ignore[attr-defined]
    assert sorted(ids) == sorted(one["Id"] for one in entries)
