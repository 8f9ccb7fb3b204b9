"""A tracker's stack, made to stay, or for as long as it hears what a scenario tells."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Iterator, Mapping
from typing import Any

from loadtests.deploy import stacks
from loadtests.deploy.cloud import Cloud, speaking_plainly
from loadtests.deploy.harvest import HIDE_S, MOST
from loadtests.deploy.ministack import command, ministack
from loadtests.deploy.stack.names import logical
from loadtests.deploy.stack.template import Setup, template
from loadtests.function import tracking as entry
from loadtests.moto.queues import depth
from loadtests.moto.statuses import kept_in, told_in
from loadtests.moto.telling import tell
from loadtests.ports.kernel import Clock
from loadtests.ports.ses import Envelope
from loadtests.record.run_name import new_run
from scenarios.errors import BadInput
from scenarios.runs import account_of
from scenarios.schema.model import Scenario
from scenarios.tracking.request import Tracked, TrackRequest
from strategies.resources import Plan
from strategies.tracking.tracker import QUEUE, STATUSES, TOPIC, TRACKER

CONNECTIONS = 16
HEAD_S, LOOK_S = 1.0, 0.5

Outputs = Mapping[str, str]


def made(
    cloud: Cloud, run: str, scenario: Scenario, plan: Plan, say: stacks.Say, dashboard: bool = False
) -> dict[str, str]:
    """Make the tracker's bucket and stack; returns the stack's outputs. Raises as `stacks.deploy` does."""
    setup = Setup(TRACKER, account_of(scenario), scenario.seed, Envelope(), publishes=False, entries=entry.ENTRIES)
    document = template(plan, setup._replace(dashboard=dashboard))
    return stacks.deploy(cloud, run, TRACKER, document, say, (plan.strategy, entry.__name__))


def track(request: TrackRequest) -> Tracked:
    """Let a tracker on a ministack of its own hear all that is told. Raises BadInput and RunFailed."""
    command()
    assert request.scenario.tracker is not None
    if request.scenario.tracker.killed:
        raise BadInput(f"{request.scenario.name}: tracker.killed: ministack kills no function; use --on moto, or sim")
    with ministack() as cloud, speaking_plainly(cloud.world):
        outputs = made(cloud, new_run(), request.scenario, request.plan, lambda _: None)
        zero_unix_s = math.ceil(time.time() + HEAD_S)
        asyncio.run(_heard(request, cloud, outputs, zero_unix_s))
        dead = list(_bodies(cloud.client("sqs"), outputs[logical(QUEUE, "Dead")]))
        kept = kept_in(cloud.client("dynamodb"), outputs[logical(STATUSES, "Table")], zero_unix_s)
        return Tracked(kept, told_in(dead, zero_unix_s), len(dead), None)


async def _heard(request: TrackRequest, cloud: Cloud, outputs: Outputs, zero_unix_s: int) -> None:
    """Until the queue is empty and nothing more is told."""
    clock, sqs, queue = Clock(zero_unix_s), cloud.client("sqs"), outputs[logical(QUEUE, "Queue")]
    topic_arn = outputs[logical(TOPIC, "Topic")]
    await tell(clock, zero_unix_s, cloud.client("sns"), topic_arn, request.publications, CONNECTIONS)
    empty = 0
    while empty < 2:
        await clock.sleep(LOOK_S)
        empty = 0 if await asyncio.to_thread(depth, sqs, queue) else empty + 1


def _bodies(sqs: Any, url: str) -> Iterator[str]:
    while messages := sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=MOST, VisibilityTimeout=HIDE_S, WaitTimeSeconds=1
    ).get("Messages", ()):
        yield from (message["Body"] for message in messages)
