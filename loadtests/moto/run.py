"""A scenario, a strategy and a seed in; a ledger out, after as many real seconds as the scenario takes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from botocore.exceptions import BotoCoreError, ClientError

from loadtests.application.access import Connector
from loadtests.application.run_lifecycle import RunLifecycle
from loadtests.application.run_request import RunRequest
from loadtests.moto.local_aws import Moto
from loadtests.moto.machine_limits import refuse_too_much, threads
from loadtests.moto.verification import verify
from loadtests.moto.world import Endpoint, Serverless, World
from loadtests.ports.clients import trouble
from loadtests.ports.invoking import InvokeFailed
from loadtests.ports.kernel import Clock
from loadtests.ports.local import ANYBODY, Caller
from loadtests.ports.request_threads import TooFewThreads
from loadtests.ports.sqs import QueueFailed
from loadtests.ports.tables import TableFailed
from loadtests.record import run_registry
from loadtests.record.function_log import FunctionLog
from loadtests.record.reconcile import joined
from loadtests.record.run_name import new_run
from scenarios import runs
from scenarios.aws.handler_errors import warnings_about
from scenarios.delivery.deliveries import with_delivered
from scenarios.errors import Interrupted, RunFailed
from scenarios.ledger.build_ledger import Evidence
from scenarios.ledger.ledger import Ledger
from scenarios.measures.unheeded import unheeded_in
from scenarios.runs import Watch
from scenarios.schema.model import Scenario
from strategies.resources import Plan

AWS = ("sesv2", "sqs", "dynamodb")
"""What the endpoint serves of all that a strategy may ask."""


def run(scenario: Scenario, strategy: str, seed: int, watch: Watch | None = None, *, out: Path | None = None) -> Ledger:
    """Run one strategy for real against moto behind the scenario's limiter; Ctrl-C keeps what was done.

    `out` is where the ledger will be kept, even if this process is killed. Raises BadInput for what is too much for
    one machine, RunFailed when the local endpoint does not start or answer.
    """
    started_s = time.perf_counter()
    request = RunRequest.of(scenario, strategy, seed)
    with ExitStack() as until_over:
        with _noted(request, out) as record, _moto(request, record) as moto:
            left = played(request, moto, run_registry.log_of(record.run), until_over, watch)
            ledger = request.ledger(with_delivered(left.evidence, scenario, seed), "moto")
        return replace(ledger, wall_s=time.perf_counter() - started_s, interrupted=left.lifecycle.interrupted)


def _moto(request: RunRequest, record: run_registry.RunRecord) -> Moto:
    """The local AWS of a run, whose record knows its process."""
    witness, begun = run_registry.witness_of(record.run), partial(run_registry.with_child, record)
    return Moto(request.scenario, request.seed, threads(request.plan), witness, begun)


def plan_of(scenario: Scenario, strategy: str) -> Plan:
    """The strategy's plan; raises BadInput for what is too much for one machine."""
    plan = runs.plan_of(scenario, strategy)
    refuse_too_much(scenario, strategy, plan)
    return plan


@contextmanager
def _noted(request: RunRequest, out: Path | None) -> Iterator[run_registry.RunRecord]:
    """The run stays noted until nothing of it is left: the next command cleans up after one that was cut short."""
    name = new_run()
    record = request.record(name, "moto", out, run_registry.witness_of(name))
    run_registry.write(record)
    try:
        yield record
    except RunFailed:
        if not _has_decided(run_registry.witness_of(name)):
            run_registry.finish(name)
        raise
    except BaseException:
        run_registry.finish(name)
        raise
    run_registry.finish(name)


def _has_decided(witness: Path) -> bool:
    """Whether there is something of a run that failed for the next command to keep."""
    return witness.exists() and witness.stat().st_size > 0


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
) -> Played:
    """Let a run take place on a local AWS that is up; the limiter starts full, and functions write to `log`.

    Ctrl-C then ends the run, and until `until_over` closes it breaks off nothing of what follows. Raises Interrupted
    where nothing can be kept of a run that it has ended.
    """
    session = caller.session()
    verify(session, endpoint.url, request.envelope.source)
    connect = Connector(session, request.scenario.client.read_timeout_s, dict.fromkeys(AWS, endpoint.url))
    serverless = Serverless(request, connect, log, caller.variables(endpoint.url))
    with serverless.opened() as lambda_urls:
        zero_unix_s = endpoint.begin()
        world = World(request, connect.also(lambda_urls), serverless, Clock(zero_unix_s), endpoint)
        until_over.enter_context(_ending_as_asked(world.lifecycle))
        until_over.enter_context(world.lifecycle.ended_by_interrupt())
        _work(request, world, watch)
    return Played(
        world.lifecycle, _evidence(request, world, endpoint, serverless, serverless.function_log(zero_unix_s))
    )


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
    request: RunRequest, world: World, endpoint: Endpoint, serverless: Serverless, function_log: FunctionLog
) -> Evidence:
    """Contents before calls: what is decided upon in between is then in both, and not lost from either."""
    endpoint.look()  # a dead endpoint fails here, before the long patience that a whole log takes
    ended_s, contents = world.lifecycle.ended_s, endpoint.queues()
    witness = endpoint.calls()
    calls = joined(witness, np.concatenate((world.access.client_log.rows(), function_log.calls)), ended_s)
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
