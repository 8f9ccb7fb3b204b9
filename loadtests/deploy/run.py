"""A scenario, a strategy, a seed and a site in; a ledger out, and nothing left on the site."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from loadtests.application.run_request import RunRequest
from loadtests.deploy import stacks, tickers
from loadtests.deploy.async_events import in_lambda
from loadtests.deploy.cloud import speaking_plainly
from loadtests.deploy.harvest import bill_of, bill_of_relayed, lines_of
from loadtests.deploy.run_site import RunSite, Witness
from loadtests.deploy.stack.names import logical, stack_of
from loadtests.deploy.stack.states import is_express
from loadtests.deploy.stack.template import Setup, template
from loadtests.deploy.world import World
from loadtests.ports.clients import trouble
from loadtests.ports.invoking import InvokeFailed
from loadtests.ports.kernel import Clock
from loadtests.ports.ses import Envelope
from loadtests.ports.sqs import QueueFailed
from loadtests.ports.tables import TableFailed
from loadtests.record import run_registry
from loadtests.record.function_log import function_log_of
from loadtests.record.reconcile import joined
from loadtests.record.run_name import new_run
from scenarios.aws.handler_errors import warnings_about
from scenarios.aws.ticker import transitions_of
from scenarios.delivery.deliveries import with_delivered
from scenarios.errors import RunFailed
from scenarios.ledger.build_ledger import Evidence
from scenarios.ledger.ledger import ACCEPTED, Ledger
from scenarios.measures.unheeded import unheeded_in
from scenarios.runs import Watch, account_of
from scenarios.schema.model import Scenario
from strategies.resources import Plan

UNBILLED = "the cost leaves out {}, which only AWS counts"

Sites = Callable[[RunRequest, str], AbstractContextManager[RunSite]]
"""Opens where a run of that name takes place."""

Outputs = Mapping[str, str]


def run(
    scenario: Scenario,
    strategy: str,
    seed: int,
    watch: Watch | None = None,
    *,
    sites: Sites,
    out: Path | None = None,
    say: stacks.Say = lambda _: None,
) -> Ledger:
    """Deploy one strategy, run it and remove it; Ctrl-C keeps what was done. `out` is where its ledger will be kept.

    Raises BadInput for what the site does not do, RunFailed when it cannot be made or stops answering.
    """
    started_s = time.perf_counter()
    request = RunRequest.of(scenario, strategy, seed)
    name = new_run()
    with (
        sites(request, name) as site,
        deployed(request, name, site, out, say) as stack,
        speaking_plainly(site.cloud.world),
    ):
        ledger = _played(request, site, stack, watch)
    return replace(ledger, wall_s=time.perf_counter() - started_s)


class Stack(NamedTuple):
    """What a run is made on: its record, and the outputs of its stack, if it needs one."""

    record: run_registry.RunRecord
    outputs: Outputs


def _made(request: RunRequest, run: str, site: RunSite, document: dict[str, Any], say: stacks.Say) -> dict[str, str]:
    return stacks.deploy(site.cloud, run, request.strategy, document, say, request.plan.strategies())


@contextmanager
def deployed(request: RunRequest, name: str, site: RunSite, out: Path | None, say: stacks.Say) -> Iterator[Stack]:
    """The run is noted before anything is made, and the note stays until nothing is left."""
    document = template(request.plan, setup_of(request, site.envelope, site.ses_url, site.publishes))
    record = _record(request, name, site, out)
    run_registry.write(record)
    try:
        yield Stack(record, _made(request, record.run, site, document, say) if document["Resources"] else {})
    finally:
        stacks.teardown(site.cloud, record.run, say)
        run_registry.finish(record.run)


def setup_of(request: RunRequest, envelope: Envelope, ses_url: str | None, publishes: bool = True) -> Setup:
    """What a run's stack must know."""
    scenario = request.scenario
    return Setup(
        request.strategy,
        account_of(scenario),
        request.seed,
        envelope,
        ses_url,
        publishes,
        scenario.client.read_timeout_s,
    )


def _record(request: RunRequest, name: str, site: RunSite, out: Path | None) -> run_registry.RunRecord:
    return replace(
        request.record(name, site.cloud.world, out, site.witness),
        region=site.cloud.region,
        endpoint=site.cloud.url,
        stack=stack_of(name),
        children=tuple(map(run_registry.process_of, site.children)),
    )


def _played(request: RunRequest, site: RunSite, stack: Stack, watch: Watch | None) -> Ledger:
    zero_unix_s = math.ceil(time.time() + site.head_s)  # a whole second: ticks and logs align
    run_registry.write(replace(stack.record, zero_unix_s=zero_unix_s))
    halt = partial(stacks.halt, site.cloud, stack.record.run)
    return attended(request, site, stack.outputs, zero_unix_s, halt, watch)


