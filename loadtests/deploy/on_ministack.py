"""The world ministack: a strategy's stack on ministack, its mails through our own SES, which throttles."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from numpy.typing import NDArray

from loadtests.application.one_account import refuse_several
from loadtests.application.run_request import RunRequest
from loadtests.deploy import run as running
from loadtests.deploy.ministack import command, ministack
from loadtests.deploy.run_site import RunSite
from loadtests.moto.local_aws import Moto
from loadtests.moto.machine_limits import refuse_too_much, threads
from loadtests.moto.verification import verify
from loadtests.record import run_registry
from scenarios.errors import BadInput, RunFailed
from scenarios.runs import plan_of
from scenarios.schema.model import Scenario
from strategies.resources import Plan

WAITING = ("timestamp_wait", "relay")
"""Tickers that wait for the function's end, here as on AWS."""

HEAD_S = 0.5
FUNCTION_THREADS = 64  # of the SES: for what functions send at once


def check(scenario: Scenario, strategy: str) -> None:
    """Raises BadInput for what ministack does not do as AWS does it."""
    refuse_several(scenario, "a stack on ministack sends")
    command()
    plan = plan_of(scenario, strategy)
    refuse_too_much(scenario, strategy, [plan])
    for ticker in plan.tickers:
        if ticker.kind not in WAITING:
            raise BadInput(
                f"{scenario.name}: {scenario.table_of(strategy)}.ticker = {ticker.kind!r}: ministack's machines wait "
                'for a function that AWS would only send an event to; use "timestamp_wait", or --on aws'
            )


@contextmanager
def site(request: RunRequest, name: str) -> Iterator[RunSite]:
    """A ministack and an SES of their own for each run; both end with it."""
    run_registry.make_directory()
    witness = run_registry.witness_of(name)
    with (
        _forgotten(name),
        Moto(request.scenario, request.seed, _connections(request.plan), witness) as ses,
        ministack() as cloud,
    ):
        verify(cloud.session, ses.url)
        yield RunSite(
            cloud,
            request.envelope,
            lambda _: EndpointWitness(ses),
            ses.url,
            publishes=False,
            witness=witness,
            children=(ses.pid,),
            recalls=True,
            head_s=HEAD_S,
        )


@contextmanager
def _forgotten(name: str) -> Iterator[None]:
    """The SES writes its witness from its start, before the run is noted: a run that is refused has one, too."""
    try:
        yield
    finally:
        run_registry.finish(name)


def _connections(plan: Plan) -> int:
    return threads(plan) + FUNCTION_THREADS * bool(plan.functions)


class EndpointWitness:
    """The witness is the endpoint itself: it decides, and forgets nothing."""

    def __init__(self, ses: Moto) -> None:
        self._ses = ses

    def begin(self, zero_unix_s: int) -> None:
        self._ses.start(zero_unix_s)

    def look(self) -> None:
        """Its mails reach no mailbox, so that there is nothing to watch but itself. Raises RunFailed."""
        if self._ses.exit_code is not None:
            raise RunFailed("the local AWS endpoint has ended in mid-run; its own message, if any, stands above")
        try:
            self._ses.look()
        except RunFailed:
            self._ses.kill()  # threads that wait for its answer shall wait no longer
            raise

    def calls(self, expected: int) -> NDArray[Any]:
        return self._ses.calls()


run = partial(running.run, sites=site)
