"""Message move tasks: what lies in a dead-letter queue goes back where it came from, or elsewhere, at a rate.

Sources: SQS API reference, StartMessageMoveTask; answers of AWS's that LocalStack has recorded (2024).
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections import deque
from collections.abc import Callable
from threading import Event, Thread
from time import time
from typing import Any
from uuid import uuid4

from moto.sqs.exceptions import InvalidParameterValue
from moto.sqs.models import Message, Queue

from loadtests.endpoint.sqs.custody import source_arn_of
from loadtests.endpoint.sqs.refusals import NotFound

RUNNING, COMPLETED, CANCELLED, FAILED = "RUNNING", "COMPLETED", "CANCELLED", "FAILED"
MOST_KEPT = 10  # of a source's tasks, as ListMessageMoveTasks tells
MOST_PER_S = 500
NO_QUEUE, NO_SOURCE = "AWS.SimpleQueueService.NonExistentQueue", "CouldNotDetermineMessageSource"
NO_SOURCE_ARN = "The resource that you specified for the SourceArn parameter doesn't exist."
NO_TASK = "Task does not exist."

Take = Callable[[Queue], Message | None]
Put = Callable[[Message, str], bool]


class Task:
    """One, in a thread of its own. `take` gives a message of the source's, `put` says whether its queue is there."""

    def __init__(self, source: Queue, destination_arn: str | None, per_s: int | None, to_move: int) -> None:
        self.source, self._destination_arn, self._per_s = source, destination_arn, per_s
        self.status, self.moved, self._to_move, self._why = RUNNING, 0, to_move, ""
        self._id, self._started_s, self._cancelled = str(uuid4()), time(), Event()

    @property
    def handle(self) -> str:
        named = {"taskId": self._id, "sourceArn": self.source.queue_arn}
        return b64encode(json.dumps(named).encode()).decode()

    def start(self, take: Take, put: Put) -> None:
        Thread(target=self._run, args=(take, put), daemon=True).start()

    def cancel(self) -> None:
        self._cancelled.set()
        self.status = CANCELLED

    def row(self) -> dict[str, Any]:
        """As ListMessageMoveTasks tells of it."""
        found = {
            "TaskHandle": self.handle if self.status == RUNNING else None,
            "Status": self.status,
            "SourceArn": self.source.queue_arn,
            "DestinationArn": self._destination_arn,
            "MaxNumberOfMessagesPerSecond": self._per_s,
            "ApproximateNumberOfMessagesMoved": self.moved,
            "ApproximateNumberOfMessagesToMove": self._to_move,
            "FailureReason": self._why or None,
            "StartedTimestamp": int(self._started_s * 1000),
        }
        return {key: value for key, value in found.items() if value is not None}

    def _run(self, take: Take, put: Put) -> None:
        while not self._cancelled.is_set() and (message := take(self.source)) is not None:
            if (why := self._move(message, put)) is not None:
                self._end(FAILED, why)
                return
            self.moved += 1
            if self._per_s is not None:
                self._cancelled.wait(1 / self._per_s)
        self._end(COMPLETED, "")

    def _move(self, message: Message, put: Put) -> str | None:
        """What is in the way."""
        arn = self._destination_arn or source_arn_of(message)
        if arn is None or not put(message, arn):
            self.source.add_message(message)
            return NO_QUEUE if arn is not None else NO_SOURCE
        return None

    def _end(self, status: str, why: str) -> None:
        if self.status == RUNNING:
            self.status, self._why = status, why


class Tasks:
    """Those of one account and region, the newest of each source."""

    def __init__(self) -> None:
        self._of: dict[str, deque[Task]] = {}

    def begin(self, task: Task) -> None:
        """Raises InvalidParameterValue where another one is running."""
        known = self._of.setdefault(task.source.queue_arn, deque(maxlen=MOST_KEPT))
        if any(one.status == RUNNING for one in known):
            raise InvalidParameterValue(
                "There is already a task running. "
                "Only one active task is allowed for a source queue arn at a given time."
            )
        known.appendleft(task)

    def of(self, source_arn: str) -> list[Task]:
        """The newest first."""
        return list(self._of.get(source_arn, ()))

    def running(self, handle: str) -> Task:
        """Raises SQSException."""
        found = next((task for task in self.of(source_arn_in(handle)) if task.handle == handle), None)
        if found is None:
            raise NotFound(NO_TASK)
        if found.status != RUNNING:
            raise InvalidParameterValue("Only a task that is running can be cancelled.")
        return found


def source_arn_in(handle: str) -> str:
    """Raises InvalidParameterValue for what no task is called."""
    try:
        return str(json.loads(b64decode(handle, validate=True))["sourceArn"])
    except (ValueError, TypeError, KeyError, RecursionError):
        raise InvalidParameterValue("Value for parameter TaskHandle is invalid.") from None