def attended(
    request: RunRequest,
    site: RunSite,
    outputs: Outputs,
    zero_unix_s: int,
    halt: Callable[[], None],
    watch: Watch | None = None,
) -> Ledger:
    """A run on what is there already, from time zero on; `halt` lets no function begin any more."""
    witness = site.witness_of(outputs)
    witness.begin(zero_unix_s)
    clock = Clock(zero_unix_s)
    world = World(request, site, outputs, witness, clock)
    with world.lifecycle.ended_by_interrupt():  # time zero may come, and mail go out, while ticks are being started
        request.watched(clock, watch)
        tickers.start(site.cloud, request.plan, outputs, zero_unix_s)
        try:
            asyncio.run(world.work())
        except (QueueFailed, TableFailed, InvokeFailed) as error:
            raise RunFailed(f"{site.cloud.world} {trouble(error)}") from error
    if request.plan.functions:
        halt()
    if site.recalls:
        tickers.recall(site.cloud, request.plan, outputs)
    logs = _logs(site, request.plan, outputs, zero_unix_s, world.lifecycle.ended_s)
    evidence = _evidence(request, world, witness, logs, zero_unix_s)
    if site.ses_url is not None:  # SES is ours
        evidence = with_delivered(evidence, request.scenario, request.seed)
    heeded = replace(evidence, warnings=(*evidence.warnings, *unheeded_in(site.cloud.world, request.scenario)))
    return request.ledger(heeded, site.cloud.world)


class Logs(NamedTuple):
    """The functions' lines, and what they were billed, function by function."""

    lines: list[str]
    bills: dict[str, dict[str, float]]


def _logs(site: RunSite, plan: Plan, outputs: Outputs, since_unix_s: float, ended_s: float) -> Logs:
    lines: list[str] = []
    bills, relayed = {}, {ticker.function for ticker in plan.tickers if ticker.kind == "relay"}
    if plan.functions:
        _wait(site.settle_s)
    for function in plan.functions:
        own = list(lines_of(site.cloud.client("logs"), outputs[logical(function.name, "Function")], since_unix_s))
        is_relayed = function.name in relayed
        bills[function.name] = bill_of_relayed(own, function.memory_mb, ended_s) if is_relayed else bill_of(own)
        lines += own
    return Logs(lines, bills)


def _wait(delay_s: float) -> None:
    time.sleep(delay_s)  # noqa: TID251 (the run is over, and so is its clock)


def _evidence(request: RunRequest, world: World, witness: Witness, logs: Logs, zero_unix_s: int) -> Evidence:
    """From the witness, the queues and the logs."""
    ended_s, function_log = world.lifecycle.ended_s, function_log_of(logs.lines, zero_unix_s)
    callers = np.concatenate((*world.access.callers(), function_log.calls))
    decisions = witness.calls(int((callers["seen"] == ACCEPTED).sum()))
    return Evidence(
        ended_s=ended_s,
        calls=joined(decisions, callers, ended_s),
        custody=world.custody(decisions, function_log, in_lambda(logs.lines)),
        enqueued_s=world.application_log.enqueued_s(ended_s),
        receives=world.application_log.receives(function_log.receives),
        usage={**_usage(request.plan, logs), "harness_lag_s": world.lifecycle.lag_s},
        warnings=(
            *request.warnings(world.lifecycle),
            *warnings_about(request.plan.strategy, function_log.errors),
            *_unbilled(request.plan),
        ),
        interrupted=world.lifecycle.interrupted,
    )


def _usage(plan: Plan, logs: Logs) -> dict[str, Any]:
    """What Lambda says that it did; each tick is an invocation, and some transitions of a Standard machine."""
    billed, standard = list(logs.bills.values()), [ticker for ticker in plan.tickers if not is_express(ticker)]
    transitions = (logs.bills[t.function]["lambda_requests"] * transitions_of(t.kind) for t in standard)
    return {
        **{key: sum(bill[key] for bill in billed) for key in ("lambda_requests", "lambda_gb_s")},
        "stepfunctions_transitions": sum(transitions),
    }


def _unbilled(plan: Plan) -> tuple[str, ...]:
    express = "the time of Express machines" if any(is_express(ticker) for ticker in plan.tickers) else ""
    left_out = " and ".join(filter(None, (requests_of(plan), express)))
    return (UNBILLED.format(left_out),) if left_out else ()


def requests_of(plan: Plan) -> str:
    """Words for the requests that nobody counts where a service is not ours alone; empty if there are none."""
    services = {"SQS": plan.queues, "DynamoDB": plan.tables}
    asked = " and ".join(service for service, parts in services.items() if parts)
    return f"requests to {asked}" if asked else ""
