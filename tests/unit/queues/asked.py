"""Queues of the local AWS as SDKs ask them, with what they refuse."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.served import Endpoint


class Queues:
    """Queues of each kind, by name: `std`, `small`, whose messages have 1 kB, `f.fifo`, and `dead`, that of `poor`."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint, self.sqs = endpoint, endpoint.client("sqs")
        for name, attributes in {
            "std": {},
            "small": {"MaximumMessageSize": "1024"},
            "f.fifo": {"FifoQueue": "true"},
            "content.fifo": {"FifoQueue": "true", "ContentBasedDeduplication": "true"},
            "dead": {},
        }.items():
            self.sqs.create_queue(QueueName=name, Attributes=attributes)
        policy = json.dumps({"deadLetterTargetArn": self.arn("dead"), "maxReceiveCount": 1})
        self.sqs.create_queue(QueueName="poor", Attributes={"RedrivePolicy": policy})

    def url(self, name: str) -> str:
        return f"{self.endpoint.url}/123456789012/{name}"

    def arn(self, name: str) -> str:
        return f"arn:aws:sqs:us-east-1:123456789012:{name}"

    def refused(self, operation: str, **asked: Any) -> tuple[str, str, int]:
        """Code, words and status of an error."""
        with pytest.raises(ClientError) as caught:
            getattr(self.sqs, operation)(**asked)
        error, answer = caught.value.response["Error"], caught.value.response["ResponseMetadata"]
        return error["Code"], error["Message"], answer["HTTPStatusCode"]
