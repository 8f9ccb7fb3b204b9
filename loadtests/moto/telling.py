"""SES's part for a tracker on real services: each publication goes to the topic at its instant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from loadtests.ports.kernel import Clock, Group, Host
from loadtests.ports.request_threads import RequestThreads
from scenarios.tracking.publications import Publication
from scenarios.tracking.records import told


async def tell(
    clock: Clock, zero_unix_s: int, sns: Any, topic_arn: str, publications: Sequence[Publication], connections: int
) -> None:
    """Publish them all; raises botocore's errors."""
    threads = RequestThreads(connections)
    try:
        async with Group(Host()) as group:
            for at_s, notice in publications:
                await clock.sleep(max(0.0, at_s - clock.now()))
                group.spawn(_publish(threads, sns, topic_arn, told(notice, zero_unix_s)))
    finally:
        threads.close()


async def _publish(threads: RequestThreads, sns: Any, topic_arn: str, text: str) -> None:
    await threads.carry(lambda: sns.publish(TopicArn=topic_arn, Message=text))
