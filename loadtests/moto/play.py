"""A run takes place on a local AWS that is up: from before its time zero until nothing of it goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from botocore.exceptions import BotoCoreError, ClientError
from numpy.typing import NDArray

from loadtests.application.access import Connector, Sender
from loadtests.application.run_lifecycle import RunLifecycle
from loadtests.application.run_request import RunRequest
from loadtests.local_lambda.pooled import Pool, PooledAccount
from loadtests.moto.verification import verify
from loadtests.moto.world import Endpoint, Serverless, World
from loadtests.ports.clients import trouble
from loadtests.ports.invoking import InvokeFailed
from loadtests.ports.kernel import Clock
from loadtests.ports.local import ANYBODY, Caller
from loadtests.ports.request_threads import TooFewThreads
from loadtests.ports.ses import Envelope
from loadtests.ports.sqs import QueueFailed
from loadtests.ports.tables import TableFailed
from loadtests.record.function_log import FunctionLog
from loadtests.record.reconcile import joined
from scenarios.aws.handler_errors import warnings_about
from scenarios.errors import Interrupted, RunFailed
from scenarios.ledger.build_ledger import Evidence
from scenarios.ledger.join import by_account
from scenarios.measures.unheeded import unheeded_in
from scenarios.runs import Watch

AWS = ("sesv2", "sqs", "dynamodb")
"""What the endpoint serves of all that a strategy may ask."""


class Pooled(NamedTuple):
    """An account that others share a backlog with: whose key, from whom its mail is, and what SES has decided for it.

    `decisions` gives rows of `record.logs.DECISION`, on the run's clock. `rate_per_s` is in recipients.
    """

    caller: Caller
    envelope: Envelope
    rate_per_s: float
    decisions: Callable[[], NDArray[Any]]

    def told(self) -> PooledAccount:
        """As functions are told of it."""
        return PooledAccount(*self.caller, self.envelope.source, self.rate_per_s)


class Played(NamedTuple):
    """What a run leaves behind, and its lifecycle, which Ctrl-C may still interrupt."""

    lifecycle: RunLifecycle
    evidence: Evidence


@contextmanager
def failing_plainly() -> Iterator[None]:
    """Whatever a real service does wrong is a run that failed."""
    try:
        yield
    except TooFewThreads as error:
        raise RunFailed(str(error)) from error
    except (QueueFailed, TableFailed, InvokeFailed, BotoCoreError, ClientError) as error:
        raise RunFailed(f"the local AWS endpoint {trouble(error)}") from error


@failing_plainly()
def played(
    request: RunRequest,
    endpoint: Endpoint,
    log: Path,
    until_over: ExitStack,
    watch: Watch | None = None,
    caller: Caller = ANYBODY,
    pooled: Sequence[Pooled] = (),
    begun: Callable[[RunLifecycle], object] = lambda _lifecycle: None,
) -> Played:
    """Let a run take place on a local AWS that is up; the limiter starts full, and functions write to `log`.

    `caller` has the key by which all is asked, but for SES where accounts are `pooled`. `begun` is told the lifecycle
    before it begins. Ctrl-C then ends the run, and until `until_over` closes it breaks off nothing of what follows.
    Raises Interrupted where nothing can be kept of a run that it has ended.
    """

    def connector(by: Caller, source: str) -> Connector:
        session = by.session()
        verify(session, endpoint.url, source)
        return Connector(session, request.scenario.client.read_timeout_s, dict.fromkeys(AWS, endpoint.url))

    connect = connector(caller, request.envelope.source)
    senders = [Sender(connector(one.caller, one.envelope.source), one.envelope) for one in pooled]
    serverless = Serverless(request, connect, log, caller.variables(endpoint.url) | _told(request, pooled))
    with serverless.opened() as lambda_urls:
        zero_unix_s = endpoint.begin()
        world = World(request, connect.also(lambda_urls), serverless, Clock(zero_unix_s), endpoint, senders)
        begun(world.lifecycle)
        until_over.enter_context(_ending_as_asked(world.lifecycle))
        until_over.enter_context(world.lifecycle.ended_by_interrupt())
        _work(request, world, watch)
    return Played(
        world.lifecycle, _evidence(request, world, endpoint, serverless, serverless.function_log(zero_unix_s), pooled)
    )


def _told(request: RunRequest, pooled: Sequence[Pooled]) -> dict[str, str]:
    """What functions must know of a pool."""
    pool = request.scenario.pool
    return {} if pool is None else Pool(pool.routing, [one.told() for one in pooled]).variables()


@contextmanager
def _ending_as_asked(lifecycle: RunLifecycle) -> Iterator[None]:
    """A run that Ctrl-C has ended was interrupted, even if the endpoint then does not say what became of it."""
    try:
        yield
    except RunFailed as error:
        if lifecycle.interrupted:
            raise Interrupted(f"interrupted; {error}") from error
        raise


def _evidence(
    request: RunRequest,
    world: World,
    endpoint: Endpoint,
    serverless: Serverless,
    function_log: FunctionLog,
    pooled: Sequence[Pooled],
) -> Evidence:
    """Contents before calls: what is decided upon in between is then in both, and not lost from either."""
    endpoint.look()  # a dead endpoint fails here, before the long patience that a whole log takes
    ended_s, contents = world.lifecycle.ended_s, endpoint.queues()
    witnesses = [one.decisions() for one in pooled] or [endpoint.calls()]
    witness = np.concatenate(witnesses)
    callers = [np.concatenate((seen, function_log.through(place))) for place, seen in enumerate(world.access.callers())]
    tables = [joined(decided, seen, ended_s) for decided, seen in zip(witnesses, callers, strict=True)]
    calls = by_account(tables) if pooled else tables[0]
    return Evidence(
        ended_s=ended_s,
        calls=calls,
        usage={
            **endpoint.usage(serverless.queues.polls),
            **world.local.usage(),
            "harness_lag_s": world.lifecycle.lag_s,
        },
        custody=world.custody(contents, witness, function_log),
        enqueued_s=world.application_log.enqueued_s(ended_s),
        receives=world.application_log.receives(function_log.receives),
        warnings=(
            *request.warnings(world.lifecycle),
            *warnings_about(request.plan.strategy, function_log.errors),
            *unheeded_in("moto", request.scenario),
        ),
        interrupted=world.lifecycle.interrupted,
    )


def _work(request: RunRequest, world: World, watch: Watch | None) -> None:
    """From before time zero to the end, watched."""
    request.watched(world.clock, watch)
    try:
        asyncio.run(world.work())
    finally:
        world.access.close()
