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

DEAD = "-dead"


class Queues:
    """Made on construction; `urls` by declared name, those of dead-letter queues under the name with `-dead` behind."""

    def __init__(self, sqs: Any, run: str, declared: Sequence[Declared]) -> None:
        self._sqs, self.urls = sqs, {}
        for queue in declared:
            self.urls.update(_made(sqs, run, queue))
        self.polls = 0
        """Requests of ours, which no strategy made."""

    async def are_empty(self) -> bool:
        """Whether nothing is visible, held or delayed in any queue but the dead-letter queues."""
        waiting = [url for name, url in self.urls.items() if not name.endswith(DEAD)]
        self.polls += len(waiting)
        depths = await asyncio.gather(*(asyncio.to_thread(depth, self._sqs, url) for url in waiting))
        return not any(depths)


def depth(sqs: Any, url: str) -> int:
    """Messages of a queue, in whatever state; raises QueueFailed."""
    names = [f"ApproximateNumberOfMessages{state}" for state in ("", "NotVisible", "Delayed")]
    try:
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    except (BotoCoreError, ClientError) as error:
        raise QueueFailed(f"{url}: {error}") from error
    return sum(int(attributes[name]) for name in names)


def _made(sqs: Any, run: str, declared: Declared) -> dict[str, str]:
    attributes = {
        "VisibilityTimeout": str(ceil(declared.visibility_timeout_s)),
        "MessageRetentionPeriod": str(ceil(declared.retention_s)),
    }
    if declared.max_receive_count is None:
        return {declared.name: _create(sqs, f"{run}-{declared.name}", attributes)}
    dead = _create(sqs, f"{run}-{declared.name}{DEAD}", {})
    policy = {"deadLetterTargetArn": arn_of(sqs, dead), "maxReceiveCount": declared.max_receive_count}
    attributes["RedrivePolicy"] = json.dumps(policy)
    return {declared.name: _create(sqs, f"{run}-{declared.name}", attributes), declared.name + DEAD: dead}


def _create(sqs: Any, name: str, attributes: dict[str, str]) -> str:
    url: str = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return url


def arn_of(sqs: Any, url: str) -> str:
    arn: str = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return arn
