"""The queues that a plan declares, made for one run on a real SQS, and what is left in them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from math import ceil
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from loadtests.ports.sqs import QueueFailed
from strategies.resources import Queue as Declared


class Queues:
    """Made on construction; `urls` and `dead`, those of the dead-letter queues, by name."""

    def __init__(self, sqs: Any, run: str, declared: Sequence[Declared]) -> None:
        self._sqs, self._run = sqs, run
        dead = dict.fromkeys(queue.dead_letter_queue for queue in declared if queue.dead_letter_queue is not None)
        self.dead = {name: self._create(name, {}) for name in dead}
        self.urls = {queue.name: self._create(queue.name, self._attributes(queue)) for queue in declared}
        self.polls = 0
        """Requests of ours, which no strategy made."""

    def _attributes(self, declared: Declared) -> dict[str, str]:
        attributes = {
            "VisibilityTimeout": str(ceil(declared.visibility_timeout_s)),
            "MessageRetentionPeriod": str(ceil(declared.retention_s)),
        }
        if declared.dead_letter_queue is not None:
            dead_arn = arn_of(self._sqs, self.dead[declared.dead_letter_queue])
            policy = {"deadLetterTargetArn": dead_arn, "maxReceiveCount": declared.max_receive_count}
            attributes["RedrivePolicy"] = json.dumps(policy)
        return attributes

    def _create(self, name: str, attributes: dict[str, str]) -> str:
        url: str = self._sqs.create_queue(QueueName=f"{self._run}-{name}", Attributes=attributes)["QueueUrl"]
        return url

    async def are_empty(self) -> bool:
        """Whether nothing is visible, held or delayed in any queue but the dead-letter queues."""
        self.polls += len(self.urls)
        depths = await asyncio.gather(*(asyncio.to_thread(depth, self._sqs, url) for url in self.urls.values()))
        return not any(depths)


def depth(sqs: Any, url: str) -> int:
    """Messages of a queue, in whatever state; raises QueueFailed."""
    names = [f"ApproximateNumberOfMessages{state}" for state in ("", "NotVisible", "Delayed")]
    try:
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    except (BotoCoreError, ClientError) as error:
        raise QueueFailed(f"{url}: {error}") from error
    return sum(int(attributes[name]) for name in names)


def arn_of(sqs: Any, url: str) -> str:
    arn: str = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return arn
