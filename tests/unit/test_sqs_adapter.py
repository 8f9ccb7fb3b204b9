"""SQS through boto3: what becomes of a batch of which some entries fail."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from loadtests.ports.request_threads import RequestThreads
from loadtests.ports.sqs import Queue
from strategies.ports import Mail, Received


class Failing:
    """An SQS client that fails entries of deletions, and remembers what it was asked."""

    def __init__(self, failures: list[dict[str, bool]]) -> None:
        self._failures, self.asked = failures, list[dict[str, str]]()

    def delete_message_batch(self, **asked: Any) -> dict[str, Any]:
        """The next failures, by the entries' ids and whether it is the sender's fault."""
        self.asked.append({one["Id"]: one["ReceiptHandle"] for one in asked["Entries"]})
        return {"Failed": [{"Id": name, "SenderFault": fault} for name, fault in self._failures.pop(0).items()]}


@pytest.mark.parametrize(
    ("failures", "asked"),
    [
        ([{}], [{"0": "a", "1": "b", "2": "c"}]),
        ([{"1": True}], [{"0": "a", "1": "b", "2": "c"}]),
        ([{"0": True, "2": False}, {"2": False}], [{"0": "a", "1": "b", "2": "c"}, {"2": "c"}]),
    ],
)
def test_what_sqs_fails_to_delete_is_asked_for_once_more(
    failures: list[dict[str, bool]], asked: list[dict[str, str]]
) -> None:
    """A receipt that is none is not: it would fail again."""
    client, threads = Failing(failures), RequestThreads(1)
    messages = [Received(Mail(number, 1, 0.0), "id", receipt, 1) for number, receipt in enumerate("abc")]

    async def delete() -> None:
        await Queue(client, "url", threads, lambda _: None, lambda _: None).delete(messages)

    asyncio.run(delete())
    threads.close()
    assert client.asked == asked
